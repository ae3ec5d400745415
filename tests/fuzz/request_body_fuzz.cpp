// The body of a call is refused with words that name a field, or gives values within their limits.
//
// The first byte says which call, the rest is its body.

#include "tests/fuzz/refusal.h"
#include "tests/fuzz/space.h"
#include "tuner/api/asked_body.h"
#include "tuner/api/report_body.h"
#include "tuner/api/study_body.h"
#include "tuner/formats/trial_stream.h"
#include "tuner/formats/utf8.h"
#include "tuner/formats/vizier_request.h"
#include "tuner/study/limits.h"

#include <type_traits>

#include <nlohmann/json.hpp>

using namespace tuner;
using namespace tuner::fuzz;

namespace {

const SearchSpace kSpace = make_space();

bool is_text(std::string_view text, std::size_t bytes_max) {
    return text.size() <= bytes_max && find_invalid_utf8(text) == std::string_view::npos;
}

bool is_within(std::int64_t number, std::int64_t min, std::int64_t max) {
    return number >= min && number <= max;
}

void check(const PostedReport& report) {
    holds(is_within(report.step.value_or(0), 0, kMaxInteger), "a step is a whole number");
    holds(report.metrics.size() <= kMaxReportedMetrics, "not too many metrics");
    for (const Metric& metric : report.metrics) {
        holds(
            !metric.name.empty() && is_text(metric.name, kMaxMetricNameBytes), "metrics have names"
        );
    }
    holds(is_text(report.reason, kMaxReasonBytes), "a reason is a text that is not too long");
}

void check(const BroughtTrial& brought) {
    holds(kSpace.check(brought.assignment).has_value(), "a brought trial belongs to the space");
    if (brought.result) {
        check(*brought.result);
    }
}

void check(const AskRequest& request) {
    holds(is_within(request.count, 1, kMaxAskedTrials), "not too many trials are asked for");
    holds(is_text(request.client, kMaxClientBytes), "a client's name is a text");
}

void check(const std::optional<RunRequest>& request) {
    if (!request) {
        return;  // not of this kind
    }
    holds(request->file.empty() || request->document.empty(), "a study has one source");
    holds(request->file.empty() || request->file.starts_with('/'), "a file has an absolute path");
    holds(is_within(request->max_trials.value_or(1), 1, kMaxTrials), "a study has trials");
    holds(
        is_within(request->max_parallel_trials.value_or(1), 1, kMaxParallelTrials),
        "some trials run at once"
    );
}

void check(const RetrainRequest& request) {
    holds(!request.trial || request.trial->value() >= 1, "trials are counted from one");
}

void check(const Limits& limits) {
    holds(is_within(limits.max_trials, 1, kMaxTrials), "a study has trials");
    holds(is_within(limits.max_parallel_trials, 1, kMaxParallelTrials), "some trials run at once");
    holds(is_within(limits.max_failed_trials, 0, kMaxTrials), "failures are counted");
    holds(is_within(limits.max_retries, 0, kMaxTrials), "retries are counted");
    holds(limits.timeout.value_or(Duration(1)) > Duration(0), "a limit leaves some time");
    holds(limits.stall_timeout.value_or(Duration(1)) > Duration(0), "a limit leaves some time");
    holds(limits.termination_grace >= Duration(0), "no grace is negative");
}

void check(const vizier::WantedStudy& study) {
    holds(nlohmann::json::accept(study.document), "a wanted study is a document");
    holds(is_text(study.display_name, study.display_name.size()), "a study is called by a text");
}

void check(const std::string& text) {
    holds(is_text(text, text.size()), "what is looked up is a text");
}

template <class T>
void check_result(const Result<T>& result) {
    if (!result) {
        check_refusal(result.error());
        return;
    }
    if constexpr (!std::is_void_v<T>) {
        check(*result);
    }
}

using Check = void (*)(std::string_view body);

constexpr Check kCalls[] = {
    [](std::string_view body) { check_result(parse_measure(body)); },
    [](std::string_view body) { check_result(parse_complete(body)); },
    [](std::string_view body) { check_result(parse_last_word(body)); },
    [](std::string_view body) { check_result(parse_ask(body)); },
    [](std::string_view body) { check_result(parse_brought_trial(body, kSpace)); },
    [](std::string_view body) { check_result(parse_run_request(body)); },
    [](std::string_view body) { check_result(parse_retrain_request(body)); },
    [](std::string_view body) { check_result(parse_limits(body, Limits())); },
    [](std::string_view body) { check_result(vizier::parse_study(body)); },
    [](std::string_view body) { check_result(vizier::parse_lookup(body)); },
    [](std::string_view body) { check_result(vizier::parse_suggest(body)); },
    [](std::string_view body) { check_result(vizier::parse_trial(body, kSpace)); },
    [](std::string_view body) { check_result(vizier::parse_measurement(body)); },
    [](std::string_view body) { check_result(vizier::parse_completion(body)); },
    [](std::string_view body) { check_result(vizier::parse_nothing(body)); },
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size != 0) {
        kCalls[data[0] % std::size(kCalls)](text_of(data + 1, size - 1));
    }
    return 0;
}
