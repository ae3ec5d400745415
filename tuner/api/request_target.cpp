#include "tuner/api/request_target.h"

#include "tuner/formats/utf8.h"

#include <algorithm>

#include <boost/url/encoding_opts.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

namespace tuner {

namespace urls = boost::urls;

namespace {

Result<std::string> check_text(std::string text) {
    const bool has_control = std::any_of(text.begin(), text.end(), [](char c) {
        const auto code = static_cast<unsigned char>(c);
        return code < 0x20 || code == 0x7f;
    });
    if (has_control || find_invalid_utf8(text) != std::string::npos) {
        return invalid("the address holds control characters or bytes that are not UTF-8");
    }
    return text;
}

Result<std::string> decode(urls::pct_string_view encoded, bool plus_is_space) {
    urls::encoding_opts options;
    options.space_as_plus = plus_is_space;
    return check_text(encoded.decode(options));
}

}  // namespace

Result<RequestTarget> parse_target(std::string_view text) {
    const auto parsed = urls::parse_origin_form({text.data(), text.size()});
    if (!parsed) {
        return invalid(
            "the address must be an absolute path with escapes like %2F, such as /v1/studies"
        );
    }
    RequestTarget target;
    for (const auto segment : parsed->encoded_segments()) {
        target.segments.emplace_back(segment.data(), segment.size());
        if (const auto decoded = decode(segment, false); !decoded) {
            return tl::unexpected(decoded.error());
        }
    }
    for (const auto& parameter : parsed->encoded_params()) {
        auto name = decode(parameter.key, true);
        auto value = decode(parameter.value, true);
        if (!name || !value) {
            return tl::unexpected(!name ? name.error() : value.error());
        }
        target.query.emplace_back(std::move(*name), std::move(*value));
    }
    return target;
}

Result<std::string> decode_segment(std::string_view encoded) {
    const auto view = urls::make_pct_string_view({encoded.data(), encoded.size()});
    if (!view) {
        return invalid("the address holds a broken escape");
    }
    return decode(*view, false);
}

}  // namespace tuner
