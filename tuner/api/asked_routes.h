// The calls of those who evaluate trials themselves: ask for some, bring one, stop one early.

#pragma once

#include "tuner/api/http_message.h"
#include "tuner/service/tuning_service.h"

#include <boost/asio/awaitable.hpp>

namespace tuner {

// POST /v1/studies/{study}/trials:suggest
boost::asio::awaitable<Response> suggest_trials(Request request, TuningService& service);

// POST /v1/studies/{study}/trials
boost::asio::awaitable<Response> add_trial(Request request, TuningService& service);

// POST /v1/studies/{study}/trials/{trial}:stop
boost::asio::awaitable<Response> stop_trial(Request request, TuningService& service);

}  // namespace tuner
