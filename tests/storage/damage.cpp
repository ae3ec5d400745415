#include "tests/storage/damage.h"

#include "tuner/base/random.h"

#include <algorithm>
#include <cstdlib>

#include <fmt/format.h>

namespace tuner {

namespace {

constexpr std::size_t kPage = 4'096;
constexpr std::size_t kHeader = 100;

// Everything that a study says, in words.
std::string describe(Storage& storage) {
    std::string text;
    for (const Study& study : storage.studies()) {
        text += fmt::format("{} {} {}\n", study.id, study.file, study.source.size());
        for (const Trial& trial : storage.trials(study.key)) {
            text += fmt::format(
                "{} {} {}", trial.id.value(), name_of(trial.state), trial.measurements.size()
            );
            text += " " + trial.assignment.canonical_key() + "\n";
        }
    }
    return text;
}

std::uint32_t big_endian(const std::string& bytes, std::size_t at) {
    std::uint32_t value = 0;
    for (std::size_t i = at; i < at + 4; ++i) {
        value = value << 8U | static_cast<unsigned char>(bytes[i]);
    }
    return value;
}

}  // namespace

int damage_seeds() {
    const char* text = std::getenv("TUNER_DAMAGE_SEEDS");  // NOLINT(concurrency-mt-unsafe)
    return text == nullptr ? 25 : std::atoi(text);
}

DamageBench::DamageBench(const TempDir& dir) : dir_(dir) {
    const auto open = [&] { return Storage::open(dir.database(), an_identity(), at(1)); };
    {
        Storage storage = open();
        const Study forgotten = add_study_with_trials(storage, 400, "forgotten");
        add_study_with_trials(storage, 200, "kept");
        REQUIRE(storage.delete_study(forgotten.key, at(2)));  // its pages are free now
    }
    Storage storage = open();
    moments_.push_back(describe(storage));
    for (int i = 0; i < 12; ++i) {
        const Study study = storage.create_study(a_study(), at(3));
        moments_.push_back(describe(storage));
        REQUIRE(storage.add_trials(study.key, std::vector{a_trial(1)}, at(3)));
        moments_.push_back(describe(storage));
    }
    file_ = bytes_of(dir.database());
    log_ = bytes_of(dir.path() / "tuner.db-wal");
    free_pages_ = free_pages();
    REQUIRE(free_pages_.size() > 10);
}

void DamageBench::write(const std::string& file, const std::string& log) const {
    const std::filesystem::path wal = dir_.path() / "tuner.db-wal";
    std::filesystem::remove(dir_.path() / "tuner.db-shm");
    std::filesystem::remove(wal);
    std::ofstream(dir_.database(), std::ios::binary) << file;
    if (!log.empty()) {
        std::ofstream(wal, std::ios::binary) << log;
    }
}

DamageBench::Outcome DamageBench::open_and_read() const {
    Outcome outcome;
    try {
        Storage storage = Storage::open(dir_.database(), an_identity(), at(3));
        outcome.read = describe(storage);
    } catch (const StorageError& error) {
        outcome.refused = true;
        outcome.said = error.what();
    }
    return outcome;
}

DamageBench::Tally DamageBench::flip(Place place, int seeds) {
    Tally tally;
    for (int seed = 1; seed <= seeds; ++seed) {
        std::string file = file_;
        std::string log = place == Place::log ? log_ : std::string();
        flip_seed(place, seed, file, log);
        write(file, log);
        const Outcome outcome = open_and_read();
        const std::string& now = place == Place::log ? moments_.back() : moments_.front();
        const bool known =
            std::find(moments_.begin(), moments_.end(), outcome.read) != moments_.end();
        if (outcome.refused) {
            ++tally.refused;
        } else if (outcome.read == now) {
            ++tally.same;
        } else if (known) {
            ++tally.earlier;
        } else if (tally.different++ == 0) {
            tally.first_difference = fmt::format("seed {}: {}", seed, outcome.read.substr(0, 200));
        }
    }
    return tally;
}

void DamageBench::flip_seed(Place place, int seed, std::string& file, std::string& log) const {
    Rng rng(static_cast<std::uint64_t>(seed), "damage");
    std::string& bytes = place == Place::log ? log : file;
    for (std::uint64_t flips = 1 + rng.below(4); flips > 0; --flips) {
        std::size_t at = 0;
        switch (place) {
            case Place::header:
                at = rng.below(kHeader);
                break;
            case Place::freelist:
                at = free_pages_[rng.below(free_pages_.size())] * kPage + rng.below(64);
                break;
            case Place::tables:
                // The ends of a page are where its order is kept.
                at = rng.below(file.size() / kPage) * kPage + rng.below(rng.below(2) ? 64 : kPage);
                break;
            case Place::log:
                at = rng.below(log.size());
                break;
        }
        bytes[at] = static_cast<char>(bytes[at] ^ static_cast<char>(1 + rng.below(255)));
    }
}

// The trunk pages of the freelist and what they list, by their index from 0.
std::vector<std::size_t> DamageBench::free_pages() const {
    std::vector<std::size_t> pages;
    for (std::uint32_t trunk = big_endian(file_, 32); trunk != 0;) {
        const std::size_t at = (trunk - 1) * kPage;
        pages.insert(pages.end(), 4, trunk - 1);  // trunks are few, and where the damage counts
        for (std::uint32_t leaf = 0; leaf < big_endian(file_, at + 4); ++leaf) {
            pages.push_back(big_endian(file_, at + 8 + 4 * leaf) - 1);
        }
        trunk = big_endian(file_, at);
    }
    return pages;
}

}  // namespace tuner
