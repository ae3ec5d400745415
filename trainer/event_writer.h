// EventWriter appends scalars to a TensorBoard event file: TFRecords of Event messages, encoded by
// hand, since two messages with five fields are no reason for a protobuf library.
//
// Record: length (u64) | masked crc32c of the length (u32) | Event | masked crc32c of the Event
// (u32), all little-endian. Every record is handed to the kernel at once, so that a reader that
// polls sees whole records; nothing is synced to disk. A file that cannot be made or written is a
// Failure.

#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

namespace trainer {

struct Scalar {
    std::string_view tag;
    float value;
};

// Seconds since 1970, with microseconds.
double wall_seconds();

// The framed record around an encoded Event.
std::string to_record(std::string_view event);

// An encoded Event: the first of a file, or one with scalars.
std::string version_event(double wall_time);
std::string scalar_event(double wall_time, std::int64_t step, std::span<const Scalar> scalars);

class EventWriter {
  public:
    // Opens a new file events.out.tfevents.SECONDS.HOST in `dir`, which is made where missing;
    // never an old one.
    explicit EventWriter(const std::filesystem::path& dir);

    const std::filesystem::path& path() const { return path_; }

    // One Event at the present time.
    void write(std::int64_t step, std::span<const Scalar> scalars);

  private:
    void append(std::string_view event);

    std::filesystem::path path_;
    std::ofstream file_;
};

}  // namespace trainer
