// The calls on studies: each takes its request apart, calls the service, and renders the answer.
//
// {study} is what study_reference.h says, with its slashes written %2F.

#pragma once

#include "tuner/api/http_message.h"

namespace tuner {

class TuningService;

// GET /healthz
boost::asio::awaitable<Response> get_health(Request request, TuningService& service);

// GET /v1/studies?pageSize=&pageToken=
boost::asio::awaitable<Response> list_studies(Request request, TuningService& service);

// POST /v1/studies {"file" or "document", "args", "name", "maxTrials", "seed", "new", …}
boost::asio::awaitable<Response> create_study(Request request, TuningService& service);

// GET /v1/studies/{study}
boost::asio::awaitable<Response> get_study(Request request, TuningService& service);

// GET /v1/studies/{study}/rungs
boost::asio::awaitable<Response> get_rungs(Request request, TuningService& service);

// PATCH /v1/studies/{study} {"maxTrials": 30, …}: limits only
boost::asio::awaitable<Response> patch_study(Request request, TuningService& service);

// DELETE /v1/studies/{study}
boost::asio::awaitable<Response> delete_study(Request request, TuningService& service);

// POST /v1/studies/{study}:stop?now=true
boost::asio::awaitable<Response> stop_study(Request request, TuningService& service);

// POST /v1/studies/{study}:resume
boost::asio::awaitable<Response> resume_study(Request request, TuningService& service);

// POST /v1/studies/{study}:train {"trial", "args", "jobDir"}
boost::asio::awaitable<Response> train_study(Request request, TuningService& service);

// POST /v1/studies/{study}:cancel
boost::asio::awaitable<Response> cancel_study(Request request, TuningService& service);

}  // namespace tuner
