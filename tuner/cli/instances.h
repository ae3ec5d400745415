// The instances that `tuner local predict` hands to a model, read from one of the three kinds of
// input that the legacy command took, with its complaints (contract.md 4.2). Pure.

#pragma once

#include "tuner/base/result.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

inline constexpr std::size_t kMaxInstancesBytes = 64 << 20;  // a whole input
inline constexpr std::size_t kMaxInstanceBytes = 16 << 20;   // one instance

enum class InstanceKind {
    json,     // one JSON value per line
    text,     // one text per line
    request,  // one JSON document, {"instances": [value, …]}
};

// Each instance as JSON on one line. A byte order mark and CRLF are accepted; `invalid_argument`
// for an empty line, for what is no JSON, and when there is no instance at all.
Result<std::vector<std::string>> parse_instances(std::string_view text, InstanceKind kind);

}  // namespace tuner
