// Jobs of the legacy service: studies that come as a document and have the id that it gives them.

#include "tuner/formats/study_yaml.h"
#include "tuner/scheduler/scheduler.h"
#include "tuner/service/resumed_study.h"
#include "tuner/service/tuning_service.h"
#include "tuner/study/limits.h"

#include <algorithm>

#include <fmt/format.h>

namespace tuner {

namespace asio = boost::asio;

namespace {

// A letter, then letters, digits and underscores. So no job has the id of a study, NAME-n.
bool is_job_id(const std::string& text) {
    const auto is_letter = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); };
    return !text.empty() && text.size() <= kMaxStudyNameBytes && is_letter(text[0]) &&
           std::all_of(text.begin(), text.end(), [&](char c) {
               return is_letter(c) || (c >= '0' && c <= '9') || c == '_';
           });
}

tl::unexpected<Error> wrong(std::string message) {
    return fail(ErrorCode::invalid_argument, std::move(message));
}

struct ReadJob {
    NewStudy study;
    std::vector<std::string> notices;
};

Result<ReadJob> read_job(JobRequest request) {
    const StudyYamlContext context{"job", request.working_dir, ""};
    auto parsed = parse_study_yaml(request.document, context);
    if (!parsed) {
        return wrong(to_text(parsed.error(), request.document, context));
    }
    const std::string& id = parsed->config.name;
    if (!is_job_id(id)) {
        return wrong(fmt::format(
            "jobId '{}' must begin with a letter and have letters, digits and underscores only, at "
            "most {}",
            id,
            kMaxStudyNameBytes
        ));
    }
    if (!parsed->config.trainer.runs_something()) {
        return wrong(
            "nothing to run: the job has neither pythonModule with packageUris nor a command"
        );
    }
    ReadJob job{NewStudy{std::move(parsed->config), "", std::move(request.document)}, {}};
    for (const Problem& notice : parsed->notices) {
        job.notices.push_back(notice.message);
    }
    return job;
}

}  // namespace

asio::awaitable<Result<RunAnswer>> TuningService::create_job(JobRequest request) {
    Result<ReadJob> job = read_job(std::move(request));
    if (!job) {
        co_return tl::unexpected(job.error());
    }
    Result<void> begun = begin_where_the_earlier_one_ended(job->study);
    if (!begun) {
        co_return tl::unexpected(begun.error());
    }
    auto made = co_await scheduler_.create_job(std::move(job->study));
    if (!made) {
        co_return tl::unexpected(made.error());
    }
    co_return RunAnswer{made->get().study().id, RunOutcome::created, std::move(job->notices)};
}

Result<void> TuningService::begin_where_the_earlier_one_ended(NewStudy& study) const {
    if (study.config.resumed_job.empty()) {
        return {};
    }
    Result<StudyView> earlier = find(study.config.resumed_job);
    if (!earlier) {
        return wrong("resumePreviousJobId: " + earlier.error().message);
    }
    if (Result<void> can = check_resumable(earlier->study, earlier->history, study.config); !can) {
        return can;
    }
    study.inherited = inherited_trials(earlier->study, earlier->history);
    count_inherited(study.config, study.inherited);
    return {};
}

}  // namespace tuner
