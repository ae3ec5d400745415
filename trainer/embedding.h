// Embedding gives each cell of the feature cross a short vector, learnt by Adagrad. Only the cells
// that occur in a batch are touched by its step: a batch of 8 costs 8 vectors, not 17,298.
//
// Owned by WideAndDeep. All buffers are allocated at construction; nothing here can fail. A batch's
// vectors lie in columns of a larger matrix (the deep part's input), hence the stride.

#pragma once

#include "trainer/features.h"
#include "trainer/random.h"

#include <cstdint>
#include <span>
#include <vector>

namespace trainer {

class Embedding {
  public:
    // Vectors of `dimensions` numbers, drawn from the normal distribution cut at two deviations,
    // with deviation 1/√dimensions, as TensorFlow does. At most `batch_size_max` examples come at a
    // time.
    Embedding(int dimensions, int batch_size_max, Random& random);

    // Writes the vector of example i to columns[i · stride …].
    void gather(std::span<const Example> batch, float* columns, std::size_t stride) const;

    // Keeps, for each cell of the batch, the sum of its examples' gradients, read like `gather`
    // writes.
    void compute_gradients(
        std::span<const Example> batch, const float* columns, std::size_t stride
    );

    // One Adagrad step of the cells whose gradients are kept.
    void step(float rate);

    // The kept gradient of a cell; empty when it has none.
    std::span<const float> gradient(std::uint32_t cell) const;

    // kCrossCells vectors, one after the other.
    std::span<float> weights() { return weights_; }

    std::span<const float> weights() const { return weights_; }

  private:
    std::size_t dimensions_;
    std::vector<float> weights_;
    std::vector<float> squared_sums_;
    std::vector<std::int32_t> slot_of_cell_;  // -1: the cell has no kept gradient
    std::vector<std::uint32_t> cell_of_slot_;
    std::size_t slots_ = 0;
    std::vector<float> gradients_;  // one vector for each slot
};

}  // namespace trainer
