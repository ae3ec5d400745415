// A RequestTarget is the path and query of a request line, taken apart once:
// `/v1/studies/x?now=true`.
//
// The path stays encoded in its segments, because an encoded slash or colon belongs to a name and a
// bare one does not: `/v1/studies/%2Fhome%2Fme%2Fhyperparam.yaml:stop` has three segments and a
// verb. decode_segment() ends that. Everything decoded is UTF-8 without control characters.

#pragma once

#include "tuner/api/http_message.h"
#include "tuner/base/result.h"

#include <string>
#include <string_view>
#include <vector>

namespace tuner {

struct RequestTarget {
    std::vector<std::string> segments;  // encoded, without the slashes
    NamedTexts query;                   // decoded
};

// `invalid_argument` for what is not an absolute path with an optional query, for broken escapes
// and for texts that are not UTF-8 or hold control characters.
Result<RequestTarget> parse_target(std::string_view text);

// "%2Ftmp" to "/tmp"; fails like parse_target.
Result<std::string> decode_segment(std::string_view encoded);

}  // namespace tuner
