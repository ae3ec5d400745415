// Damage to a database, byte by byte: a sound one with studies, a freelist and a log, in which
// seeded bytes are flipped, and what opening and reading it then says.

#pragma once

#include "tests/storage/fixtures.h"

#include <string>
#include <vector>

namespace tuner {

// Seeds of each place: 25, or TUNER_DAMAGE_SEEDS.
int damage_seeds();

class DamageBench {
  public:
    enum class Place { header, freelist, tables, log };

    struct Outcome {
        bool refused = false;
        std::string said;  // the refusal
        std::string read;  // everything that was read, as text
    };

    struct Tally {
        int refused = 0;
        int same = 0;                  // opened, and every record was as before
        int earlier = 0;               // opened, and every record was as it had been once
        int different = 0;             // opened, and something was otherwise
        std::string first_difference;  // its seed
    };

    explicit DamageBench(const TempDir& dir);

    // Puts a file and a log (empty: none) in place.
    void write(const std::string& file, const std::string& log) const;

    Outcome open_and_read() const;

    // Flips a few bytes of a place for each seed from 1 to `seeds`.
    Tally flip(Place place, int seeds);

  private:
    void flip_seed(Place place, int seed, std::string& file, std::string& log) const;
    std::vector<std::size_t> free_pages() const;

    const TempDir& dir_;
    std::string file_;
    std::string log_;
    std::vector<std::string> moments_;  // what could be read after each commit, oldest first
    std::vector<std::size_t> free_pages_;
};

}  // namespace tuner
