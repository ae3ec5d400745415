#include "tuner/api/json_answer.h"
#include "tuner/api/paging.h"
#include "tuner/api/problem.h"
#include "tuner/api/vizier_call.h"
#include "tuner/api/vizier_routes.h"
#include "tuner/formats/json_text.h"
#include "tuner/formats/vizier_request.h"

#include <algorithm>
#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner::vizier {

namespace {

using Json = nlohmann::ordered_json;

std::vector<StudyView> shown_studies(const TuningService& service) {
    std::vector<StudyView> views = service.studies();
    std::erase_if(views, [](const StudyView& view) { return !is_shown(view.study); });
    return views;
}

// The newest of a title, or null.
const Study* find_title(const TuningService& service, const std::string& title) {
    const Study* newest = nullptr;
    for (const StudyView& view : shown_studies(service)) {
        newest = display_name(view.study) == title ? &view.study.get() : newest;
    }
    return newest;
}

}  // namespace

Answer list_studies(Request request, TuningService& service) {
    const auto query = read_query(request);
    if (!query) {
        co_return refusal(query.error());
    }
    const std::vector<StudyView> studies = shown_studies(service);
    const auto page = read_page(*query, "vizier/studies", studies.size(), kPageSizes);
    if (!page) {
        co_return refusal(page.error());
    }
    Json answer = Json::object();
    for (std::size_t i = page->begin; i < page->end; ++i) {
        append(answer, "studies", to_study(parent_of(request), studies[i].study));
    }
    if (page->next_token) {
        answer["nextPageToken"] = *page->next_token;
    }
    co_return answer_json(answer);
}

Answer create_study(Request request, TuningService& service) {
    const auto query = read_query(request);
    auto wanted =
        query ? parse_study(request.body) : Result<WantedStudy>(tl::unexpected(query.error()));
    if (!wanted) {
        co_return refusal(wanted.error());
    }
    if (find_title(service, wanted->display_name) != nullptr) {
        co_return problem(
            409,
            "ALREADY_EXISTS",
            fmt::format("there is a study with displayName '{}'", wanted->display_name)
        );
    }
    RunRequest run;
    run.document = std::move(wanted->document);
    run.working_dir = std::filesystem::current_path().string();
    run.force_new = true;
    const auto made = co_await service.run_file(std::move(run));
    const auto view = made ? service.find(made->id) : tl::unexpected(made.error());
    co_return view ? answer_json(to_study(parent_of(request), view->study)) : refusal(view.error());
}

Answer look_up_study(Request request, TuningService& service) {
    const auto query = read_query(request);
    const auto title = query ? parse_lookup(request.body) : tl::unexpected(query.error());
    if (!title) {
        co_return refusal(title.error());
    }
    const Study* found = find_title(service, *title);
    if (found == nullptr) {
        co_return problem(404, fmt::format("there is no study with displayName '{}'", *title));
    }
    co_return answer_json(to_study(parent_of(request), *found));
}

Answer get_study(Request request, TuningService& service) {
    const auto query = read_query(request);
    const auto view = query ? study_of(request, service) : tl::unexpected(query.error());
    co_return view ? answer_json(to_study(parent_of(request), view->study)) : refusal(view.error());
}

// An active study, too: what was given out is taken back first.
Answer delete_study(Request request, TuningService& service) {
    const auto query = read_query(request);
    const auto view = query ? study_of(request, service) : tl::unexpected(query.error());
    if (!view) {
        co_return refusal(view.error());
    }
    const std::string id = view->study.get().id;
    Result<void> done = co_await service.cancel(id);
    if (done) {
        done = co_await service.cancel(id);  // its turn comes after the ends that the first brought
    }
    if (done) {
        done = co_await service.remove(id);
    }
    co_return done ? answer_json(Json::object()) : refusal(done.error());
}

}  // namespace tuner::vizier
