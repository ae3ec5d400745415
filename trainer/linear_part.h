// LinearPart is the wide half of the model: one weight for each one-hot feature, and a bias, learnt
// by FTRL.
//
// Owned by WideAndDeep. All buffers are allocated at construction; nothing here can fail.

#pragma once

#include "trainer/features.h"

#include <span>
#include <vector>

namespace trainer {

class LinearPart {
  public:
    LinearPart();

    // Adds this part's prediction for each example to `sums`.
    void add_predictions(std::span<const Example> batch, std::span<float> sums) const;

    // Keeps Σ over the batch of ∂loss/∂prediction · ∂prediction/∂weight.
    void compute_gradients(std::span<const Example> batch, std::span<const float> errors);

    // One FTRL step along the kept gradients.
    void step(float rate);

    // kWideFeatures weights, then the bias.
    std::span<float> weights() { return weights_; }

    std::span<const float> weights() const { return weights_; }

    std::span<const float> gradients() const { return gradients_; }

  private:
    std::vector<float> weights_;
    std::vector<float> gradients_;
    std::vector<float> linear_;
    std::vector<float> squared_sums_;
};

}  // namespace trainer
