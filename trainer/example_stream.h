// ExampleStream deals out training examples batch by batch for ever: the rows in a random order,
// and when all had their turn, in another one. Each row comes exactly once per round, also where a
// batch spans two rounds.

#pragma once

#include "trainer/features.h"
#include "trainer/random.h"

#include <cstdint>
#include <span>
#include <vector>

namespace trainer {

class ExampleStream {
  public:
    // Keeps a reference: `examples`, at least one, must outlive the stream.
    ExampleStream(std::span<const Example> examples, std::uint64_t seed);

    // Fills the batch with the next examples.
    void next(std::span<Example> batch);

  private:
    std::span<const Example> examples_;
    Random random_;
    std::vector<std::uint32_t> order_;
    std::size_t dealt_ = 0;
};

}  // namespace trainer
