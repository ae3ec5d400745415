// Jobs of the legacy service: studies that come as a document and have the id that it gives them.

#include "tuner/formats/study_yaml.h"
#include "tuner/scheduler/scheduler.h"
#include "tuner/service/resumed_study.h"
#include "tuner/service/tuning_service.h"
#include "tuner/study/limits.h"

#include <algorithm>
#include <string_view>

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

// "gs://bucket/path" to "ROOT/bucket/path".
void map_storage(std::string& word, const std::string& root) {
    constexpr std::string_view kStorage = "gs://";
    const std::size_t begin = word.starts_with(kStorage) ? 0 : word.find('=') + 1;
    if (!root.empty() && std::string_view(word).substr(begin).starts_with(kStorage)) {
        word.replace(begin, kStorage.size(), root + "/");
    }
}

void map_storage(TrainerSpec& trainer, const std::string& root) {
    if (trainer.job_dir) {
        map_storage(*trainer.job_dir, root);
    }
    for (std::string& word : trainer.args) {
        map_storage(word, root);
    }
}

struct ReadJob {
    NewStudy study;
    std::vector<std::string> notices;
};

Result<ReadJob> read_job(JobRequest request, const Host& host) {
    const StudyYamlContext context{"job", request.working_dir, "", &host};
    auto parsed = parse_study_yaml(request.document, context);
    if (!parsed) {
        return invalid(to_text(parsed.error(), request.document, context));
    }
    const std::string& id = parsed->config.name;
    if (!is_job_id(id)) {
        return invalid(fmt::format(
            "jobId '{}' must begin with a letter and have letters, digits and underscores only, at "
            "most {}",
            id,
            kMaxStudyNameBytes
        ));
    }
    if (!parsed->config.trainer.runs_something()) {
        return invalid(
            "nothing to run: the job has neither pythonModule with packageUris nor a command"
        );
    }
    map_storage(parsed->config.trainer, request.gs_root);
    ReadJob job{NewStudy{std::move(parsed->config), "", std::move(request.document)}, {}};
    for (const Problem& notice : parsed->notices) {
        job.notices.push_back(notice.message);
    }
    return job;
}

}  // namespace

asio::awaitable<Result<RunAnswer>> TuningService::create_job(JobRequest request) {
    Result<ReadJob> job = read_job(std::move(request), scheduler_.host());
    if (!job) {
        co_return tl::unexpected(job.error());
    }
    Result<void> begun = begin_where_the_earlier_one_ended(job->study);
    if (!begun) {
        co_return tl::unexpected(begun.error());
    }
    TrainerSpec trainer = job->study.config.trainer;
    Result<PythonPackages> packages = co_await packages_of(std::move(trainer));
    if (!packages) {
        co_return tl::unexpected(packages.error());
    }
    auto staged = co_await scheduler_.stage_packages(std::move(*packages));
    if (!staged) {
        co_return tl::unexpected(staged.error());
    }
    job->study.config.trainer.staged_paths = std::move(*staged);
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
        return invalid("resumePreviousJobId: " + earlier.error().message);
    }
    if (Result<void> can = check_resumable(earlier->study, earlier->history, study.config); !can) {
        return can;
    }
    study.inherited = inherited_trials(earlier->study, earlier->history);
    count_inherited(study.config, study.inherited);
    return {};
}

}  // namespace tuner
