#include "tuner/base/random.h"

#include "tuner/base/contract.h"

#include <bit>
#include <cerrno>
#include <cmath>
#include <cstddef>
#include <span>
#include <sys/random.h>
#include <system_error>

namespace tuner {

namespace {

// The finaliser of splitmix64: every input bit reaches every output bit.
std::uint64_t mix(std::uint64_t x) {
    x ^= x >> 30;
    x *= 0xbf58476d1ce4e5b9ULL;
    x ^= x >> 27;
    x *= 0x94d049bb133111ebULL;
    return x ^ (x >> 31);
}

void fill_with_entropy(std::span<std::byte> bytes) {
    std::size_t done = 0;
    while (done < bytes.size()) {
        const ssize_t got = getrandom(bytes.data() + done, bytes.size() - done, 0);
        if (got < 0 && errno != EINTR) {
            throw std::system_error(errno, std::generic_category(), "getrandom");
        }
        done += got > 0 ? static_cast<std::size_t>(got) : 0;
    }
}

}  // namespace

Rng::Rng(std::uint64_t seed, std::string_view purpose, std::uint64_t number) {
    std::uint64_t counter = mix(seed) ^ stable_hash(purpose) ^ mix(number + 0x9e3779b97f4a7c15ULL);
    for (std::uint64_t& word : state_) {
        counter += 0x9e3779b97f4a7c15ULL;
        word = mix(counter);
    }
}

std::uint64_t Rng::next() {
    const std::uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
}

double Rng::uniform() {
    return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

std::uint64_t Rng::below(std::uint64_t count) {
    expects(count > 0, "Rng::below needs at least one possibility");
    const std::uint64_t rejected =
        -count % count;  // 2^64 mod count: what would make low values likelier
    std::uint64_t value = next();
    while (value < rejected) {
        value = next();
    }
    return value % count;
}

double Rng::normal() {
    while (true) {
        const double u = 2 * uniform() - 1;
        const double v = 2 * uniform() - 1;
        const double s = u * u + v * v;
        if (s > 0 && s < 1) {
            return u * std::sqrt(-2 * std::log(s) / s);
        }
    }
}

std::uint64_t stable_hash(std::string_view text) {
    std::uint64_t hash = 0xcbf29ce484222325ULL;
    for (const char c : text) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    }
    return mix(hash);
}

std::uint64_t fresh_seed() {
    std::array<std::byte, 8> bytes{};
    fill_with_entropy(bytes);
    return std::bit_cast<std::uint64_t>(bytes);
}

std::string random_hex(std::size_t bytes) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string buffer(bytes, '\0');
    fill_with_entropy(std::as_writable_bytes(std::span(buffer)));
    std::string text;
    text.reserve(2 * bytes);
    for (const char c : buffer) {
        const auto value = static_cast<unsigned char>(c);
        text += kDigits[value >> 4];
        text += kDigits[value & 15];
    }
    return text;
}

}  // namespace tuner
