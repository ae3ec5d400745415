#include "trainer/event_writer.h"

#include "tests/trainer/scratch_dir.h"
#include "trainer/errors.h"

#include <array>

#include <catch2/catch.hpp>
#include <fmt/format.h>

using trainer::Scalar;
using trainer::testing::read_file;
using trainer::testing::ScratchDir;

namespace {

std::string hex(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes) {
        text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    }
    return text;
}

std::filesystem::path only_file(const std::filesystem::path& dir) {
    const auto files = std::filesystem::directory_iterator(dir);
    return files->path();
}

}  // namespace

TEST_CASE("a scalar's record has the bytes that tensorflow writes", "[event_writer]") {
    const auto event = trainer::scalar_event(1.5e9, 5714, std::array{Scalar{"rmse", 1.03186F}});
    CHECK(
        hex(trainer::to_record(event)) ==
        "1b000000000000001a0d9e1309000000c00b5ad64110d22c2a0d0a0b0a04726d736515fd13843f305a00d1"
    );
}

TEST_CASE("the first record has the bytes of tensorboard's own test", "[event_writer]") {
    // The wall time of that test, bytes 00 00 80 38 99 d6 d7 41.
    const auto event = trainer::version_event(1599759586.0);
    CHECK(
        hex(trainer::to_record(event)) ==
        "1800000000000000a37f4b22"
        "090000803899d6d7411a0d627261696e2e4576656e743a32"
        "124b36ab"
    );
}

TEST_CASE("steps past 32 bits are written in full", "[event_writer]") {
    const auto event = trainer::scalar_event(0, 1LL << 40, std::array{Scalar{"x", 0}});
    CHECK(hex(event).substr(18, 14) == "10808080808020");
}

TEST_CASE(
    "a writer's file begins with the version and holds each event at once", "[event_writer]"
) {
    const ScratchDir dir;
    trainer::EventWriter writer(dir.path() / "trial" / "eval");
    const auto path = only_file(dir.path() / "trial" / "eval");
    CHECK(path == writer.path());
    const std::string name = path.filename();
    CHECK(name.starts_with("events.out.tfevents."));
    CHECK(name.find_first_not_of("0123456789", 20) == 30);
    CHECK(name[30] == '.');
    CHECK(read_file(path).size() == 40);
    CHECK(read_file(path).substr(23, 13) == "brain.Event:2");
    writer.write(7, std::array{Scalar{"loss", 1}, Scalar{"rmse", 2}});
    CHECK(read_file(path).size() > 40);
    CHECK(read_file(path).find("rmse") != std::string::npos);
}

TEST_CASE("two writers of one second do not share a file", "[event_writer]") {
    const ScratchDir dir;
    const trainer::EventWriter first(dir.path());
    const trainer::EventWriter second(dir.path());
    CHECK(first.path() != second.path());
}

TEST_CASE("an event folder that cannot be made is named", "[event_writer]") {
    const ScratchDir dir;
    const auto file = dir.write("file", "");
    CHECK_THROWS_WITH(trainer::EventWriter(file / "eval"), Catch::Contains("file/eval"));
}
