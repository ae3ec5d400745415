// The known word that somebody most likely meant by an unknown one: the nearest by edits
// (insertion, deletion, replacement, exchange of neighbours), without regard to case, _ and -.
// Pure.

#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace tuner {

// Nothing when no candidate is near: at most a third of its letters may differ.
std::optional<std::string_view> did_you_mean(
    std::string_view word, std::span<const std::string_view> candidates
);

}  // namespace tuner
