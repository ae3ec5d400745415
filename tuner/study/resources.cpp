#include "tuner/study/resources.h"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

namespace tuner {

namespace {

std::string count_text(std::int64_t count, std::string_view unit) {
    return fmt::format("{} {}{}", count, unit, count == 1 ? "" : "s");
}

// "a, b and c".
std::string listed(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        text += i == 0 ? "" : i + 1 == words.size() ? " and " : ", ";
        text += words[i];
    }
    return text;
}

}  // namespace

std::string to_memory_text(std::int64_t bytes) {
    constexpr std::array kUnits = {
        std::pair{std::int64_t{1} << 40, "TiB"},
        std::pair{std::int64_t{1} << 30, "GiB"},
        std::pair{std::int64_t{1} << 20, "MiB"},
        std::pair{std::int64_t{1} << 10, "KiB"},
    };
    for (const auto& [size, unit] : kUnits) {
        if (bytes >= size) {
            const double count = static_cast<double>(bytes) / static_cast<double>(size);
            std::string text = fmt::format("{:.2f}", count);
            text.erase(text.find_last_not_of('0') + 1);
            text.erase(text.find_last_not_of('.') + 1);
            return fmt::format("{} {}", text, unit);
        }
    }
    return count_text(bytes, "byte");
}

std::string describe(const Resources& resources) {
    std::vector<std::string> words;
    if (resources.cpus > 0) {
        words.push_back(count_text(resources.cpus, "cpu"));
    }
    if (resources.gpus > 0) {
        words.push_back(count_text(resources.gpus, "gpu"));
    }
    if (resources.memory_bytes > 0) {
        words.push_back(to_memory_text(resources.memory_bytes) + " of memory");
    }
    return words.empty() ? "nothing" : listed(words);
}

std::vector<std::string> list_unmet(const Resources& wanted, const Resources& present) {
    std::vector<std::string> lines;
    const auto compare = [&](std::string wants, std::int64_t want, std::int64_t has, auto text) {
        if (want > has) {
            lines.push_back(fmt::format(
                "a trial asks for {}, this machine has {}", wants, has == 0 ? "none" : text(has)
            ));
        }
    };
    const auto number = [](std::int64_t has) { return fmt::format("{}", has); };
    compare(count_text(wanted.cpus, "cpu"), wanted.cpus, present.cpus, number);
    compare(count_text(wanted.gpus, "gpu"), wanted.gpus, present.gpus, number);
    compare(
        to_memory_text(wanted.memory_bytes) + " of memory",
        wanted.memory_bytes,
        present.memory_bytes,
        to_memory_text
    );
    return lines;
}

Resources cut_to(const Resources& wanted, const Resources& most) {
    return {
        std::min(wanted.cpus, most.cpus),
        std::min(wanted.gpus, most.gpus),
        std::min(wanted.memory_bytes, most.memory_bytes)};
}

bool share_a_kind(const Resources& a, const Resources& b) {
    return (a.cpus > 0 && b.cpus > 0) || (a.gpus > 0 && b.gpus > 0) ||
           (a.memory_bytes > 0 && b.memory_bytes > 0);
}

}  // namespace tuner
