// The EventFeed tells whoever listens what happened, after it was committed.
//
// Each subscription has a bounded queue; a listener that is too slow is cut off (its next() answers
// `unavailable`) and resumes from the record by the last id it saw. Everything here lives on the
// loop thread.

#pragma once

#include "tuner/base/result.h"
#include "tuner/scheduler/inbox.h"
#include "tuner/study/event.h"

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>

namespace tuner {

inline constexpr std::size_t kMaxQueuedEvents = 1'000;

class EventFeed;

// One listener. It must not outlive its feed.
class EventSubscription {
  public:
    ~EventSubscription();
    EventSubscription(const EventSubscription&) = delete;
    EventSubscription& operator=(const EventSubscription&) = delete;

    // The next event, when there is one. `unavailable` when this listener was too slow or the feed
    // was closed.
    boost::asio::awaitable<Result<Event>> next();

  private:
    friend class EventFeed;
    EventSubscription(EventFeed& feed, std::string study, boost::asio::any_io_executor executor);

    void push(const Event& event);
    void cut_off(std::string why);

    EventFeed& feed_;
    std::string study_;
    Inbox<Event> inbox_;
    std::string cut_off_;
};

class EventFeed {
  public:
    explicit EventFeed(boost::asio::any_io_executor executor) : executor_(std::move(executor)) {}

    EventFeed(const EventFeed&) = delete;
    EventFeed& operator=(const EventFeed&) = delete;

    // Events from now on, of one study or (empty) of all.
    std::unique_ptr<EventSubscription> subscribe(std::string study);

    // Hands `event` to every listener that wants it.
    void publish(const Event& event);

    // No more events: every listener's next() answers `unavailable` once its queue is empty.
    void close();

  private:
    friend class EventSubscription;

    boost::asio::any_io_executor executor_;
    std::vector<EventSubscription*> subscriptions_;
};

}  // namespace tuner
