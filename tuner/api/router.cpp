#include "tuner/api/router.h"

#include <optional>

namespace tuner {

namespace {

std::vector<std::string_view> split_path(std::string_view path) {
    std::vector<std::string_view> segments;
    while (!path.empty()) {
        path.remove_prefix(1);  // the slash
        const std::size_t end = std::min(path.find('/'), path.size());
        segments.push_back(path.substr(0, end));
        path.remove_prefix(end);
    }
    return segments;
}

// A segment's name and the verb after its bare colon, colon included.
std::pair<std::string_view, std::string_view> split_verb(std::string_view segment) {
    const std::size_t colon = std::min(segment.rfind(':'), segment.size());
    return {segment.substr(0, colon), segment.substr(colon)};
}

// Whether a segment fits its pattern; a name that it captures is appended.
bool fits(std::string_view pattern, std::string_view segment, std::vector<std::string>& captures) {
    if (!pattern.starts_with('{')) {
        return pattern == segment;
    }
    const auto [name, verb] = split_verb(segment);
    if (name.empty() || verb != split_verb(pattern).second) {
        return false;
    }
    auto decoded = decode_segment(name);
    if (!decoded) {
        return false;
    }
    captures.push_back(std::move(*decoded));
    return true;
}

std::optional<std::vector<std::string>> match(
    std::string_view pattern, const RequestTarget& target
) {
    const auto expected = split_path(pattern);
    if (expected.size() != target.segments.size()) {
        return std::nullopt;
    }
    std::vector<std::string> captures;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        if (!fits(expected[i], target.segments[i], captures)) {
            return std::nullopt;
        }
    }
    return captures;
}

}  // namespace

RouteMatch find_route(
    std::span<const Route> routes, std::string_view verb, const RequestTarget& target
) {
    RouteMatch result;
    for (const Route& route : routes) {
        auto captures = match(route.pattern, target);
        if (!captures) {
            continue;
        }
        if (route.verb == verb) {
            return {&route, std::move(*captures), {}};
        }
        result.allow += result.allow.empty() ? "" : ", ";
        result.allow += route.verb;
    }
    return result;
}

}  // namespace tuner
