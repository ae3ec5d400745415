#include "tuner/executor/said_line.h"

#include <charconv>
#include <string>

namespace tuner {

namespace {

constexpr std::string_view kBlank = " \t";

std::optional<double> parse_value(std::string_view text) {
    if (!text.empty() && text.front() == '+') {
        text.remove_prefix(1);
    }
    double value = 0;
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && stop == end && !text.empty() ? std::optional(value)
                                                                : std::nullopt;
}

bool is_step(std::string_view name) {
    return name == "step" || name == "global_step" || name == "epoch";
}

void add(SaidLine& said, std::string_view name, std::string_view text, bool is_hypertune) {
    const std::optional<double> value = parse_value(text);
    if (!value || name.empty()) {
        return;
    }
    if (is_step(name) && *value >= 0 && *value < 9e18) {
        said.step = static_cast<std::int64_t>(*value);
        return;
    }
    if (!is_hypertune || (name != "trial" && name != "timestamp")) {
        said.metrics.push_back({std::string(name), *value});
    }
}

void parse_words(std::string_view line, SaidLine& said) {
    while (!line.empty()) {
        const std::string_view word = line.substr(0, line.find_first_of(" \t,;"));
        line.remove_prefix(std::min(line.size(), word.size() + 1));
        const std::size_t equals = word.find('=');
        if (equals != std::string_view::npos) {
            add(said, word.substr(0, equals), word.substr(equals + 1), false);
        }
    }
}

// A flat object: keys and values without escapes; false when it is anything else.
bool parse_object(std::string_view line, SaidLine& said, bool is_hypertune) {
    const std::size_t end = line.find_last_not_of(kBlank);
    if (end == std::string_view::npos || line[end] != '}') {
        return false;
    }
    line = line.substr(1, end - 1);
    while (!line.empty()) {
        const std::size_t open = line.find('"');
        if (open == std::string_view::npos) {
            break;
        }
        const std::size_t close = line.find('"', open + 1);
        const std::size_t colon =
            close == std::string_view::npos ? close : line.find_first_not_of(kBlank, close + 1);
        if (colon == std::string_view::npos || line[colon] != ':') {
            return false;
        }
        const std::string_view name = line.substr(open + 1, close - open - 1);
        line.remove_prefix(colon + 1);
        line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
        const bool quoted = !line.empty() && line.front() == '"';
        line.remove_prefix(quoted ? 1 : 0);
        const std::size_t stop = std::min(line.find_first_of(quoted ? "\"" : ", \t"), line.size());
        add(said, name, line.substr(0, stop), is_hypertune);
        line.remove_prefix(stop);
        line.remove_prefix(std::min(line.size(), std::min(line.find(','), line.size() - 1) + 1));
    }
    return true;
}

}  // namespace

std::optional<SaidLine> parse_said_line(std::string_view line, bool is_hypertune) {
    line.remove_prefix(std::min(line.find_first_not_of(kBlank), line.size()));
    SaidLine said;
    if (!line.empty() && line.front() == '{') {
        if (!parse_object(line, said, is_hypertune)) {
            return std::nullopt;
        }
    } else if (!is_hypertune) {
        parse_words(line, said);
    }
    return said.metrics.empty() ? std::nullopt : std::optional(std::move(said));
}

}  // namespace tuner
