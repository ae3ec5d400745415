#include "tuner/formats/trial_stream.h"

#include "tuner/formats/json_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <span>
#include <string>

#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using namespace std::string_view_literals;

constexpr std::size_t npos = std::string_view::npos;
constexpr JsonLimits kLineLimits{kMaxMetricLineBytes, 16, 10'000};
constexpr std::string_view kTensorFlowMark = "Saving dict for global step ";

// What says where a measurement was made, the most exact first.
constexpr std::array kStepNames{"step"sv, "global_step"sv, "epoch"sv};
constexpr std::array kHypertuneStepNames{"global_step"sv};
// What hypertune writes beside the metric.
constexpr std::array kNoMetrics{"timestamp"sv, "trial"sv, "checkpoint_path"sv, "global_step"sv};

using Names = std::span<const std::string_view>;

bool is_blank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_name_character(char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '/' || c == '.' || c == '-' || c == ':';
}

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_blank(text.front())) {
        text.remove_prefix(1);
    }
    while (!text.empty() && is_blank(text.back())) {
        text.remove_suffix(1);
    }
    return text;
}

bool has(Names names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

// A number as Python, C and Java print it: also nan, inf, Infinity with a sign. All of `text`.
std::optional<double> to_number(std::string_view text) {
    if (text.starts_with('+')) {
        text.remove_prefix(1);
        if (text.starts_with('-')) {
            return std::nullopt;
        }
    }
    // from_chars also takes "nan(…)", which nobody prints.
    if (text.empty() || text.back() == ')') {
        return std::nullopt;
    }
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_whole_text = error == std::errc{} && end == text.data() + text.size();
    return is_whole_text ? std::optional(value) : std::nullopt;
}

// A step: digits, or a number with a fraction of zero.
std::optional<std::int64_t> to_step(std::string_view text) {
    std::int64_t step = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), step);
    if (error == std::errc{} && end == text.data() + text.size()) {
        return step >= 0 ? std::optional(step) : std::nullopt;
    }
    const auto value = to_number(text);
    const bool is_whole = value && *value >= 0 && *value <= 0x1p53 && *value == std::floor(*value);
    return is_whole ? std::optional(static_cast<std::int64_t>(*value)) : std::nullopt;
}

// Collects the pairs of a line.
class Collector {
  public:
    explicit Collector(Names step_names) : step_names_(step_names) {}

    // Takes one pair; `text` is the value's spelling. A value that is no number is passed over.
    void add(std::string_view name, std::string_view text) {
        const auto found = std::find(step_names_.begin(), step_names_.end(), name);
        if (found != step_names_.end()) {
            add_step(static_cast<std::size_t>(found - step_names_.begin()), text);
        } else if (name == "timestamp") {
            line_.timestamp = to_number(text);
        } else if (const auto value = to_number(text); value && is_metric(name)) {
            add_metric(name, *value);
        }
    }

    std::optional<ParsedLine> finish() && {
        const bool is_sound = !line_.metrics.empty() && line_.metrics.size() <= kMaxMetricsPerLine;
        return is_sound ? std::optional(std::move(line_)) : std::nullopt;
    }

  private:
    static bool is_metric(std::string_view name) {
        return !name.empty() && name.size() <= kMaxMetricNameBytes && !has(kNoMetrics, name) &&
               std::none_of(name.begin(), name.end(), [](char c) {
                   return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
               });
    }

    void add_step(std::size_t rank, std::string_view text) {
        const auto step = to_step(text);
        if (step && rank <= step_rank_) {
            line_.step = step;
            step_rank_ = rank;
        }
    }

    void add_metric(std::string_view name, double value) {
        const auto same =
            std::find_if(line_.metrics.begin(), line_.metrics.end(), [&](const Metric& metric) {
                return metric.name == name;
            });
        if (same != line_.metrics.end()) {
            same->value = value;
        } else if (line_.metrics.size() <= kMaxMetricsPerLine) {
            line_.metrics.push_back({std::string(name), value});
        }
    }

    Names step_names_;
    std::size_t step_rank_ = kStepNames.size();
    ParsedLine line_;
};

// Takes "name=value" or "name = value" off the front; false when it is none.
bool take_pair(std::string_view& text, Collector& collector) {
    std::size_t end = 0;
    while (end < text.size() && is_name_character(text[end])) {
        ++end;
    }
    const std::string_view name = text.substr(0, end);
    text = trim(text.substr(end));
    if (name.empty() || is_digit(name[0]) || name[0] == '-' || !text.starts_with('=')) {
        return false;
    }
    text = trim(text.substr(1));
    const std::size_t value_end = std::min(text.find_first_of(", \t"), text.size());
    const std::string_view value = text.substr(0, value_end);
    text.remove_prefix(value_end);
    if (name.size() > kMaxMetricNameBytes || !to_number(value)) {
        return false;
    }
    collector.add(name, value);
    return true;
}

