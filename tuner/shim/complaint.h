// complain() writes a line of the shim's own trouble into its log, which is its stderr.
//
// Nobody may ever read that file, so it has a cap: when it is full, further lines are lost.

#pragma once

#include <cstdint>
#include <string_view>

namespace tuner::shim {

inline constexpr std::int64_t kMaxShimLogBytes = std::int64_t{64} << 10;

void complain(std::string_view text);

}  // namespace tuner::shim
