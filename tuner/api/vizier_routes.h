// The Vizier face: studies, trials and operations as the Vertex AI v1 API has them (contract.md 5),
// for that service's own clients.
//
// Nothing here takes long, so an operation is done when it is answered. What it answered is in its
// name, suggest-3-4 or check-stop, so that nobody has to keep it.

#pragma once

#include "tuner/api/http_message.h"
#include "tuner/service/tuning_service.h"

#include <boost/asio/awaitable.hpp>

namespace tuner::vizier {

using Answer = boost::asio::awaitable<Response>;

// …/studies
Answer list_studies(Request request, TuningService& service);
Answer create_study(Request request, TuningService& service);
Answer look_up_study(Request request, TuningService& service);
Answer get_study(Request request, TuningService& service);
Answer delete_study(Request request, TuningService& service);

// …/studies/{study}/trials
Answer list_trials(Request request, TuningService& service);
Answer create_trial(Request request, TuningService& service);
Answer suggest_trials(Request request, TuningService& service);
Answer list_optimal_trials(Request request, TuningService& service);
Answer get_trial(Request request, TuningService& service);
Answer delete_trial(Request request, TuningService& service);
Answer add_trial_measurement(Request request, TuningService& service);
Answer complete_trial(Request request, TuningService& service);
Answer check_trial(Request request, TuningService& service);
Answer stop_trial(Request request, TuningService& service);

// …/operations, of a study or of a trial
Answer list_study_operations(Request request, TuningService& service);
Answer list_trial_operations(Request request, TuningService& service);
Answer get_study_operation(Request request, TuningService& service);  // also :wait
Answer get_trial_operation(Request request, TuningService& service);
Answer end_study_operation(Request request, TuningService& service);  // :cancel and DELETE
Answer end_trial_operation(Request request, TuningService& service);

}  // namespace tuner::vizier
