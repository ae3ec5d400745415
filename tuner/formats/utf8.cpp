#include "tuner/formats/utf8.h"

#include <algorithm>

namespace tuner {

namespace {

unsigned byte_at(std::string_view text, std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

bool is_continuation(unsigned byte) {
    return (byte & 0xC0U) == 0x80U;
}

// The allowed range of the second byte after a lead byte (RFC 3629 section 4).
bool is_second(unsigned lead, unsigned second) {
    switch (lead) {
        case 0xE0:
            return second >= 0xA0 && second <= 0xBF;
        case 0xED:
            return second >= 0x80 && second <= 0x9F;
        case 0xF0:
            return second >= 0x90 && second <= 0xBF;
        case 0xF4:
            return second >= 0x80 && second <= 0x8F;
        default:
            return is_continuation(second);
    }
}

// Bytes of the well-formed character at `at`, 0 when there is none.
std::size_t character_size(std::string_view text, std::size_t at) {
    const unsigned lead = byte_at(text, at);
    if (lead < 0x80) {
        return 1;
    }
    const std::size_t size = lead >= 0xC2 && lead <= 0xDF   ? 2
                             : lead >= 0xE0 && lead <= 0xEF ? 3
                             : lead >= 0xF0 && lead <= 0xF4 ? 4
                                                            : 0;
    if (size == 0 || !is_second(lead, byte_at(text, at + 1))) {
        return 0;
    }
    for (std::size_t i = 2; i < size; ++i) {
        if (!is_continuation(byte_at(text, at + i))) {
            return 0;
        }
    }
    return size;
}

}  // namespace

std::size_t find_invalid_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t size = character_size(text, at);
        if (size == 0) {
            return at;
        }
        at += size;
    }
    return std::string_view::npos;
}

std::string to_valid_utf8(std::string_view text) {
    std::string valid;
    valid.reserve(text.size());
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t size = character_size(text, at);
        if (size == 0) {
            valid += "\xEF\xBF\xBD";
        } else {
            valid += text.substr(at, size);
        }
        at += std::max<std::size_t>(size, 1);
    }
    return valid;
}

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
        return !is_continuation(static_cast<unsigned char>(c));
    }));
}

std::string_view cut_utf8(std::string_view text, std::size_t bytes_max) {
    if (text.size() <= bytes_max) {
        return text;
    }
    while (bytes_max > 0 && is_continuation(byte_at(text, bytes_max))) {
        --bytes_max;
    }
    return text.substr(0, bytes_max);
}

}  // namespace tuner
