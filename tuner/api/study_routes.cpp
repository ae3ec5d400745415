#include "tuner/api/study_routes.h"

#include "tuner/api/json_answer.h"
#include "tuner/api/paging.h"
#include "tuner/api/problem.h"
#include "tuner/api/query.h"
#include "tuner/api/study_body.h"
#include "tuner/api/study_reference.h"
#include "tuner/formats/rung_json.h"
#include "tuner/formats/study_json.h"
#include "tuner/formats/utf8.h"
#include "tuner/service/tuning_service.h"

#include <nlohmann/json.hpp>

namespace tuner {

namespace asio = boost::asio;
using Json = nlohmann::ordered_json;

namespace {

Json to_json(const StudyView& view, const TuningService& service) {
    Json json = tuner::to_json(view.study, view.history);
    const std::string waiting = service.waiting(view.study.get().id);
    json["waiting"] = waiting.empty() ? Json(nullptr) : Json(to_valid_utf8(waiting));
    return json;
}

// A study as it is now, for the answer of a call that changed it.
Response answer_study(const TuningService& service, const std::string& id) {
    const auto view = service.find(id);
    return view ? answer_json(to_json(*view, service)) : problem(view.error());
}

std::string_view outcome_name(RunOutcome outcome) {
    switch (outcome) {
        case RunOutcome::created:
            return "created";
        case RunOutcome::continued:
            return "continued";
        case RunOutcome::unchanged:
            break;
    }
    return "unchanged";
}

Response answer_run(const TuningService& service, const RunAnswer& answer) {
    const auto view = service.find(answer.id);
    if (!view) {
        return problem(view.error());
    }
    Json document = Json::object();
    document["study"] = to_json(*view, service);
    document["outcome"] = outcome_name(answer.outcome);
    document["notices"] = answer.notices;
    return answer_json(document);
}

}  // namespace

asio::awaitable<Response> get_health(Request request, TuningService& service) {
    static_cast<void>(service);
    if (const auto query = Query::read(request, {}); !query) {
        co_return problem(query.error());
    }
    Json health = Json::object();
    health["status"] = "ok";
    co_return answer_json(health);
}

asio::awaitable<Response> list_studies(Request request, TuningService& service) {
    const auto query = Query::read(request, {"pageSize", "pageToken"});
    if (!query) {
        co_return problem(query.error());
    }
    const std::vector<StudyView> studies = service.studies();
    const auto page = read_page(*query, "studies", studies.size());
    if (!page) {
        co_return problem(page.error());
    }
    Json list = Json::array();
    for (std::size_t i = page->begin; i < page->end; ++i) {
        list.push_back(to_json(studies[i], service));
    }
    co_return answer_page("studies", std::move(list), *page, studies.size());
}

asio::awaitable<Response> train_study(Request request, TuningService& service) {
    const auto id = find_study_id(request, service);
    if (!id) {
        co_return problem(id.error());
    }
    auto wanted = parse_retrain_request(request.body);
    if (!wanted) {
        co_return problem(wanted.error());
    }
    RetrainRequest retraining = std::move(*wanted);
    const auto answer = co_await service.retrain(*id, std::move(retraining));
    co_return answer ? answer_run(service, *answer) : problem(answer.error());
}

namespace {

// A body that is a study's document; its trainers, if any, run where the server does unless told.
RunRequest document_itself(const Query& query, std::string body) {
    RunRequest wanted;
    wanted.document = std::move(body);
    wanted.working_dir =
        query.text("workingDir").value_or(std::filesystem::current_path().string());
    return wanted;
}

}  // namespace

asio::awaitable<Response> create_study(Request request, TuningService& service) {
    const auto query = Query::read(request, {"workingDir"});
    if (!query) {
        co_return problem(query.error());
    }
    auto run = parse_run_request(request.body);
    if (!run) {
        co_return problem(run.error());
    }
    RunRequest wanted = *run ? std::move(**run) : document_itself(*query, std::move(request.body));
    if (!*run && !wanted.working_dir.starts_with('/')) {
        co_return problem(400, "workingDir must be an absolute path on the server's machine");
    }
    const auto answer = co_await service.run_file(std::move(wanted));
    co_return answer ? answer_run(service, *answer) : problem(answer.error());
}

asio::awaitable<Response> get_study(Request request, TuningService& service) {
    const auto id = find_study_id(request, service);
    co_return id ? answer_study(service, *id) : problem(id.error());
}

asio::awaitable<Response> get_rungs(Request request, TuningService& service) {
    const auto id = find_study_id(request, service);
    if (!id) {
        co_return problem(id.error());
    }
    const auto view = service.find(*id);
    const std::vector<Rung> rungs =
        view->curves == nullptr ? std::vector<Rung>() : rung_table(*view->curves);
    co_return answer_json(tuner::to_json(rungs, view->study.get().config.stopping));
}

asio::awaitable<Response> patch_study(Request request, TuningService& service) {
    const auto id = find_study_id(request, service);
    if (!id) {
        co_return problem(id.error());
    }
    const auto view = service.find(*id);
    const auto limits = parse_limits(request.body, view->study.get().config.limits);
    if (!limits) {
        co_return problem(limits.error());
    }
    const auto done = co_await service.set_limits(*id, *limits);
    co_return done ? answer_study(service, *id) : problem(done.error());
}

asio::awaitable<Response> delete_study(Request request, TuningService& service) {
    const auto id = find_study_id(request, service);
    if (!id) {
        co_return problem(id.error());
    }
    const auto done = co_await service.remove(*id);
    co_return done ? answer_json(Json::object()) : problem(done.error());
}

asio::awaitable<Response> stop_study(Request request, TuningService& service) {
    const auto query = Query::read(request, {"now"});
    const auto now = query ? query->flag("now") : tl::unexpected(query.error());
    if (!now) {
        co_return problem(now.error());
    }
    const auto view = find_study(request, service);
    if (!view) {
        co_return problem(view.error());
    }
    const std::string id = view->study.get().id;
    const auto done = co_await service.pause(id, *now, StudyReason::user);
    co_return done ? answer_study(service, id) : problem(done.error());
}

asio::awaitable<Response> resume_study(Request request, TuningService& service) {
    const auto id = find_study_id(request, service);
    if (!id) {
        co_return problem(id.error());
    }
    const auto done = co_await service.resume(*id);
    co_return done ? answer_study(service, *id) : problem(done.error());
}

asio::awaitable<Response> cancel_study(Request request, TuningService& service) {
    const auto id = find_study_id(request, service);
    if (!id) {
        co_return problem(id.error());
    }
    const auto done = co_await service.cancel(*id);
    co_return done ? answer_study(service, *id) : problem(done.error());
}

}  // namespace tuner
