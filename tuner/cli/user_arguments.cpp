#include "tuner/cli/user_arguments.h"

#include <algorithm>
#include <array>
#include <string_view>

namespace tuner {

namespace {

using namespace std::string_view_literals;

constexpr std::array kLegacyGroups{"jobs"sv, "local"sv, "ml-engine"sv, "ai-platform"sv};
// Global options that take the next word with them.
constexpr std::array kOptionsWithValue{"--data-dir"sv, "--server"sv};

template <class List>
bool contains(const List& list, std::string_view word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

bool is_legacy(const std::vector<std::string>& words) {
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (contains(kOptionsWithValue, words[i])) {
            ++i;
        } else if (!words[i].starts_with('-')) {
            return contains(kLegacyGroups, words[i]);
        }
    }
    return false;
}

}  // namespace

SplitLine split_line(std::vector<std::string> words) {
    SplitLine line{std::move(words), {}};
    const auto dashes = std::find(line.words.begin(), line.words.end(), "--");
    if (dashes != line.words.end() && is_legacy(line.words)) {
        line.user_arguments.assign(dashes + 1, line.words.end());
        line.words.erase(dashes, line.words.end());
    }
    return line;
}

}  // namespace tuner
