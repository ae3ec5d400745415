// A model of what Storage promises, in plain maps, and random operations that are done to both.

#pragma once

#include "tests/storage/fixtures.h"
#include "tuner/base/random.h"

#include <map>
#include <string>
#include <vector>

namespace tuner {

class StorageModel {
  public:
    explicit StorageModel(std::uint64_t seed) : rng_(seed, "model") {}

    // One random operation, some of them impossible: storage must agree on whether it succeeds.
    void step(Storage& storage);

    // Everything that storage answers is what the model holds.
    void compare(Storage& storage) const;

  private:
    struct Held {
        Study study;
        std::vector<Trial> trials;
        std::map<std::int64_t, std::vector<AttemptRecord>> attempts;  // by trial
    };

    void create(Storage& storage);
    void change(Storage& storage, Held& held);
    void forget(Storage& storage, Held& held);
    void add(Storage& storage, Held& held);
    void cancel(Storage& storage, Held& held);
    void begin(Storage& storage, Held& held, Trial& trial);
    void go_on(Storage& storage, Held& held, Trial& trial, AttemptRecord& attempt);
    void measure(Storage& storage, Trial& trial, AttemptRecord& attempt);
    void end(Storage& storage, Held& held, Trial& trial, AttemptRecord& attempt);

    AttemptRecord* live_attempt(Held& held, const Trial& trial);
    void took(Storage& storage, EventKind kind);

    Rng rng_;
    TimePoint now_ = at(10'000);
    std::map<std::int64_t, Held> studies_;
    std::map<std::string, std::int64_t> numbers_;
    std::int64_t last_event_ = 0;
};

}  // namespace tuner
