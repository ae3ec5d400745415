// The name of a study as ids and paths can have it: letters, digits and _ - . only, at most
// kMaxStudyNameBytes of them, none of - and . in front. Pure.

#pragma once

#include <string>
#include <string_view>

namespace tuner {

// Whether every character is allowed where it stands; the length is not looked at.
bool has_study_name_characters(std::string_view text);

// The nearest name: other characters become one - each run, nothing of it begins or ends with - or
// a point, and what is too long is cut. "study" when nothing is left.
std::string to_study_name(std::string_view text);

}  // namespace tuner
