#include "tuner/api/job_routes.h"

#include "tuner/api/job_filter.h"
#include "tuner/api/json_answer.h"
#include "tuner/api/paging.h"
#include "tuner/api/problem.h"
#include "tuner/api/query.h"
#include "tuner/formats/job_json.h"
#include "tuner/formats/json_text.h"
#include "tuner/service/tuning_service.h"

#include <algorithm>
#include <filesystem>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace asio = boost::asio;
using Json = nlohmann::ordered_json;

namespace {

constexpr PageSizes kPageSizes{20, 100, true};

// By its id alone: a name may mean another study tomorrow.
Result<StudyView> find_job(const Request& request, const TuningService& service) {
    const std::string& job = request.captures.at(1);
    const auto view = service.find(job);
    if (view && view->study.get().id == job) {
        return view;
    }
    return fail(
        ErrorCode::not_found,
        fmt::format("Field: name Error: The specified job [{}] could not be found.", job)
    );
}

// The job that a request without parameters names.
Result<StudyView> only_job(const Request& request, const TuningService& service) {
    const auto query = Query::read(request, {});
    return query ? find_job(request, service) : tl::unexpected(query.error());
}

Response answer_job(const StudyView& view) {
    return answer_json(to_job_json(view.study, view.history));
}

}  // namespace

asio::awaitable<Response> list_jobs(Request request, TuningService& service) {
    const auto query = Query::read(request, {"filter", "pageSize", "pageToken"});
    if (!query) {
        co_return problem(query.error());
    }
    const std::string text = query->text("filter").value_or("");
    const auto filter = parse_job_filter(text);
    if (!filter) {
        co_return problem(filter.error());
    }
    std::vector<StudyView> found = service.studies();
    std::reverse(found.begin(), found.end());
    if (!text.empty()) {
        std::erase_if(found, [&](const StudyView& view) {
            return !(*filter)(to_job_json(view.study, view.history));
        });
    }
    const auto page = read_page(*query, "jobs/" + text, found.size(), kPageSizes);
    if (!page) {
        co_return problem(page.error());
    }
    Json answer = Json::object();
    for (std::size_t i = page->begin; i < page->end; ++i) {
        append(answer, "jobs", to_job_json(found[i].study, found[i].history));
    }
    if (page->next_token) {
        answer["nextPageToken"] = *page->next_token;
    }
    co_return answer_json(answer);
}

asio::awaitable<Response> create_job(Request request, TuningService& service) {
    const auto query = Query::read(request, {"workingDir", "gsRoot"});
    if (!query) {
        co_return problem(query.error());
    }
    JobRequest wanted;
    wanted.document = std::move(request.body);
    wanted.working_dir =
        query->text("workingDir").value_or(std::filesystem::current_path().string());
    wanted.gs_root = query->text("gsRoot").value_or("");
    const bool is_root = wanted.gs_root.empty() || wanted.gs_root.starts_with('/');
    if (!wanted.working_dir.starts_with('/') || !is_root) {
        co_return problem(
            400, "workingDir and gsRoot must be absolute paths on the server's machine"
        );
    }
    const auto answer = co_await service.create_job(std::move(wanted));
    if (!answer && answer.error().code == ErrorCode::conflict) {
        co_return problem(409, "ALREADY_EXISTS", answer.error().message);
    }
    if (!answer) {
        co_return problem(answer.error());
    }
    const auto view = service.find(answer->id);
    co_return view ? answer_job(*view) : problem(view.error());
}

asio::awaitable<Response> get_job(Request request, TuningService& service) {
    const auto view = only_job(request, service);
    co_return view ? answer_job(*view) : problem(view.error());
}

asio::awaitable<Response> cancel_job(Request request, TuningService& service) {
    const auto view = only_job(request, service);
    if (!view) {
        co_return problem(view.error());
    }
    const std::string id = view->study.get().id;
    const auto done = co_await service.cancel(id);
    co_return done ? answer_json(Json::object()) : problem(done.error());
}

}  // namespace tuner
