#include "tuner/formats/did_you_mean.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace tuner {

namespace {

constexpr std::size_t kMaxWordBytes = 64;

std::string simplify(std::string_view word) {
    std::string simple;
    for (const char c : word) {
        if (c != '_' && c != '-' && c != ' ') {
            simple += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
        }
    }
    return simple;
}

// No fewer edits than this: each one brings in at most one letter and takes out at most one.
std::size_t count_strange_letters(std::string_view a, std::string_view b) {
    std::array<std::int16_t, 256> surplus{};
    for (const char c : a) {
        ++surplus[static_cast<unsigned char>(c)];
    }
    std::size_t only_b = 0;
    for (const char c : b) {
        only_b += surplus[static_cast<unsigned char>(c)]-- <= 0 ? 1 : 0;
    }
    const std::size_t shared = b.size() - only_b;
    return std::max(only_b, a.size() - shared);
}

// Damerau's distance in its optimal string alignment form, by rows.
std::size_t count_edits(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before(b.size() + 1);
    std::vector<std::size_t> last(b.size() + 1);
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) {
        last[j] = j;
    }
    for (std::size_t i = 1; i <= a.size(); ++i) {
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = std::min(row[j], before[j - 2] + 1);
            }
        }
        before.swap(last);
        last.swap(row);
    }
    return last[b.size()];
}

}  // namespace

std::optional<std::string_view> did_you_mean(
    std::string_view word, std::span<const std::string_view> candidates
) {
    if (word.size() > kMaxWordBytes) {
        return std::nullopt;
    }
    const std::string simple = simplify(word);
    std::optional<std::string_view> best;
    std::size_t fewest = 0;
    for (const std::string_view candidate : candidates) {
        const std::size_t allowed =
            candidate.size() < 3 ? 0 : std::max<std::size_t>(1, candidate.size() / 3);
        const std::string known = simplify(candidate);
        // The distance is long to count, and most words are far from each other at a glance.
        if (count_strange_letters(simple, known) > allowed) {
            continue;
        }
        const std::size_t edits = count_edits(simple, known);
        if (edits <= allowed && (!best || edits < fewest)) {
            best = candidate;
            fewest = edits;
        }
    }
    return best;
}

}  // namespace tuner