// Takes what may stand between two pairs: white space, at most one comma.
bool take_separator(std::string_view& text) {
    const std::string_view rest = trim(text);
    const bool has_comma = rest.starts_with(',');
    const bool is_separated = has_comma || rest.size() < text.size();
    text = has_comma ? trim(rest.substr(1)) : rest;
    return is_separated && !text.empty();
}

std::optional<ParsedLine> parse_pairs(std::string_view text, Collector collector) {
    if (!take_pair(text, collector)) {
        return std::nullopt;
    }
    while (!text.empty()) {
        if (!take_separator(text) || !take_pair(text, collector)) {
            return std::nullopt;
        }
    }
    return std::move(collector).finish();
}

// The pairs after TensorFlow's announcement, with its step.
std::optional<ParsedLine> parse_tensorflow(std::string_view line, std::size_t mark) {
    const std::string_view rest = line.substr(mark + kTensorFlowMark.size());
    const std::size_t colon = rest.find(':');
    if (colon == npos || !to_step(rest.substr(0, colon)) ||
        line.substr(0, mark).find('=') != npos) {
        return std::nullopt;
    }
    Collector collector(kStepNames);
    collector.add("step", rest.substr(0, colon));
    return parse_pairs(trim(rest.substr(colon + 1)), std::move(collector));
}

// Python writes NaN and Infinity bare, which is not JSON: puts them in quotes.
std::string quote_bare_words(std::string_view text) {
    std::string quoted;
    bool in_text = false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const std::string_view rest = text.substr(i);
        const bool escapes = in_text && text[i] == '\\' && i + 1 < text.size();
        const std::string_view word = in_text                         ? ""
                                      : rest.starts_with("NaN")       ? "NaN"
                                      : rest.starts_with("Infinity")  ? "Infinity"
                                      : rest.starts_with("-Infinity") ? "-Infinity"
                                                                      : "";
        if (!word.empty()) {
            quoted.append("\"").append(word).append("\"");
            i += word.size() - 1;
            continue;
        }
        in_text = in_text != (text[i] == '"');
        quoted += text[i];
        if (escapes) {
            quoted += text[++i];
        }
    }
    return quoted;
}

std::optional<ParsedLine> parse_object(std::string_view text, Names step_names) {
    const bool has_bare_words = text.find("NaN") != npos || text.find("Infinity") != npos;
    const auto json = has_bare_words ? parse_json(quote_bare_words(text), kLineLimits)
                                     : parse_json(text, kLineLimits);
    if (!json || !json->is_object()) {
        return std::nullopt;
    }
    Collector collector(step_names);
    for (const auto& [name, value] : json->items()) {
        if (value.is_string()) {
            collector.add(name, value.get_ref<const std::string&>());
        } else if (value.is_number()) {
            collector.add(name, value.dump());
        }
    }
    return std::move(collector).finish();
}

bool is_object(std::string_view text) {
    return text.size() >= 2 && text.front() == '{' && text.back() == '}';
}

// What a number can begin with.
bool begins_number(char c) {
    return is_digit(c) || c == '-' || c == '+' || c == '.' || c == 'n' || c == 'N' || c == 'i' ||
           c == 'I';
}

}  // namespace

bool may_be_metric(std::string_view line) {
    if (line.size() > kMaxMetricLineBytes) {
        return false;
    }
    const std::string_view text = trim(line);
    if (is_object(text)) {
        return true;
    }
    const std::size_t equals = text.find('=');
    if (equals == npos || equals == 0 || equals + 1 == text.size()) {
        return false;
    }
    const std::string_view before = trim(text.substr(0, equals));
    const std::string_view after = trim(text.substr(equals + 1));
    const bool ends_well = is_letter(text.back()) || is_digit(text.back()) || text.back() == '.';
    return ends_well && !before.empty() && is_name_character(before.back()) && !after.empty() &&
           begins_number(after.front());
}

std::optional<ParsedLine> parse_metric_line(std::string_view line) {
    if (!may_be_metric(line)) {
        return std::nullopt;
    }
    const std::string_view text = trim(line);
    if (is_object(text)) {
        return parse_object(text, kStepNames);
    }
    const std::size_t mark = text.find(kTensorFlowMark);
    return mark == npos ? parse_pairs(text, Collector(kStepNames)) : parse_tensorflow(text, mark);
}

std::optional<ParsedLine> parse_hypertune_line(std::string_view line) {
    const std::string_view text = trim(line);
    if (line.size() > kMaxMetricLineBytes || !is_object(text)) {
        return std::nullopt;
    }
    return parse_object(text, kHypertuneStepNames);
}

}  // namespace tuner
