// A stored record is damaged, or is written again as what reads back equal.

#include "tests/fuzz/property.h"
#include "tuner/formats/stored_json.h"

using namespace tuner;
using namespace tuner::fuzz;

namespace {

// By text: a NaN in a record is not equal to itself.
template <class Value>
void check(
    std::string_view text,
    Result<Value> (*read)(std::string_view),
    std::string (*write)(const Value&)
) {
    const Result<Value> value = read(text);
    if (!value) {
        holds(!value.error().message.empty(), "damage has a reason");
        return;
    }
    const std::string stored = write(*value);
    const Result<Value> again = read(stored);
    holds(again.has_value(), "what was written is read");
    holds(write(*again) == stored, "the same is written the same");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    check<StudyConfig>(text, from_stored_config, to_stored_config);
    check<Assignment>(text, from_stored_assignment, to_stored_assignment);
    check<Provenance>(text, from_stored_provenance, to_stored_provenance);
    return 0;
}
