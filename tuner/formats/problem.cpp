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

// Walks a text from place to place, onward: places in order cost one walk together, also when the
// text is one line.
class Walk {
  public:
    explicit Walk(std::string_view text) : text_(text) {}

    // A line without its end.
    std::string_view line(int line) {
        for (; line_ < line && start_ < text_.size(); ++line_) {
            start_ = std::min(text_.find('\n', start_), text_.size() - 1) + 1;
            offset_ = start_;
            column_ = 0;
        }
        const std::size_t end = std::min(text_.find('\n', start_), text_.size());
        const bool has_return = end > start_ && text_[end - 1] == '\r';
        return text_.substr(start_, end - start_ - (has_return ? 1 : 0));
    }

    // The same from a character on; characters count from 0.
    std::string_view line_from(int number, std::size_t column) {
        const std::string_view whole = line(number);
        const std::size_t end = start_ + whole.size();
        if (column < column_) {
            offset_ = start_;
            column_ = 0;
        }
        for (; column_ < column && offset_ < end; ++column_) {
            do {
                ++offset_;
            } while (offset_ < end && (static_cast<unsigned char>(text_[offset_]) & 0xC0U) == 0x80U
            );
        }
        return text_.substr(offset_, end - offset_);
    }

  private:
    std::string_view text_;
    int line_ = 1;
    std::size_t start_ = 0;   // of the line
    std::size_t offset_ = 0;  // of the character at column_
    std::size_t column_ = 0;
};

// The beginning of a piece of a line, at most `count` characters, each one column wide: control
// characters and tabs become spaces. Whether there was more is in `is_cut`.
std::string shown_part(std::string_view piece, std::size_t count, bool& is_cut) {
    constexpr std::size_t kLongestCharacter = 4;
    // One character more than can be shown, so that one that is cut off here is never seen.
    const std::string text =
        to_valid_utf8(piece.substr(0, std::min(piece.size(), kLongestCharacter * (count + 2))));
    std::string shown;
    std::size_t column = 0;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        column += (byte & 0xC0U) == 0x80U ? 0 : 1;  // a continuation belongs to its character
        if (column > count) {
            break;
        }
        shown += byte < 0x20 || byte == 0x7F ? ' ' : c;
    }
    is_cut = column > count;
    return shown;
}

// The line, or the part of it around the caret, and below it the caret.
std::string show(Walk& walk, int line, int column) {
    const auto caret = static_cast<std::size_t>(std::max(column, 1)) - 1;
    bool is_cut = false;
    std::string shown = shown_part(walk.line(line), kMaxShownCharacters, is_cut);
    const std::size_t begin = is_cut && caret > kShownBeforeCaret ? caret - kShownBeforeCaret : 0;
    if (begin > 0) {
        shown = shown_part(walk.line_from(line, begin), kMaxShownCharacters, is_cut);
    }
    return fmt::format(
        "{}{}{}\n{}^\n",
        begin > 0 ? "…" : "",
        shown,
        is_cut ? "…" : "",
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
    Walk walk(text);
    for (const Problem& problem : problems) {
        all += fmt::format("{}:{}:{}: {}\n", file, problem.line, problem.column, problem.message);
        all += show(walk, problem.line, problem.column);
    }
    return all;
}

std::string in_quotes(std::string_view value) {
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
