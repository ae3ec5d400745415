// A file between daemon and shim is refused, or says the same again when it is written from what
// was read.
//
// The first byte picks the file; its high bit appends a checksum that matches, which mutation would
// never find.

#include "tests/fuzz/property.h"
#include "tuner/base/random.h"
#include "tuner/formats/attempt_files.h"

#include <string>

#include <fmt/format.h>

using namespace tuner;
using namespace tuner::fuzz;

namespace {

template <class Value>
void check(Result<Value> (*parse)(std::string_view), const Value& value) {
    const std::string text = to_text(value);
    const Result<Value> again = parse(text);
    holds(again.has_value(), "what was written is read");
    holds(*again == value, "what is read is what was written");
    holds(to_text(*again) == text, "the same is written the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) {
        return 0;
    }
    std::string text(text_of(data + 1, size - 1));
    if ((data[0] & 0x80) != 0) {
        text += fmt::format("checksum={:016x}\n", stable_hash(text));
    }
    switch (data[0] % 3) {
        case 0:
            if (const auto spec = parse_spec(text)) {
                check(parse_spec, *spec);
            }
            break;
        case 1:
            if (const auto identity = parse_identity(text)) {
                check(parse_identity, *identity);
            }
            break;
        default:
            if (auto record = parse_exit(text)) {
                // A longer one is cut where it is written, and no shim of ours writes it.
                record->exit.message.resize(
                    std::min(record->exit.message.size(), kMaxExitMessageBytes)
                );
                check(parse_exit, *record);
            }
    }
    return 0;
}
