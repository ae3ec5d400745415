#include "tuner/formats/event_file.h"

#include "tests/formats/event_bytes.h"

#include <cmath>
#include <fstream>
#include <sstream>

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::testing;

namespace {

using Scalars = std::vector<EventScalar>;

std::string from_hex(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    }
    return bytes;
}

// What the babyweight trainer writes: its version record and one of a scalar (contract.md A18; its
// own tests hold it to the same bytes).
const std::string kTrainerFile = from_hex(
    "1800000000000000a37f4b22090000803899d6d7411a0d627261696e2e4576656e743a32124b36ab"
    "1b000000000000001a0d9e1309000000c00b5ad64110d22c2a0d0a0b0a04726d736515fd13843f305a00d1"
);
const Scalars kTrainerScalars{{"rmse", 5714, 1.0318599939346313, 1.5e9}};

std::string case_file(const std::string& name) {
    std::ifstream file(TUNER_CASES_DIR "/event_file/" + name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    REQUIRE(!text.str().empty());
    return text.str();
}

struct Reading {
    EventFileReader reader;
    Scalars scalars;
};

Reading read(std::string_view bytes, std::size_t chunk = std::string_view::npos) {
    Reading reading;
    for (; !bytes.empty(); bytes.remove_prefix(std::min(chunk, bytes.size()))) {
        reading.reader.read(bytes.substr(0, chunk), reading.scalars);
    }
    return reading;
}

std::string scalar_record(float value) {
    return record(event(7, bytes_field(1, "x") + float_field(2, value)));
}

}  // namespace

TEST_CASE("A18 the trainer's event file gives its scalars", "[event_file]") {
    const Reading reading = read(kTrainerFile);
    CHECK(reading.scalars == kTrainerScalars);
    CHECK(reading.reader.records() == 2);
    CHECK(reading.reader.damaged_records() == 0);
    CHECK(reading.reader.offset() == kTrainerFile.size());
    CHECK(reading.reader.is_between_records());
    CHECK(reading.reader.problem().empty());
}

TEST_CASE("A19 the scalar record of TensorBoard's own tests is read", "[event_file]") {
    const Reading reading = read(from_hex(
        "3200000000000000241956ec09c405b73d99d6d741104d2a250a230a086163637572616379420a0801120022"
        "04a4707d3f4a0b0a090a077363616c617273a55b6433"
    ));
    REQUIRE(reading.scalars.size() == 1);
    CHECK(reading.scalars[0].tag == "accuracy");
    CHECK(reading.scalars[0].step == 77);
    CHECK(reading.scalars[0].value == static_cast<double>(0.99F));
}

TEST_CASE(
    "files that tensorboardX 2.6 and tensorboard 2.21 wrote give their scalars", "[event_file]"
) {
    for (const std::string name : {"tensorboardx_simple_value.bin", "tensorboard_tensor.bin"}) {
        CAPTURE(name);
        const Reading reading = read(case_file(name));
        REQUIRE(reading.scalars.size() == 4);
        CHECK(reading.scalars[0] == EventScalar{"eval/rmse", 0, 1.5, 1.5e9});
        CHECK(reading.scalars[1] == EventScalar{"eval/rmse", 100, 1.25, 1.5e9 + 1});
        CHECK(reading.scalars[2] == EventScalar{"eval/rmse", 200, 1, 1.5e9 + 2});
        CHECK(reading.scalars[3].tag == "loss");
        CHECK(!std::isfinite(reading.scalars[3].value));
        CHECK(reading.reader.damaged_records() == 0);
        CHECK(reading.reader.problem().empty());
    }
}

TEST_CASE("texts, histograms and images among the scalars are passed over", "[event_file]") {
    const Reading reading = read(case_file("tensorboardx_mixed.bin"));
    CHECK(reading.scalars == Scalars{{"accuracy", std::int64_t{1} << 40, 0.5, 1.5e9}});
    CHECK(reading.reader.damaged_records() == 0);
}

TEST_CASE("however a file is cut into pieces, it reads the same", "[event_file]") {
    for (std::size_t chunk = 1; chunk < kTrainerFile.size(); ++chunk) {
        CAPTURE(chunk);
        const Reading reading = read(kTrainerFile, chunk);
        CHECK(reading.scalars == kTrainerScalars);
        CHECK(reading.reader.offset() == kTrainerFile.size());
    }
}

TEST_CASE("A20 half a record waits for its rest, and the offset for it", "[event_file]") {
    constexpr std::size_t kFirst = 40;  // the version record
    for (std::size_t cut = 1; cut < kTrainerFile.size(); ++cut) {
        CAPTURE(cut);
        Reading reading = read(kTrainerFile.substr(0, cut));
        CHECK(reading.scalars.empty());
        CHECK(reading.reader.problem().empty());
        CHECK(reading.reader.offset() == (cut < kFirst ? 0 : kFirst));
        CHECK(reading.reader.is_between_records() == (cut == kFirst));
        reading.reader.read(std::string_view(kTrainerFile).substr(cut), reading.scalars);
        CHECK(reading.scalars == kTrainerScalars);
    }
}

