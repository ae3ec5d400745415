#include "tuner/formats/resource_fields.h"

#include "tuner/study/limits.h"

#include <cctype>
#include <charconv>
#include <cmath>

#include <fmt/format.h>

namespace tuner {

namespace {

// What one of a unit is in bytes; nothing for an unknown unit.
std::optional<double> size_of_unit(std::string_view unit) {
    if (unit.ends_with('B') || (unit.size() > 1 && unit.ends_with('b'))) {
        unit.remove_suffix(1);
    }
    const bool is_binary = unit.size() == 2 && unit[1] == 'i';
    if (unit.empty()) {
        return 1;
    }
    constexpr std::string_view kPrefixes = "KMGT";
    const int letter = std::toupper(static_cast<unsigned char>(unit[0]));
    const std::size_t power = kPrefixes.find(static_cast<char>(letter));
    if (power == std::string_view::npos || (unit.size() > 1 && !is_binary)) {
        return std::nullopt;
    }
    return std::pow(is_binary ? 1024.0 : 1000.0, static_cast<double>(power + 1));
}

}  // namespace

std::optional<std::int64_t> parse_memory(std::string_view text) {
    double count = 0;
    const auto format = std::chars_format::fixed;
    const auto [end, error] =
        std::from_chars(text.data(), text.data() + text.size(), count, format);
    if (error != std::errc{} || !std::isfinite(count)) {
        return std::nullopt;
    }
    std::string_view unit = text.substr(static_cast<std::size_t>(end - text.data()));
    while (unit.starts_with(' ')) {
        unit.remove_prefix(1);
    }
    const auto size = size_of_unit(unit);
    const double bytes = size ? std::floor(count * *size) : 0;
    if (bytes < 1 || bytes > static_cast<double>(kMaxMemoryBytes)) {
        return std::nullopt;
    }
    return static_cast<std::int64_t>(bytes);
}

std::optional<std::int64_t> read_memory(YamlReader& reader, std::string_view key) {
    const auto text = reader.text(key);
    if (!text) {
        return std::nullopt;
    }
    const auto bytes = parse_memory(*text);
    if (!bytes) {
        reader.problem(
            reader.find(key)->at,
            fmt::format(
                "{} must be a size from 1 byte to {}, like 4GiB, 512M or a number of bytes, not {}",
                key,
                to_memory_text(kMaxMemoryBytes),
                in_quotes(*text)
            )
        );
    }
    return bytes;
}

Resources read_resources(const YamlNode& node, std::string what, Findings& findings) {
    YamlReader reader(node, std::move(what), kResourceKeys, findings);
    Resources resources;
    resources.cpus = reader.integer("cpus", 0, kMaxCpus).value_or(0);
    resources.gpus = reader.integer("gpus", 0, kMaxGpus).value_or(0);
    resources.memory_bytes = read_memory(reader, "memory").value_or(0);
    return resources;
}

}  // namespace tuner
