// What arrives in the inbox of a StudyRunner: ends of attempts, what was waited for, and commands,
// each of which is carried out when its turn has come.

#pragma once

#include "tuner/base/result.h"
#include "tuner/base/time.h"
#include "tuner/scheduler/inbox.h"
#include "tuner/study/attempt.h"

#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <variant>

#include <boost/asio/awaitable.hpp>

namespace tuner {

struct AttemptEnded {
    TrialId trial;
    AttemptExit exit;
};

struct AttemptAbandoned {  // its report could not be stored: nobody minds it any more
    TrialId trial;
    std::exception_ptr why;  // a StorageError
};

struct BackoffOver {
    std::optional<TrialId> trial;  // none: that of all of them, for want of room
};

struct RetryDue {};  // of an outage

struct LeaseDue {
    Duration at;  // boot time
};

struct SlotsChanged {};  // what it waits for may be there

using Act = std::function<boost::asio::awaitable<Result<void>>()>;

struct Command {
    Act act;
    std::shared_ptr<Inbox<Result<void>>> reply;
};

using StudyMessage = std::
    variant<AttemptEnded, AttemptAbandoned, BackoffOver, LeaseDue, RetryDue, SlotsChanged, Command>;

}  // namespace tuner
