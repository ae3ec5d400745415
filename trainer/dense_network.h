// DenseNetwork is the deep part's stack of layers: inputs → hidden ReLU layers → one linear output,
// learnt by Adagrad, a whole batch at a time as matrix products.
//
// Owned by WideAndDeep. All matrices are allocated at construction and nothing here can fail. Eigen
// stays in the source file, both for compile time and because only that file is built with the
// optimizer on in debug builds.

#pragma once

#include "trainer/random.h"

#include <memory>
#include <span>
#include <vector>

namespace trainer {

class DenseNetwork {
  public:
    // Weights are drawn uniformly from ±√(6 / (fan in + fan out)) (Glorot and Bengio 2010), biases
    // are 0. `hidden` has at least one layer; at most `batch_size_max` examples come at a time.
    DenseNetwork(int inputs, const std::vector<int>& hidden, int batch_size_max, Random& random);
    ~DenseNetwork();
    DenseNetwork(DenseNetwork&&) noexcept;
    DenseNetwork& operator=(DenseNetwork&&) noexcept;

    // Where the caller writes the inputs: one column of `inputs` numbers for each example.
    float* inputs();

    // Adds the outputs for the first sums.size() input columns to `sums`.
    void add_outputs(std::span<float> sums);

    // Keeps the gradients of Σ errorᵢ · outputᵢ for the columns of the last add_outputs call.
    void compute_gradients(std::span<const float> errors);

    // The kept gradient of the inputs, laid out like them.
    const float* input_gradients() const;

    // One Adagrad step along the kept gradients.
    void step(float rate);

    // Every weight and bias array, layer by layer: weights (column-major, outputs × inputs), then
    // biases.
    std::vector<std::span<float>> weights();
    // The kept gradients, in the same order.
    std::vector<std::span<const float>> gradients() const;

  private:
    struct Layers;
    std::unique_ptr<Layers> layers_;
};

}  // namespace trainer
