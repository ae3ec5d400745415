// The calls on the trials of a study: the ranking, one trial, the winner.

#pragma once

#include "tuner/api/http_message.h"

namespace tuner {

class TuningService;

// GET /v1/studies/{study}/trials?orderBy=objective|id&state=&pageSize=&pageToken=
boost::asio::awaitable<Response> list_trials(Request request, TuningService& service);

// GET /v1/studies/{study}/trials/{trial}
boost::asio::awaitable<Response> get_trial(Request request, TuningService& service);

// GET /v1/studies/{study}/best
boost::asio::awaitable<Response> get_best(Request request, TuningService& service);

}  // namespace tuner
