#include "tuner/api/report_body.h"

#include "tuner/formats/json_text.h"
#include "tuner/formats/trial_stream.h"
#include "tuner/study/limits.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using nlohmann::json;

Result<void> read_step(const json& value, PostedReport& to) {
    const bool fits = value.is_number_unsigned() &&
                      value.get<std::uint64_t>() <= static_cast<std::uint64_t>(kMaxInteger);
    if (!fits) {
        return must_be("step", fmt::format("a whole number from 0 to {}", kMaxInteger));
    }
    to.step = value.get<std::int64_t>();
    return {};
}

Result<void> read_metrics(const json& value, PostedReport& to) {
    if (!value.is_object() || value.empty() || value.size() > kMaxReportedMetrics) {
        return must_be(
            "metrics", fmt::format("an object of 1 to {} names with numbers", kMaxReportedMetrics)
        );
    }
    for (const auto& [name, number] : value.items()) {
        const auto read = from_json_number(number);
        if (name.empty() || name.size() > kMaxMetricNameBytes) {
            return must_be(
                "a name in metrics", fmt::format("1 to {} bytes long", kMaxMetricNameBytes)
            );
        }
        if (!read) {
            return must_be("metrics." + name, "a number, \"NaN\", \"Infinity\" or \"-Infinity\"");
        }
        to.metrics.push_back({name, *read});
    }
    return {};
}

Result<void> read_objective(const json& value, PostedReport& to) {
    to.objective = from_json_number(value);
    return to.objective ? Result<void>()
                        : must_be("objective", "a number, \"NaN\", \"Infinity\" or \"-Infinity\"");
}

Result<void> read_infeasible(const json& value, PostedReport& to) {
    if (!value.is_boolean() || !value.get<bool>()) {
        return must_be("infeasible", "true, or left out");
    }
    to.metrics.push_back({std::string(kInfeasibleMetric), 1});
    return {};
}

Result<void> read_reason(const json& value, PostedReport& to) {
    if (!value.is_string() || value.get_ref<const std::string&>().size() > kMaxReasonBytes) {
        return must_be("reason", fmt::format("a text of at most {} bytes", kMaxReasonBytes));
    }
    to.reason = value.get<std::string>();
    return {};
}

struct Field {
    std::string_view name;
    Result<void> (*read)(const json& value, PostedReport& to);
};

Result<PostedReport> parse(std::string_view body, std::initializer_list<Field> fields) {
    const auto document = parse_json_object(body);
    if (!document) {
        return tl::unexpected(document.error());
    }
    PostedReport report;
    for (const auto& [name, value] : document->items()) {
        const auto* field = std::find_if(fields.begin(), fields.end(), [&n = name](const Field& f) {
            return f.name == n;
        });
        if (field == fields.end()) {
            std::string known;
            for (const Field& one : fields) {
                known += (known.empty() ? "" : ", ") + std::string(one.name);
            }
            return invalid(fmt::format("unknown field '{}'; there may be {}", name, known));
        }
        if (auto done = field->read(value, report); !done) {
            return tl::unexpected(done.error());
        }
    }
    return report;
}

}  // namespace

Result<PostedReport> parse_measure(std::string_view body) {
    auto report = parse(body, {{"step", read_step}, {"metrics", read_metrics}});
    if (report && !report->step) {
        return invalid("step is missing: {\"step\": 300, …}");
    }
    if (report && report->metrics.empty()) {
        return invalid("metrics is missing: {\"metrics\": {\"rmse\": 1.2}, …}");
    }
    return report;
}

Result<PostedReport> parse_last_word(std::string_view body) {
    if (body.empty()) {
        return PostedReport();
    }
    return parse(
        body,
        {{"step", read_step},
         {"metrics", read_metrics},
         {"objective", read_objective},
         {"infeasible", read_infeasible},
         {"reason", read_reason}}
    );
}

Result<PostedReport> parse_complete(std::string_view body) {
    auto report = parse_last_word(body);
    if (report && report->metrics.empty() && !report->objective) {
        return invalid(
            "say what it came to: {\"objective\": 1.2}, {\"metrics\": {\"rmse\": 1.2}} or "
            "{\"infeasible\": true}"
        );
    }
    return report;
}

}  // namespace tuner
