#include "tuner/api/paging.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace tuner {

namespace {

// Hexadecimal of "LIST@POSITION": opaque enough that nobody is tempted to do arithmetic on it.
std::string to_token(const std::string& list, std::size_t position) {
    std::string token;
    for (const char c : fmt::format("{}@{}", list, position)) {
        token += fmt::format("{:02x}", static_cast<unsigned char>(c));
    }
    return token;
}

std::optional<std::string> from_hex(const std::string& token) {
    std::string text;
    for (std::size_t i = 0; i < token.size(); i += 2) {
        unsigned code = 0;
        const char* begin = token.data() + i;
        const char* end = token.data() + std::min(i + 2, token.size());
        const auto [stop, error] = std::from_chars(begin, end, code, 16);
        if (error != std::errc{} || stop != begin + 2) {
            return std::nullopt;
        }
        text += static_cast<char>(code);
    }
    return text;
}

std::optional<std::size_t> position_of(const std::string& list, const std::string& token) {
    const auto text = from_hex(token);
    if (!text || !text->starts_with(list + "@")) {
        return std::nullopt;
    }
    std::size_t position = 0;
    const char* begin = text->data() + list.size() + 1;
    const char* end = text->data() + text->size();
    const auto [stop, error] = std::from_chars(begin, end, position);
    return error == std::errc{} && stop == end ? std::optional(position) : std::nullopt;
}

Result<std::int64_t> page_size(const Query& query, const PageSizes& sizes) {
    if (!sizes.is_forgiving) {
        return query.number("pageSize", sizes.usual, 1, sizes.largest);
    }
    constexpr std::int64_t kInt32 = 2'147'483'647;
    return query.number("pageSize", 0, 0, kInt32).map([&](std::int64_t size) {
        return size == 0 ? sizes.usual : std::min(size, sizes.largest);
    });
}

}  // namespace

Result<Page> read_page(
    const Query& query, const std::string& list, std::size_t total, PageSizes sizes
) {
    const auto size = page_size(query, sizes);
    if (!size) {
        return tl::unexpected(size.error());
    }
    const std::string token = query.text("pageToken").value_or("");
    const auto position = token.empty() ? std::optional<std::size_t>(0) : position_of(list, token);
    if (!position) {
        return invalid("pageToken is not one that this list gave; leave it out to begin again");
    }
    Page page;
    page.begin = std::min(*position, total);
    page.end = std::min(page.begin + static_cast<std::size_t>(*size), total);
    if (page.end < total) {
        page.next_token = to_token(list, page.end);
    }
    return page;
}

}  // namespace tuner
