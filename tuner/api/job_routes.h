// The legacy face of the API: jobs of `projects.jobs` of ml v1 (contract.md 4.4). Every study is a
// job by its id; {project} is anybody's word and means nothing here.
//
// Errors are as on the native face, but for an id that was used before: 409 ALREADY_EXISTS.

#pragma once

#include "tuner/api/http_message.h"

namespace tuner {

class TuningService;

// GET /v1/projects/{project}/jobs?filter=&pageSize=&pageToken=: newest first
boost::asio::awaitable<Response> list_jobs(Request request, TuningService& service);

// POST /v1/projects/{project}/jobs?workingDir=/path: a Job with its jobId. workingDir, tuner's own,
// is where relative programs and packages are looked up; otherwise where the daemon was started.
boost::asio::awaitable<Response> create_job(Request request, TuningService& service);

// GET /v1/projects/{project}/jobs/{job}
boost::asio::awaitable<Response> get_job(Request request, TuningService& service);

// POST /v1/projects/{project}/jobs/{job}:cancel: {}, also for a job that has ended
boost::asio::awaitable<Response> cancel_job(Request request, TuningService& service);

}  // namespace tuner
