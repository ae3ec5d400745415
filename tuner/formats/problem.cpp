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

// Characters `begin` to `end` of a line, each one column wide: control characters and tabs become
// spaces.
std::string cut_columns(std::string_view line, std::size_t begin, std::size_t end) {
    std::string shown;
    std::size_t column = 0;
    for (const char c : line) {
        const auto byte = static_cast<unsigned char>(c);
        column += (byte & 0xC0U) == 0x80U ? 0 : 1;  // a continuation belongs to its character
        if (column > end) {
            break;
        }
        if (column > begin) {
            shown += byte < 0x20 || byte == 0x7F ? ' ' : c;
        }
    }
    return shown;
}

// The line, or the part of it around the caret, and below it the caret.
std::string show(std::string_view raw, int column) {
    const std::string line = to_valid_utf8(raw);
    const std::size_t size = count_characters(line);
    const auto caret = static_cast<std::size_t>(std::max(column, 1)) - 1;
    const bool is_long = size > kMaxShownCharacters;
    const std::size_t begin = is_long && caret > kShownBeforeCaret ? caret - kShownBeforeCaret : 0;
    const std::size_t end = is_long ? std::min(size, begin + kMaxShownCharacters) : size;
    return fmt::format(
        "{}{}{}\n{}^\n",
        begin > 0 ? "…" : "",
        cut_columns(line, begin, end),
        end < size ? "…" : "",
        std::string(caret - begin + (begin > 0 ? 1 : 0), ' ')
    );
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
