// JSON from outside is refused, or can be copied, written and read again.

#include "tests/fuzz/property.h"
#include "tests/fuzz/space.h"
#include "tuner/formats/study_json.h"
#include "tuner/study/limits.h"

#include <string>

#include <nlohmann/json.hpp>

using namespace tuner;
using namespace tuner::fuzz;

namespace {

const SearchSpace kSpace = make_space();

void check_json(std::string_view text) {
    const auto json = parse_json(text);
    const auto ordered = parse_ordered_json(text);
    holds(json.has_value() == ordered.has_value(), "both orders read the same texts");
    if (!json) {
        holds(!json.error().message.empty(), "what is refused has a reason");
        return;
    }
    const nlohmann::json copy = *json;
    const std::string dumped = copy.dump();
    const auto again = parse_json(dumped);
    // Spelling \u escapes out or adding ".0" may take a text past the limit.
    holds(again ? *again == *json : dumped.size() > kMaxJsonBytes, "JSON is read as it is written");
    if (const auto assignment = parse_assignment(*json, kSpace)) {
        holds(kSpace.check(*assignment).has_value(), "a parsed assignment belongs to the space");
        const auto shown =
            parse_assignment(nlohmann::json::parse(to_json(*assignment).dump()), kSpace);
        holds(shown && *shown == *assignment, "an assignment is read as it is shown");
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    check_json(text_of(data, size));
    return 0;
}