TEST_CASE("another reader goes on where the first one stopped", "[event_file]") {
    const Reading first = read(kTrainerFile.substr(0, 50));
    EventFileReader second(first.reader.offset());
    Scalars scalars;
    second.read(std::string_view(kTrainerFile).substr(first.reader.offset()), scalars);
    CHECK(scalars == kTrainerScalars);
    CHECK(second.offset() == kTrainerFile.size());
}

TEST_CASE("A20 a record with a damaged byte is skipped and counted", "[event_file]") {
    constexpr std::size_t kSecond = 40;
    for (std::size_t at = kSecond + 12; at < kTrainerFile.size(); ++at) {
        CAPTURE(at);
        std::string damaged = kTrainerFile;
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        const Reading reading = read(damaged + scalar_record(1.5F));
        CHECK(reading.scalars == Scalars{{"x", 7, 1.5, 1.5e9}});
        CHECK(reading.reader.damaged_records() == 1);
        CHECK(reading.reader.records() == 3);
        CHECK(reading.reader.problem().empty());
    }
}

TEST_CASE("a whole record that is no Event is skipped and counted", "[event_file]") {
    const Reading reading = read(record("\x2a\x7f") + scalar_record(1.5F));
    CHECK(reading.scalars.size() == 1);
    CHECK(reading.reader.damaged_records() == 1);
}

TEST_CASE("A20 a damaged length ends the reading with its place", "[event_file]") {
    constexpr std::size_t kSecond = 40;
    for (std::size_t at = kSecond; at < kSecond + 12; ++at) {
        CAPTURE(at);
        std::string damaged = kTrainerFile + scalar_record(1.5F);
        damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
        const Reading reading = read(damaged);
        CHECK(reading.scalars.empty());
        CHECK(reading.reader.offset() == kSecond);
        CHECK(
            reading.reader.problem() ==
            "the record at byte 40 has a damaged length: its checksum does not match"
        );
    }
}

TEST_CASE("zero bytes at the end of a preallocated file end the reading", "[event_file]") {
    const Reading reading = read(kTrainerFile + std::string(4096, '\0'));
    CHECK(reading.scalars == kTrainerScalars);
    CHECK(reading.reader.offset() == kTrainerFile.size());
    CHECK(!reading.reader.problem().empty());
}

TEST_CASE("an Event at its limit is read, one past it is passed over", "[event_file]") {
    const std::string value = event(7, bytes_field(1, "x") + float_field(2, 1.5F));
    const auto padded_to = [&](std::size_t size) {
        std::string filler(size - value.size() - 4, 'g');
        std::string padded = value + bytes_field(4, filler);
        padded = value + bytes_field(4, filler.substr(padded.size() - size));
        REQUIRE(padded.size() == size);
        return padded;
    };
    for (const std::size_t chunk : {std::string_view::npos, std::size_t{1000}}) {
        CHECK(read(record(padded_to(kMaxEventBytes)), chunk).scalars.size() == 1);
        const Reading longer =
            read(record(padded_to(kMaxEventBytes + 1)) + scalar_record(2), chunk);
        CHECK(longer.scalars == Scalars{{"x", 7, 2, 1.5e9}});
        CHECK(longer.reader.long_records() == 1);
        CHECK(longer.reader.problem().empty());
    }
}

TEST_CASE("no record is longer than a protobuf message can be", "[event_file]") {
    CHECK(read(record_header(kMaxEventRecordBytes)).reader.problem().empty());
    CHECK(
        read(record_header(kMaxEventRecordBytes + 1)).reader.problem() ==
        "the record at byte 0 claims 2147483648 bytes; at most 2147483647 are allowed"
    );
    CHECK(!read(record_header(~0ULL)).reader.problem().empty());
}

TEST_CASE("a record of two gigabytes goes by in chunks", "[event_file]") {
    Reading reading = read(record_header(kMaxEventRecordBytes));
    const std::string chunk(std::size_t{1} << 20, 'g');
    std::uint64_t missing = kMaxEventRecordBytes + 4;
    for (; missing > chunk.size(); missing -= chunk.size()) {
        reading.reader.read(chunk, reading.scalars);
    }
    reading.reader.read(chunk.substr(0, missing) + scalar_record(1.5F), reading.scalars);
    CHECK(reading.scalars.size() == 1);
    CHECK(reading.reader.long_records() == 1);
    CHECK(reading.reader.offset() == 12 + kMaxEventRecordBytes + 4 + scalar_record(1.5F).size());
}
