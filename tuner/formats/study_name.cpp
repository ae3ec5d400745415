#include "tuner/formats/study_name.h"

#include "tuner/study/limits.h"

#include <algorithm>

namespace tuner {

namespace {

bool is_name_character(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.';
}

}  // namespace

bool has_study_name_characters(std::string_view text) {
    return !text.empty() && text.front() != '-' && text.front() != '.' &&
           std::all_of(text.begin(), text.end(), is_name_character);
}

std::string to_study_name(std::string_view text) {
    std::string name;
    for (const char c : text) {
        const bool is_safe = is_name_character(c);
        if (is_safe || (!name.empty() && name.back() != '-')) {
            name += is_safe ? c : '-';
        }
    }
    const auto first = name.find_first_not_of("-.");
    if (first == std::string::npos) {
        return "study";
    }
    name = name.substr(first, kMaxStudyNameBytes);
    name.erase(name.find_last_not_of("-.") + 1);
    return name;
}

}  // namespace tuner
