// An event file reads the same whole and in pieces, and its scalars are sound.
//
// The first byte says how: 0 in its low bits takes the rest as the file itself; else the rest is a
// row of Events, each behind its length in one byte, framed here with checksums that match, which
// mutation would hardly find. The second byte is the size of the pieces.

#include "tests/fuzz/property.h"
#include "tuner/formats/event_file.h"

#include <algorithm>
#include <bit>
#include <string>

#include <boost/crc.hpp>

using namespace tuner;
using namespace tuner::fuzz;

namespace {

std::string little_endian(std::uint64_t value, int bytes) {
    std::string text;
    for (int i = 0; i < bytes; ++i) {
        text += static_cast<char>(value >> (8 * i) & 0xff);
    }
    return text;
}

std::string crc_of(std::string_view bytes) {
    boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
    crc.process_bytes(bytes.data(), bytes.size());
    return little_endian(
        std::rotr(static_cast<std::uint32_t>(crc.checksum()), 15) + 0xa282ead8U, 4
    );
}

std::string framed(std::string_view rest) {
    std::string file;
    while (!rest.empty()) {
        const std::size_t wanted = static_cast<std::uint8_t>(rest[0]);
        rest.remove_prefix(1);
        // The largest length takes all the rest.
        const std::size_t length = wanted == 0xff ? rest.size() : std::min(wanted, rest.size());
        const std::string header = little_endian(length, 8);
        const std::string_view event = rest.substr(0, length);
        file.append(header).append(crc_of(header)).append(event).append(crc_of(event));
        rest.remove_prefix(length);
    }
    return file;
}

struct Reading {
    EventFileReader reader;
    std::vector<EventScalar> scalars;
};

bool are_same(const Reading& a, const Reading& b) {
    return a.reader.offset() == b.reader.offset() && a.reader.problem() == b.reader.problem() &&
           std::equal(
               a.scalars.begin(),
               a.scalars.end(),
               b.scalars.begin(),
               b.scalars.end(),
               [](const EventScalar& x, const EventScalar& y) {
                   return x.tag == y.tag && x.step == y.step && same(x.value, y.value) &&
                          same(x.wall_time, y.wall_time);
               }
           );
}

void check_scalars(const std::vector<EventScalar>& scalars) {
    for (const EventScalar& scalar : scalars) {
        holds(!scalar.tag.empty(), "a scalar has a tag");
        holds(scalar.tag.size() <= kMaxEventTagBytes, "a tag has so many bytes at most");
        holds(scalar.step >= 0, "a step is not negative");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2) {
        return 0;
    }
    const std::string_view rest = text_of(data + 2, size - 2);
    const std::string file = data[0] % 4 == 0 ? std::string(rest) : framed(rest);
    const std::string_view bytes = file;

    Reading whole;
    whole.reader.read(bytes, whole.scalars);
    check_scalars(whole.scalars);
    holds(whole.reader.offset() <= bytes.size(), "the offset is in the file");

    Reading pieces;
    const std::size_t piece = std::size_t{data[1]} + 1;
    std::size_t at = 0;
    for (; at < bytes.size() / 2; at += piece) {
        pieces.reader.read(bytes.substr(at, piece), pieces.scalars);
    }
    // Somebody else goes on in the middle.
    if (pieces.reader.problem().empty()) {
        pieces.reader = EventFileReader(pieces.reader.offset());
        at = pieces.reader.offset();
    }
    for (; at < bytes.size(); at += piece) {
        pieces.reader.read(bytes.substr(at, piece), pieces.scalars);
    }
    holds(are_same(pieces, whole), "a file reads the same whole and in pieces");
    return 0;
}
