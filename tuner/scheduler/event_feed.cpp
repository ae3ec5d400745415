#include "tuner/scheduler/event_feed.h"

#include <algorithm>

namespace tuner {

namespace asio = boost::asio;

EventSubscription::EventSubscription(
    EventFeed& feed, std::string study, asio::any_io_executor executor
)
    : feed_(feed), study_(std::move(study)), inbox_(std::move(executor)) {}

EventSubscription::~EventSubscription() {
    std::erase(feed_.subscriptions_, this);
}

asio::awaitable<Result<Event>> EventSubscription::next() {
    co_await inbox_.ready();
    if (inbox_.size() == 0) {
        co_return fail(ErrorCode::unavailable, cut_off_);
    }
    co_return inbox_.take();
}

void EventSubscription::push(const Event& event) {
    if (!cut_off_.empty() || (!study_.empty() && study_ != event.study)) {
        return;
    }
    if (inbox_.size() == kMaxQueuedEvents) {
        inbox_.clear();
        cut_off("the listener was too slow; resume from the last event seen");
        return;
    }
    inbox_.push(event);
}

void EventSubscription::cut_off(std::string why) {
    cut_off_ = std::move(why);
    inbox_.close();
}

std::unique_ptr<EventSubscription> EventFeed::subscribe(std::string study) {
    std::unique_ptr<EventSubscription> made(
        new EventSubscription(*this, std::move(study), executor_)
    );
    subscriptions_.push_back(made.get());
    return made;
}

void EventFeed::publish(const Event& event) {
    for (EventSubscription* subscription : subscriptions_) {
        subscription->push(event);
    }
}

void EventFeed::close() {
    for (EventSubscription* subscription : subscriptions_) {
        subscription->cut_off("the daemon is shutting down");
    }
}

}  // namespace tuner
