// The pieces that stored records are made of: texts, doubles, parameter values, enums,
// assignments and search spaces as JSON and back.
//
// Private to the sources of stored_json.h. The reading half throws Damaged, or what nlohmann_json
// throws at a missing or mistyped value; stored_json.cpp turns both into an Error.

#pragma once

#include "tuner/base/result.h"
#include "tuner/study/assignment.h"
#include "tuner/study/names.h"
#include "tuner/study/search_space.h"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace tuner::stored {

using Json = nlohmann::ordered_json;

// A record that this program did not write so.
struct Damaged : std::runtime_error {
    using std::runtime_error::runtime_error;
};

// A text as itself, or as {"hex": …} when it is not UTF-8.
Json from_text(const std::string& text);
std::string to_text(const Json& json);

Json from_texts(const std::vector<std::string>& texts);
std::vector<std::string> to_texts(const Json& list);

// A whole number that fits: the library itself turns 1e300 into whatever the processor makes of it.
std::int64_t to_integer(const Json& json);
std::uint64_t to_unsigned(const Json& json);

// A finite double as a number, else {"real": "NaN"}.
Json from_real(double value);
double to_real(const Json& json);

// The three kinds of value stay apart: 1, 1.0, "1".
Json from_value(const ParameterValue& value);
ParameterValue to_value(const Json& json);

Json from_values(const std::vector<ParameterValue>& values);
std::vector<ParameterValue> to_values(const Json& list);

// {"batch_size": 35}, in the assignment's order.
Json from_assignment(const Assignment& assignment);
Assignment to_assignment(const Json& json);

// The parameters in order of declaration.
Json from_space(const SearchSpace& space);
SearchSpace to_space(const Json& list);

template <class Enum>
Enum to_enum(const Json& json) {
    const std::string name = to_text(json);
    const auto value = from_name<Enum>(name);
    if (!value) {
        throw Damaged("\"" + name + "\" is none of " + list_names<Enum>());
    }
    return *value;
}

// The value of a Result, which a sound record always gives.
template <class T>
T sound(Result<T> result) {
    if (!result) {
        throw Damaged(result.error().message);
    }
    return std::move(*result);
}

}  // namespace tuner::stored
