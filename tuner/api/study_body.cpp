#include "tuner/api/study_body.h"

#include "tuner/formats/json_text.h"
#include "tuner/study/limits.h"

#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using nlohmann::json;

// One reader per type. Each writes the field's value to its place or says what would be right.
Result<void> read(const std::string& field, const json& value, std::string& to) {
    if (!value.is_string()) {
        return must_be(field, "a text");
    }
    to = value.get<std::string>();
    return {};
}

Result<void> read(const std::string& field, const json& value, std::optional<std::string>& to) {
    return read(field, value, to.emplace());
}

Result<void> read(const std::string& field, const json& value, bool& to) {
    if (!value.is_boolean()) {
        return must_be(field, "true or false");
    }
    to = value.get<bool>();
    return {};
}

Result<void> read(const std::string& field, const json& value, std::vector<std::string>& to) {
    const bool texts = value.is_array() && std::all_of(value.begin(), value.end(), [](auto& item) {
                           return item.is_string();
                       });
    if (!texts) {
        return must_be(field, "a list of texts");
    }
    to = value.get<std::vector<std::string>>();
    return {};
}

Result<void> read(const std::string& field, const json& value, std::optional<std::uint64_t>& to) {
    if (!value.is_number_unsigned()) {
        return must_be(field, "a whole number from 0 to 18446744073709551615");
    }
    to = value.get<std::uint64_t>();
    return {};
}

Result<void> read_integer(
    const std::string& field,
    const json& value,
    std::int64_t min,
    std::int64_t max,
    std::int64_t& to
) {
    const bool fits = value.is_number_unsigned() &&
                      value.get<std::uint64_t>() <= static_cast<std::uint64_t>(max) &&
                      value.get<std::int64_t>() >= min;
    if (!fits) {
        return must_be(field, fmt::format("a whole number from {} to {}", min, max));
    }
    to = value.get<std::int64_t>();
    return {};
}

Result<Duration> read_duration(const std::string& field, const json& value) {
    const std::string text = value.is_string() ? value.get<std::string>() : value.dump();
    const auto duration = parse_duration(text);
    if (!duration) {
        return must_be(field, "a duration like \"30m\", \"1.5h\" or a number of seconds");
    }
    return *duration;
}

Result<void> read_timeout(
    const std::string& field, const json& value, std::optional<Duration>& to
) {
    if (value.is_null()) {
        to.reset();
        return {};
    }
    const auto duration = read_duration(field, value);
    if (duration && *duration == Duration(0)) {
        return must_be(field, "longer than 0, or null for no limit");
    }
    return duration.map([&](Duration limit) { to = limit; });
}

Result<void> read_run_field(const std::string& field, const json& value, RunRequest& to) {
    if (field == "file") {
        return read(field, value, to.file);
    }
    if (field == "args") {
        return read(field, value, to.args);
    }
    if (field == "name") {
        return read(field, value, to.name);
    }
    if (field == "maxTrials") {
        return read_integer(field, value, 1, kMaxTrials, to.max_trials.emplace());
    }
    if (field == "maxParallelTrials") {
        return read_integer(field, value, 1, kMaxParallelTrials, to.max_parallel_trials.emplace());
    }
    if (field == "seed") {
        return read(field, value, to.seed);
    }
    if (field == "new") {
        return read(field, value, to.force_new);
    }
    if (field == "asked") {
        return read(field, value, to.is_asked);
    }
    if (field == "document") {
        return read(field, value, to.document);
    }
    if (field == "workingDir") {
        return read(field, value, to.working_dir);
    }
    if (field == "pythonModule") {
        return read(field, value, to.python_module);
    }
    if (field == "packageUris") {
        return read(field, value, to.package_uris);
    }
    if (field == "jobDir") {
        return read(field, value, to.job_dir);
    }
    if (field == "scaleTier") {
        return read(field, value, to.scale_tier);
    }
    return invalid(fmt::format(
        "unknown field '{}'; with a file or a document there may be workingDir, args, name, "
        "maxTrials, maxParallelTrials, seed, new, asked, pythonModule, packageUris, jobDir "
        "and scaleTier",
        field
    ));
}

Result<void> read_limit(const std::string& field, const json& value, Limits& to) {
    if (field == "maxTrials") {
        return read_integer(field, value, 1, kMaxTrials, to.max_trials);
    }
    if (field == "maxParallelTrials") {
        return read_integer(field, value, 1, kMaxParallelTrials, to.max_parallel_trials);
    }
    if (field == "maxFailedTrials") {
        return read_integer(field, value, 0, kMaxTrials, to.max_failed_trials);
    }
    if (field == "maxRetries") {
        return read_integer(field, value, 0, kMaxTrials, to.max_retries);
    }
    if (field == "timeout") {
        return read_timeout(field, value, to.timeout);
    }
    if (field == "stallTimeout") {
        return read_timeout(field, value, to.stall_timeout);
    }
    if (field == "terminationGrace") {
        return read_duration(field, value).map([&](Duration duration) {
            to.termination_grace = duration;
        });
    }
    return invalid(fmt::format(
        "'{}' is not a limit; maxTrials, maxParallelTrials, maxFailedTrials, maxRetries, "
        "timeout, stallTimeout and terminationGrace can change",
        field
    ));
}

}  // namespace

Result<std::optional<RunRequest>> parse_run_request(std::string_view body) {
    const auto document = parse_json(body);
    const bool is_order = document && document->is_object() &&
                          (document->contains("file") || document->contains("document"));
    if (!is_order) {
        return std::optional<RunRequest>();
    }
    RunRequest request;
    for (const auto& [field, value] : document->items()) {
        if (auto done = read_run_field(field, value, request); !done) {
            return tl::unexpected(done.error());
        }
    }
    if (document->contains("file") && document->contains("document")) {
        return invalid("file and document exclude each other");
    }
    if (document->contains("file") && !request.file.starts_with('/')) {
        return must_be("file", "the absolute path of a YAML file on the server's machine");
    }
    const bool wants_folder = document->contains("document") || !request.working_dir.empty();
    if (wants_folder && !request.working_dir.starts_with('/')) {
        return must_be("workingDir", "the absolute path of a folder on the server's machine");
    }
    return request;
}

Result<RetrainRequest> parse_retrain_request(std::string_view body) {
    RetrainRequest request;
    const auto document = parse_json_object(body.empty() ? "{}" : body);
    if (!document) {
        return tl::unexpected(document.error());
    }
    for (const auto& [field, value] : document->items()) {
        Result<void> done;
        std::int64_t trial = 0;
        if (field == "trial") {
            done = read_integer(field, value, 1, kMaxTrials, trial);
            request.trial = TrialId(trial);
        } else if (field == "args") {
            done = read(field, value, request.args);
        } else if (field == "jobDir") {
            done = read(field, value, request.job_dir);
        } else {
            done = invalid(
                fmt::format("unknown field '{}'; there may be trial, args and jobDir", field)
            );
        }
        if (!done) {
            return tl::unexpected(done.error());
        }
    }
    return request;
}

Result<Limits> parse_limits(std::string_view body, Limits limits) {
    const auto document = parse_json_object(body);
    if (!document) {
        return tl::unexpected(document.error());
    }
    for (const auto& [field, value] : document->items()) {
        if (auto done = read_limit(field, value, limits); !done) {
            return tl::unexpected(done.error());
        }
    }
    return limits;
}

}  // namespace tuner
