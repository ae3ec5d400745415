#include "tuner/study/assignment.h"

#include "tuner/base/random.h"

#include <algorithm>
#include <bit>

#include <fmt/format.h>

namespace tuner {

namespace {

// A number for each value; that 0 and -0 are one number holds here too.
std::uint64_t number_of(const ParameterValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) {
        return stable_hash(*text);
    }
    if (const auto* real = std::get_if<double>(&value)) {
        return *real == 0 ? 0 : std::bit_cast<std::uint64_t>(*real);
    }
    return static_cast<std::uint64_t>(std::get<std::int64_t>(value));
}

// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): every bit of the result depends on every
// bit of `x`.
std::uint64_t mixed(std::uint64_t x) {
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9U;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebU;
    return x ^ (x >> 31);
}

// The text of a value in a key: 0 and -0 are one number, so they get one text.
std::string key_text(const ParameterValue& value) {
    return value == ParameterValue(0.0) ? "0" : to_flag_text(value);
}

}  // namespace

// A sum, so that the order of the entries does not matter to it.
Assignment::Assignment(std::vector<Entry> entries) : entries_(std::move(entries)) {
    for (const auto& [name, value] : entries_) {
        fingerprint_ += mixed(mixed(stable_hash(name) + value.index()) ^ number_of(value));
    }
}

const ParameterValue* Assignment::find(std::string_view name) const {
    const auto found = std::find_if(entries_.begin(), entries_.end(), [&](const Entry& e) {
        return e.first == name;
    });
    return found == entries_.end() ? nullptr : &found->second;
}

std::string Assignment::canonical_key() const {
    std::vector<std::string> parts;
    parts.reserve(entries_.size());
    for (const auto& [name, value] : entries_) {
        // The length keeps a category from imitating the next parameter; the index keeps "1" apart
        // from 1.
        const std::string text = key_text(value);
        parts.push_back(fmt::format("{}:{}:{}={}", name, value.index(), text.size(), text));
    }
    std::sort(parts.begin(), parts.end());
    return fmt::format("{}", fmt::join(parts, "\n"));
}

bool is_same_point(const Assignment& a, const Assignment& b) {
    return a.fingerprint() == b.fingerprint() && a.canonical_key() == b.canonical_key();
}

std::vector<std::string> to_flags(const Assignment& assignment) {
    std::vector<std::string> flags;
    flags.reserve(assignment.entries().size());
    for (const auto& [name, value] : assignment.entries()) {
        flags.push_back(fmt::format("--{}={}", name, to_flag_text(value)));
    }
    return flags;
}

}  // namespace tuner
