// An EventFileReader takes a TensorBoard event file as its bytes arrive and gives the scalars of
// every record that is whole: a file that is still being written is read to its end, as often as
// it has grown.
//
// The file is a row of records (TFRecord): length (u64) | masked CRC-32C of the length (u32) |
// Event | masked CRC-32C of the Event (u32), little-endian. Half a record waits for its rest. A
// record whose Event does not match its checksum, or is no Event, is skipped and counted; a bad
// length leaves nothing to find the next record by, so there the reading ends, with the reason. No
// length makes anything allocated: a record of more than the reader's limit (a graph, say) is
// passed over as it comes, so a reader holds no more than that. One thread at a time; nothing is
// thrown.

#pragma once

#include "tuner/formats/event_message.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

// Longer Events are passed over without a look; those with scalars have a few hundred bytes.
inline constexpr std::size_t kMaxEventBytes = std::size_t{1} << 20;
// Protobuf itself allows no longer message, so a longer record is none.
inline constexpr std::uint64_t kMaxEventRecordBytes = (std::uint64_t{1} << 31) - 1;

inline constexpr std::size_t kEventHeaderBytes = 12;

class EventFileReader {
  public:
    // Reads on at `offset`, which an earlier reader of the same file gave. Events of more than
    // `max_event_bytes` are passed over.
    explicit EventFileReader(std::uint64_t offset = 0, std::size_t max_event_bytes = kMaxEventBytes)
        : offset_(offset), max_event_bytes_(max_event_bytes) {}

    // Takes the bytes that follow, however they are cut, and adds what they complete. After a
    // problem() it takes nothing more.
    void read(std::string_view bytes, std::vector<EventScalar>& scalars);

    // Why the reading ended; empty while it goes on.
    const std::string& problem() const { return problem_; }

    // Where the first record begins that is not complete: what was given before it needs no second
    // look.
    std::uint64_t offset() const { return offset_; }

    // Whether no half record waits for its rest.
    bool is_between_records() const { return header_.empty(); }

    // Whether it is in the middle of a record that is too long: what came of that need not be kept,
    // nor read again.
    bool is_passing_over() const {
        return header_.size() == kEventHeaderBytes && length_ > max_event_bytes_;
    }

    // Records until now: all that were whole, and those of them that were damaged (checksum, or no
    // Event) or too long.
    std::uint64_t records() const { return records_; }

    std::uint64_t damaged_records() const { return damaged_records_; }

    std::uint64_t long_records() const { return long_records_; }

  private:
    std::string_view take_part(std::string_view& bytes, std::string& part, std::uint64_t size);
    void begin_record();
    bool pass_over(std::string_view& bytes);
    void end_record(std::string_view data, std::vector<EventScalar>& scalars);

    std::uint64_t offset_;
    std::size_t max_event_bytes_;
    std::uint64_t records_ = 0;
    std::uint64_t damaged_records_ = 0;
    std::uint64_t long_records_ = 0;
    std::string problem_;

    // The record that is not complete.
    std::string header_;        // length and its checksum, as far as they came
    std::uint64_t length_ = 0;  // of its Event, once the header is whole
    std::string body_;          // Event and checksum, as far as they came; unused for a long one
    std::uint64_t passed_ = 0;  // bytes of a long one's body that went by
};

}  // namespace tuner
