#include "tuner/cli/projection.h"

#include "tuner/cli/legacy_yaml.h"
#include "tuner/cli/printable.h"
#include "tuner/formats/json_text.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using Json = nlohmann::ordered_json;

tl::unexpected<Error> wrong(std::string_view format) {
    return invalid(fmt::format(
        "--format {}: must be json, yaml, or fields like value(jobId,state), yaml(jobId) or "
        "value(trainingOutput.trials.trialId.slice(0))",
        format
    ));
}

std::optional<long> to_number(std::string_view text) {
    long number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc{} && end == text.data() + text.size();
    return whole ? std::optional(number) : std::nullopt;
}

// Parts between separators that stand outside of brackets.
std::vector<std::string_view> split(std::string_view text, char separator) {
    std::vector<std::string_view> parts;
    std::size_t begin = 0;
    int depth = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        depth += text[i] == '(' || text[i] == '[' ? 1 : 0;
        depth -= text[i] == ')' || text[i] == ']' ? 1 : 0;
        if (text[i] == separator && depth == 0) {
            parts.push_back(text.substr(begin, i - begin));
            begin = i + 1;
        }
    }
    parts.push_back(text.substr(begin));
    return parts;
}

std::string_view trimmed(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
    return text.substr(0, text.find_last_not_of(' ') + 1);
}

// Keys in order at every level, as the legacy tool wrote JSON.
nlohmann::json sorted(const Json& value) {
    return nlohmann::json::parse(to_line(value));
}

// True and False as the legacy tool, which was written in Python, had them.
std::string value_text(const Json& value) {
    if (value.is_null()) {
        return "";
    }
    if (value.is_string()) {
        return printable(value.get<std::string>());
    }
    if (value.is_boolean()) {
        return value.get<bool>() ? "True" : "False";
    }
    if (!value.is_structured()) {
        return value.dump();
    }
    std::string text;
    for (const auto& [key, item] : value.items()) {
        text += text.empty() ? "" : ";";
        text += (value.is_object() ? key + "=" : "") + value_text(item);
    }
    return text;
}

}  // namespace

Result<Projection> Projection::parse(std::string_view format) {
    static const std::map<std::string_view, Style> styles{
        {"json", Style::json}, {"yaml", Style::yaml}, {"value", Style::value}};
    const std::size_t open = std::min(format.find('('), format.size());
    const auto style = styles.find(format.substr(0, open));
    const bool has_fields = open < format.size();
    if (style == styles.end() || (has_fields && !format.ends_with(')')) ||
        (!has_fields && style->second == Style::value)) {
        return wrong(format);
    }
    Projection projection;
    projection.style_ = style->second;
    if (!has_fields) {
        return projection;
    }
    for (const std::string_view part :
         split(format.substr(open + 1, format.size() - open - 2), ',')) {
        Result<Path> path = parse_path(trimmed(part));
        if (!path) {
            return wrong(format);
        }
        projection.paths_.push_back(std::move(*path));
    }
    return projection;
}

// field.field[0].slice(1:3)
Result<Projection::Path> Projection::parse_path(std::string_view text) {
    constexpr std::string_view kSlice = "slice(";
    Path path{std::string(text), {}};
    for (std::string_view part : split(text, '.')) {
        std::vector<std::string_view> choices;
        if (part.starts_with(kSlice) && part.ends_with(')')) {
            choices.push_back(part.substr(kSlice.size(), part.size() - kSlice.size() - 1));
            part = {};
        }
        while (part.ends_with(']') && part.rfind('[') != std::string_view::npos) {
            const std::size_t open = part.rfind('[');
            choices.insert(choices.begin(), part.substr(open + 1, part.size() - open - 2));
            part = part.substr(0, open);
        }
        if (part.find_first_of("()[]:") != std::string_view::npos ||
            (part.empty() && choices.empty())) {
            return invalid("");
        }
        if (!part.empty()) {
            path.steps.push_back({std::string(part)});
        }
        for (const std::string_view choice : choices) {
            const std::size_t colon = choice.find(':');
            const std::string_view first = choice.substr(0, colon);
            const std::string_view end =
                colon == std::string_view::npos ? "" : choice.substr(colon + 1);
            const bool all = choice.empty();  // a[] is all of them
            const auto from = first.empty() ? std::optional<long>(0) : to_number(first);
            const auto to = end.empty() ? std::optional<long>(0) : to_number(end);
            if (!from || !to) {
                return invalid("");
            }
            const bool is_range = all || colon != std::string_view::npos;
            path.steps.push_back({"", *from, *to, is_range, end.empty()});
        }
    }
    return path;
}

Json Projection::choose(const Json& list, const Step& step) {
    if (!list.is_array()) {
        return step.is_range || step.first == 0 ? list : Json(nullptr);
    }
    const auto size = static_cast<long>(list.size());
    const auto position = [&](long index) { return index < 0 ? index + size : index; };
    const long first = position(step.first);
    if (!step.is_range) {
        return first >= 0 && first < size ? list.at(static_cast<std::size_t>(first))
                                          : Json(nullptr);
    }
    const long end = step.is_open ? size : std::min(position(step.end), size);
    Json chosen = Json::array();
    for (long i = std::max(first, 0L); i < end; ++i) {
        chosen.push_back(list.at(static_cast<std::size_t>(i)));
    }
    return chosen;
}

Json Projection::follow(const Json& value, const std::vector<Step>& steps, std::size_t from) {
    if (from == steps.size()) {
        return value;
    }
    const Step& step = steps[from];
    if (step.field.empty()) {
        return follow(choose(value, step), steps, from + 1);
    }
    if (value.is_array()) {
        // Through all items; what one of them lacks is left out.
        Json found = Json::array();
        for (const Json& item : value) {
            Json next = follow(item, {step}, 0);
            if (!next.is_null()) {
                found.push_back(std::move(next));
            }
        }
        return follow(found, steps, from + 1);
    }
    if (!value.is_object() || !value.contains(step.field)) {
        return nullptr;
    }
    return follow(value.at(step.field), steps, from + 1);
}

std::string Projection::print(const Json& document) const {
    Json shown = document;
    std::string values;
    if (!paths_.empty()) {
        shown = Json::object();
        for (const Path& path : paths_) {
            Json found = follow(document, path.steps, 0);
            values += (values.empty() && &path == &paths_.front() ? "" : "\t") + value_text(found);
            if (!found.is_null()) {
                shown[path.text] = std::move(found);
            }
        }
    }
    switch (style_) {
        case Style::json:
            return sorted(shown).dump(2) + "\n";
        case Style::yaml:
            return to_legacy_yaml(shown);
        case Style::value:
            break;
    }
    return values + "\n";
}

}  // namespace tuner
