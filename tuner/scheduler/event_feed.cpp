#include "tuner/scheduler/event_feed.h"

#include <algorithm>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tuner {

namespace asio = boost::asio;

EventSubscription::EventSubscription(
    EventFeed& feed, std::string study, asio::any_io_executor executor
)
    : feed_(feed), study_(std::move(study)), wake_(std::move(executor)) {
    wake_.expires_at(asio::steady_timer::time_point::max());
}

EventSubscription::~EventSubscription() {
    std::erase(feed_.subscriptions_, this);
}

asio::awaitable<Result<Event>> EventSubscription::next() {
    while (queue_.empty() && cut_off_.empty()) {
        // The timer never expires: push() and cut_off() cancel it to wake this coroutine. When the
        // coroutine itself is cancelled, the next await throws.
        boost::system::error_code ignored;
        co_await wake_.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    }
    if (queue_.empty()) {
        co_return fail(ErrorCode::unavailable, cut_off_);
    }
    Event event = std::move(queue_.front());
    queue_.pop_front();
    co_return event;
}

void EventSubscription::push(const Event& event) {
    if (!cut_off_.empty() || (!study_.empty() && study_ != event.study)) {
        return;
    }
    if (queue_.size() == kMaxQueuedEvents) {
        queue_.clear();
        cut_off("the listener was too slow; resume from the last event seen");
        return;
    }
    queue_.push_back(event);
    wake_.cancel();
}

void EventSubscription::cut_off(std::string why) {
    cut_off_ = std::move(why);
    wake_.cancel();
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
