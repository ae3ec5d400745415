// The calls of a trainer about its own trial: what it measured, and what it came to.

#pragma once

#include "tuner/api/http_message.h"
#include "tuner/service/tuning_service.h"

#include <boost/asio/awaitable.hpp>

namespace tuner {

boost::asio::awaitable<Response> measure_trial(Request request, TuningService& service);
boost::asio::awaitable<Response> complete_trial(Request request, TuningService& service);

}  // namespace tuner
