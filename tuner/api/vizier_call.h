// What the calls of the Vizier face share: where they look, which parameters each of them may have,
// and how they refuse.
//
// The routes begin with {project}, {location} and, where there is one, {study}, {trial}. Every
// study of a studySpec is in every project and location.

#pragma once

#include "tuner/api/http_message.h"
#include "tuner/api/paging.h"
#include "tuner/api/query.h"
#include "tuner/formats/vizier_resource.h"
#include "tuner/service/tuning_service.h"

#include <nlohmann/json_fwd.hpp>

namespace tuner::vizier {

// The problem of an error: a `conflict` is FAILED_PRECONDITION with status 400 here.
Response refusal(const Error& error);

Parent parent_of(const Request& request);

// Of every list.
inline constexpr PageSizes kPageSizes{100, 1'000, true};

// The parameters of a call that pages a list, waits, or has none of its own; those that every call
// of the service may have are let pass.
Result<Query> read_query(const Request& request);

// The study that a request names, by its id alone; `not_found`.
Result<StudyView> study_of(const Request& request, const TuningService& service);

struct FoundTrial {
    StudyView study;
    std::reference_wrapper<const Trial> trial;
};

// The trial that a request names; `not_found`.
Result<FoundTrial> trial_of(const Request& request, const TuningService& service);

// A trial as an answer, read again after a change.
Response answer_trial(const Request& request, const TuningService& service, TrialId trial);

}  // namespace tuner::vizier
