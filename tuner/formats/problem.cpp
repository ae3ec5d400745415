#include "tuner/formats/problem.h"

#include "tuner/formats/utf8.h"

#include <algorithm>

#include <fmt/format.h>

namespace tuner {

namespace {

constexpr std::size_t kMaxQuotedBytes = 40;
constexpr std::size_t kMaxShownCharacters = 100;
constexpr std::size_t kShownBeforeCaret = 60;

void insert_sorted(std::vector<Problem>& list, Place at, std::string message) {
    if (list.size() >= kMaxProblems) {
        return;
    }
    const Problem problem{at.line, at.column, std::move(message)};
    if (std::find(list.begin(), list.end(), problem) != list.end()) {
        return;
    }
    const auto position =
        std::upper_bound(list.begin(), list.end(), at, [](const Place& place, const Problem& p) {
            return place < Place{p.line, p.column};
        });
    list.insert(position, problem);
}

std::string_view line_of(std::string_view text, int line) {
    for (int i = 1; i < line && !text.empty(); ++i) {
        const auto end = text.find('\n');
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    }
    text = text.substr(0, text.find('\n'));
    return text.ends_with('\r') ? text.substr(0, text.size() - 1) : text;
}

// The characters of a line, each one column wide: control characters and tabs become blanks.
std::vector<std::string> to_columns(std::string_view line) {
    const std::string valid = to_valid_utf8(line);
    std::vector<std::string> columns;
    for (std::size_t at = 0; at < valid.size();) {
        std::size_t end = at + 1;
        while (end < valid.size() && (static_cast<unsigned char>(valid[end]) & 0xC0U) == 0x80U) {
            ++end;
        }
        const auto byte = static_cast<unsigned char>(valid[at]);
        columns.push_back(byte < 0x20 || byte == 0x7F ? " " : valid.substr(at, end - at));
        at = end;
    }
    return columns;
}

// The line, or the part of it around the caret, and below it the caret.
std::string show(std::string_view line, int column) {
    const std::vector<std::string> columns = to_columns(line);
    const auto caret = static_cast<std::size_t>(std::max(column, 1)) - 1;
    const bool cut = columns.size() > kMaxShownCharacters;
    const std::size_t begin = cut && caret > kShownBeforeCaret ? caret - kShownBeforeCaret : 0;
    const std::size_t end =
        cut ? std::min(columns.size(), begin + kMaxShownCharacters) : columns.size();
    std::string shown = begin > 0 ? "…" : "";
    for (std::size_t i = begin; i < end; ++i) {
        shown += columns[i];
    }
    shown += end < columns.size() ? "…" : "";
    const std::size_t indent = caret - begin + (begin > 0 ? 1 : 0);
    return fmt::format("{}\n{}^\n", shown, std::string(indent, ' '));
}

}  // namespace

void Findings::problem(Place at, std::string message) {
    ++problem_count_;
    insert_sorted(problems_, at, std::move(message));
}

void Findings::notice(Place at, std::string message) {
    insert_sorted(notices_, at, std::move(message));
}

std::string to_text(
    const std::vector<Problem>& problems, std::string_view text, std::string_view file
) {
    if (text.starts_with("\xEF\xBB\xBF")) {
        text.remove_prefix(3);
    }
    std::string all;
    for (const Problem& problem : problems) {
        all += fmt::format("{}:{}:{}: {}\n", file, problem.line, problem.column, problem.message);
        all += show(line_of(text, problem.line), problem.column);
    }
    return all;
}

std::string quoted(std::string_view value) {
    std::string valid = to_valid_utf8(cut_utf8(value, kMaxQuotedBytes));
    std::replace_if(
        valid.begin(),
        valid.end(),
        [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; },
        ' '
    );
    return fmt::format("\"{}{}\"", valid, value.size() > kMaxQuotedBytes ? "…" : "");
}

}  // namespace tuner
