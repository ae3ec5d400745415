// The scalars of one TensorBoard Event: the protobuf message that an event file has a record of.
//
// Decoded by hand, since a few fields of five messages are no reason for a protobuf library. Both
// ways to write a scalar are known: `simple_value`, and a tensor of one number, as TensorFlow 2,
// tensorboardX and PyTorch's newer writers have it. What is no scalar (graphs, images, histograms)
// is passed over; so is a tag that could not be a metric's name, and what has a negative step.
// Lengths are never believed beyond the bytes that are there. Pure; any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

inline constexpr std::size_t kMaxEventTagBytes = 256;
inline constexpr std::size_t kMaxScalarsPerEvent = 10'000;

struct EventScalar {
    std::string tag;  // well-formed UTF-8 without control characters
    std::int64_t step = 0;
    double value = 0;      // may be NaN or infinite
    double wall_time = 0;  // seconds since 1970, as the writer has it: any number

    friend bool operator==(const EventScalar&, const EventScalar&) = default;
};

// Whether a text can be the tag of a scalar: not empty, not too long, well-formed, all in one line.
bool is_event_tag(std::string_view text);

// Adds the message's scalars in its order. False, with nothing added, when the bytes are no such
// message or hold more than kMaxScalarsPerEvent.
bool parse_event(std::string_view message, std::vector<EventScalar>& scalars);

}  // namespace tuner
