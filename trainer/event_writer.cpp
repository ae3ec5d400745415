#include "trainer/event_writer.h"

#include "trainer/crc32c.h"
#include "trainer/errors.h"
#include "trainer/little_endian.h"

#include <array>
#include <chrono>
#include <unistd.h>

#include <fmt/format.h>

namespace trainer {

namespace {

// Protobuf: a field's key is its number and the wire type of what follows.
enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

void append_varint(std::string& message, std::uint64_t value) {
    while (value >= 0x80) {
        message += static_cast<char>((value & 0x7f) | 0x80);
        value >>= 7;
    }
    message += static_cast<char>(value);
}

void append_key(std::string& message, unsigned field, WireType type) {
    append_varint(message, (field << 3) | static_cast<unsigned>(type));
}

void append_bytes(std::string& message, unsigned field, std::string_view bytes) {
    append_key(message, field, WireType::bytes);
    append_varint(message, bytes.size());
    message += bytes;
}

// Event.wall_time = 1.
std::string timed_event(double wall_time) {
    std::string event;
    append_key(event, 1, WireType::fixed64);
    append_little_endian(event, wall_time);
    return event;
}

// Summary.Value: tag = 1, simple_value = 2.
std::string encode(const Scalar& scalar) {
    std::string value;
    append_bytes(value, 1, scalar.tag);
    append_key(value, 2, WireType::fixed32);
    append_little_endian(value, scalar.value);
    return value;
}

std::string host_name() {
    std::array<char, 256> name{};
    if (gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') {
        return "localhost";
    }
    return name.data();
}

// A name that no file has yet: runs that start within one second get a number.
std::filesystem::path fresh_path(const std::filesystem::path& dir) {
    const auto seconds = static_cast<std::int64_t>(wall_seconds());
    const std::string name = fmt::format("events.out.tfevents.{:010}.{}", seconds, host_name());
    std::filesystem::path path = dir / name;
    for (int n = 1; std::filesystem::exists(path); ++n) {
        path = dir / fmt::format("{}.{}", name, n);
    }
    return path;
}

}  // namespace

double wall_seconds() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(now).count();
    return static_cast<double>(micros) / 1e6;
}

std::string to_record(std::string_view event) {
    std::string record;
    append_little_endian(record, std::uint64_t{event.size()});
    append_little_endian(record, masked_crc32c(record));
    record += event;
    append_little_endian(record, masked_crc32c(event));
    return record;
}

std::string version_event(double wall_time) {
    std::string event = timed_event(wall_time);
    append_bytes(event, 3, "brain.Event:2");  // Event.file_version
    return event;
}

std::string scalar_event(double wall_time, std::int64_t step, std::span<const Scalar> scalars) {
    std::string summary;
    for (const Scalar& scalar : scalars) {
        append_bytes(summary, 1, encode(scalar));  // Summary.value
    }
    std::string event = timed_event(wall_time);
    append_key(event, 2, WireType::varint);  // Event.step
    append_varint(event, static_cast<std::uint64_t>(step));
    append_bytes(event, 5, summary);  // Event.summary
    return event;
}

EventWriter::EventWriter(const std::filesystem::path& dir) {
    std::error_code error;
    std::filesystem::create_directories(dir, error);
    if (error) {
        throw Failure(fmt::format("{}: cannot be made: {}", dir.string(), error.message()));
    }
    path_ = fresh_path(dir);
    file_.open(path_, std::ios::binary);
    append(version_event(wall_seconds()));
}

void EventWriter::write(std::int64_t step, std::span<const Scalar> scalars) {
    append(scalar_event(wall_seconds(), step, scalars));
}

void EventWriter::append(std::string_view event) {
    const std::string record = to_record(event);
    file_.write(record.data(), static_cast<std::streamsize>(record.size()));
    file_.flush();
    if (!file_) {
        throw Failure(fmt::format("{}: cannot be written", path_.string()));
    }
}

}  // namespace trainer
