#include "tuner/study/assignment.h"

#include <algorithm>

#include <fmt/format.h>

namespace tuner {

namespace {

// The text of a value in a key: 0 and -0 are one number, so they get one text.
std::string key_text(const ParameterValue& value) {
    return value == ParameterValue(0.0) ? "0" : to_flag_text(value);
}

}  // namespace

const ParameterValue* Assignment::find(std::string_view name) const {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) {
        return e.first == name;
    });
    return found == entries_.end() ? nullptr : &found->second;
}

std::string Assignment::canonical_key() const {
    std::vector<std::string> parts;
    parts.reserve(entries_.size());
    for (const auto& [name, value] : entries_) {
        // The length keeps a category from imitating the next parameter; the index keeps "1" apart
        // from 1.
        const std::string text = key_text(value);
        parts.push_back(fmt::format("{}:{}:{}={}", name, value.index(), text.size(), text));
    }
    std::sort(parts.begin(), parts.end());
    return fmt::format("{}", fmt::join(parts, "\n"));
}

std::vector<std::string> to_flags(const Assignment& assignment) {
    std::vector<std::string> flags;
    flags.reserve(assignment.entries().size());
    for (const auto& [name, value] : assignment.entries()) {
        flags.push_back(fmt::format("--{}={}", name, to_flag_text(value)));
    }
    return flags;
}

}  // namespace tuner
