#include "tuner/api/routes.h"

#include "tuner/api/asked_routes.h"
#include "tuner/api/event_stream.h"
#include "tuner/api/job_routes.h"
#include "tuner/api/report_routes.h"
#include "tuner/api/study_routes.h"
#include "tuner/api/trial_log.h"
#include "tuner/api/trial_routes.h"
#include "tuner/api/vizier_routes.h"

#include <array>

namespace tuner {

namespace {

constexpr std::array kRoutes{
    Route{"GET", "/healthz", Access::open, get_health},

    Route{"GET", "/v1/studies", Access::token, list_studies},
    Route{"POST", "/v1/studies", Access::token, create_study},
    Route{"GET", "/v1/studies/{study}", Access::token, get_study},
    Route{"PATCH", "/v1/studies/{study}", Access::token, patch_study},
    Route{"DELETE", "/v1/studies/{study}", Access::token, delete_study},
    Route{"POST", "/v1/studies/{study}:stop", Access::token, stop_study},
    Route{"POST", "/v1/studies/{study}:resume", Access::token, resume_study},
    Route{"POST", "/v1/studies/{study}:cancel", Access::token, cancel_study},
    Route{"POST", "/v1/studies/{study}:train", Access::token, train_study},

    Route{"GET", "/v1/studies/{study}/trials", Access::token, list_trials},
    Route{"POST", "/v1/studies/{study}/trials", Access::token, add_trial},
    Route{"POST", "/v1/studies/{study}/trials:suggest", Access::token, suggest_trials},
    Route{"GET", "/v1/studies/{study}/trials/{trial}", Access::token, get_trial},
    Route{"GET", "/v1/studies/{study}/trials/{trial}/log", Access::token, get_log},
    Route{"POST", "/v1/studies/{study}/trials/{trial}:measure", Access::trial, measure_trial},
    Route{"POST", "/v1/studies/{study}/trials/{trial}:complete", Access::trial, complete_trial},
    Route{"POST", "/v1/studies/{study}/trials/{trial}:stop", Access::token, stop_trial},
    Route{"GET", "/v1/studies/{study}/best", Access::token, get_best},
    Route{"GET", "/v1/studies/{study}/rungs", Access::token, get_rungs},

    Route{"GET", "/v1/studies/{study}/events", Access::token, get_study_events},
    Route{"GET", "/v1/projects/{project}/jobs", Access::token, list_jobs},
    Route{"POST", "/v1/projects/{project}/jobs", Access::token, create_job},
    Route{"GET", "/v1/projects/{project}/jobs/{job}", Access::token, get_job},
    Route{"POST", "/v1/projects/{project}/jobs/{job}:cancel", Access::token, cancel_job},

    Route{"GET", "/v1/events", Access::token, get_all_events},

    Route{
        "GET",
        "/v1/projects/{project}/locations/{location}/studies",
        Access::token,
        vizier::list_studies},
    Route{
        "POST",
        "/v1/projects/{project}/locations/{location}/studies",
        Access::token,
        vizier::create_study},
    Route{
        "POST",
        "/v1/projects/{project}/locations/{location}/studies:lookup",
        Access::token,
        vizier::look_up_study},
    Route{
        "GET",
        "/v1/projects/{project}/locations/{location}/studies/{study}",
        Access::token,
        vizier::get_study},
    Route{
        "DELETE",
        "/v1/projects/{project}/locations/{location}/studies/{study}",
        Access::token,
        vizier::delete_study},
    Route{
        "GET",
        "/v1/projects/{project}/locations/{location}/studies/{study}/trials",
        Access::token,
        vizier::list_trials},
    Route{
        "POST",
        "/v1/projects/{project}/locations/{location}/studies/{study}/trials",
        Access::token,
        vizier::create_trial},
    Route{
        "POST",
        "/v1/projects/{project}/locations/{location}/studies/{study}/trials:suggest",
        Access::token,
        vizier::suggest_trials},
    Route{
        "POST",
        "/v1/projects/{project}/locations/{location}/studies/{study}/trials:listOptimalTrials",
        Access::token,
        vizier::list_optimal_trials},
    Route{
        "GET",
        "/v1/projects/{project}/locations/{location}/studies/{study}/trials/{trial}",
        Access::token,
        vizier::get_trial},
    Route{
        "DELETE",
        "/v1/projects/{project}/locations/{location}/studies/{study}/trials/{trial}",
        Access::token,
        vizier::delete_trial},
    Route{
        "POST",
        "/v1/projects/{project}/locations/{location}/studies/{study}/trials/"
        "{trial}:addTrialMeasurement",
        Access::token,
        vizier::add_trial_measurement},
    Route{
        "POST",
        "/v1/projects/{project}/locations/{location}/studies/{study}/trials/{trial}:complete",
        Access::token,
        vizier::complete_trial},
    Route{
        "POST",
        "/v1/projects/{project}/locations/{location}/studies/{study}/trials/"
        "{trial}:checkTrialEarlyStoppingState",
        Access::token,
        vizier::check_trial},
    Route{
        "POST",
        "/v1/projects/{project}/locations/{location}/studies/{study}/trials/{trial}:stop",
        Access::token,
        vizier::stop_trial},
    Route{
        "GET",
        "/v1/projects/{project}/locations/{location}/studies/{study}/operations",
        Access::token,
        vizier::list_study_operations},
    Route{
        "GET",
        "/v1/projects/{project}/locations/{location}/studies/{study}/operations/{operation}",
        Access::token,
        vizier::get_study_operation},
    Route{
        "POST",
        "/v1/projects/{project}/locations/{location}/studies/{study}/operations/{operation}:wait",
        Access::token,
        vizier::get_study_operation},
    Route{
        "POST",
        "/v1/projects/{project}/locations/{location}/studies/{study}/operations/{operation}:cancel",
        Access::token,
        vizier::end_study_operation},
    Route{
        "DELETE",
        "/v1/projects/{project}/locations/{location}/studies/{study}/operations/{operation}",
        Access::token,
        vizier::end_study_operation},
    Route{
        "GET",
        "/v1/projects/{project}/locations/{location}/studies/{study}/trials/{trial}/operations",
        Access::token,
        vizier::list_trial_operations},
    Route{
        "GET",
        "/v1/projects/{project}/locations/{location}/studies/{study}/trials/{trial}/operations/"
        "{operation}",
        Access::token,
        vizier::get_trial_operation},
    Route{
        "POST",
        "/v1/projects/{project}/locations/{location}/studies/{study}/trials/{trial}/operations/"
        "{operation}:wait",
        Access::token,
        vizier::get_trial_operation},
    Route{
        "POST",
        "/v1/projects/{project}/locations/{location}/studies/{study}/trials/{trial}/operations/"
        "{operation}:cancel",
        Access::token,
        vizier::end_trial_operation},
    Route{
        "DELETE",
        "/v1/projects/{project}/locations/{location}/studies/{study}/trials/{trial}/operations/"
        "{operation}",
        Access::token,
        vizier::end_trial_operation},
};

}  // namespace

std::span<const Route> api_routes() {
    return kRoutes;
}

}  // namespace tuner
