// WideAndDeep is the model (Cheng et al. 2016): the sum of a linear part on one-hot features and a
// network on the two raw numbers and the embedded feature cross, plus a constant, the mean weight
// of the training rows.
//
// The gradient is that of the mean squared error over a batch (TensorFlow 2's reduction; TensorFlow
// 1 took the sum). With the mean, large batches mean small steps until Adagrad's sums have grown,
// so the batch size matters. Used by one thread; nothing here can fail, a diverging model simply
// predicts NaN.

#pragma once

#include "trainer/dense_network.h"
#include "trainer/embedding.h"
#include "trainer/features.h"
#include "trainer/linear_part.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace trainer {

// What a model file has to say before its weights.
struct ModelShape {
    int nembeds = 3;
    std::vector<int> hidden = {128, 32, 4};  // empty: the linear part alone, a baseline
    float mean_weight = 0;                   // pounds
};

// TensorFlow's own defaults, 0.005 and 0.001, are made for tens of millions of examples; with a few
// million they leave the model nearly where it started.
struct LearningRates {
    float wide = 0.2F;
    float deep = 0.02F;
};

class WideAndDeep {
  public:
    // At most `batch_size_max` examples come at a time.
    WideAndDeep(ModelShape shape, int batch_size_max, std::uint64_t seed);

    const ModelShape& shape() const { return shape_; }

    int batch_size_max() const { return batch_size_max_; }

    // The predicted weight in pounds of each example; out has one place for each.
    void predict(std::span<const Example> batch, std::span<float> out);

    // Keeps the gradients of the batch's mean squared error and returns its squared error: Σ
    // (prediction − weight)².
    double compute_gradients(std::span<const Example> batch);

    // One step of both parts along the kept gradients.
    void step(const LearningRates& rates);

    // Every array that training changes, in the order of the model file: linear, embedding, layers.
    std::vector<std::span<float>> weights();

    // The parts, for those who look at gradients; the deep ones are absent when `hidden` is empty.
    const LinearPart& linear() const { return linear_; }

    const Embedding* embedding() const { return embedding_ ? &*embedding_ : nullptr; }

    const DenseNetwork* network() const { return network_ ? &*network_ : nullptr; }

  private:
    ModelShape shape_;
    int batch_size_max_;
    LinearPart linear_;
    std::optional<Embedding> embedding_;
    std::optional<DenseNetwork> network_;
    std::vector<float> predictions_;
    std::vector<float> errors_;
};

}  // namespace trainer
