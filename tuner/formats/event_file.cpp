#include "tuner/formats/event_file.h"

#include <algorithm>
#include <bit>

#include <boost/crc.hpp>

namespace tuner {

namespace {

constexpr std::size_t kLengthBytes = 8;
constexpr std::size_t kCrcBytes = 4;
static_assert(kEventHeaderBytes == kLengthBytes + kCrcBytes);
constexpr std::uint32_t kMaskDelta = 0xa282ead8;

// Castagnoli's polynomial.
using Crc32c = boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true>;

std::uint64_t little_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (std::size_t i = bytes.size(); i-- > 0;) {
        value = value << 8 | static_cast<unsigned char>(bytes[i]);
    }
    return value;
}

// A checksum of data that may hold checksums itself is masked (TFRecord's own rule).
std::uint32_t masked_crc(std::string_view bytes) {
    Crc32c crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return std::rotr(static_cast<std::uint32_t>(crc.checksum()), 15) + kMaskDelta;
}

bool has_crc(std::string_view bytes, std::string_view crc) {
    return masked_crc(bytes) == little_endian(crc);
}

}  // namespace

void EventFileReader::read(std::string_view bytes, std::vector<EventScalar>& scalars) {
    while (problem_.empty() && !bytes.empty()) {
        if (header_.size() < kEventHeaderBytes) {
            if (!take_part(bytes, header_, kEventHeaderBytes).empty()) {
                begin_record();
            }
        } else if (length_ > max_event_bytes_) {
            if (pass_over(bytes)) {
                ++long_records_;
                end_record({}, scalars);
            }
        } else if (const auto body = take_part(bytes, body_, length_ + kCrcBytes); !body.empty()) {
            end_record(body, scalars);
        }
    }
}

// Takes what is missing of `part` off the front of `bytes`. The part when it is complete, else
// nothing; one that lies in `bytes` as a whole is not copied.
std::string_view EventFileReader::take_part(
    std::string_view& bytes, std::string& part, std::uint64_t size
) {
    const auto count =
        static_cast<std::size_t>(std::min<std::uint64_t>(size - part.size(), bytes.size()));
    const std::string_view taken = bytes.substr(0, count);
    bytes.remove_prefix(count);
    if (&part == &body_ && part.empty() && count == size) {
        return taken;
    }
    part += taken;
    return part.size() == size ? std::string_view(part) : std::string_view();
}

void EventFileReader::begin_record() {
    const std::string_view header = header_;
    const std::string_view length = header.substr(0, kLengthBytes);
    length_ = little_endian(length);
    if (!has_crc(length, header.substr(kLengthBytes))) {
        problem_ = "the record at byte " + std::to_string(offset_) +
                   " has a damaged length: its checksum does not match";
    } else if (length_ > kMaxEventRecordBytes) {
        problem_ = "the record at byte " + std::to_string(offset_) + " claims " +
                   std::to_string(length_) + " bytes; at most " +
                   std::to_string(kMaxEventRecordBytes) + " are allowed";
    }
}

// True when the long record has gone by.
bool EventFileReader::pass_over(std::string_view& bytes) {
    const std::uint64_t missing = length_ + kCrcBytes - passed_;
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(missing, bytes.size()));
    bytes.remove_prefix(count);
    passed_ += count;
    return count == missing;
}

// The record is complete; `data` is its Event and checksum, nothing for a long one.
void EventFileReader::end_record(std::string_view data, std::vector<EventScalar>& scalars) {
    if (!data.empty()) {
        const std::string_view event = data.substr(0, length_);
        if (!has_crc(event, data.substr(length_)) || !parse_event(event, scalars)) {
            ++damaged_records_;
        }
    }
    ++records_;
    offset_ += kEventHeaderBytes + length_ + kCrcBytes;
    header_.clear();
    body_.clear();
    passed_ = 0;
}

}  // namespace tuner
