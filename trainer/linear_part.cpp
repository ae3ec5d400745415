#include "trainer/linear_part.h"

#include "trainer/optimizers.h"

#include <algorithm>

namespace trainer {

namespace {

constexpr std::size_t kBias = kWideFeatures;

}  // namespace

LinearPart::LinearPart()
    : weights_(kWideFeatures + 1),
      gradients_(kWideFeatures + 1),
      linear_(kWideFeatures + 1),
      squared_sums_(kWideFeatures + 1, kInitialAccumulator) {}

void LinearPart::add_predictions(std::span<const Example> batch, std::span<float> sums) const {
    const float* const w = weights_.data();
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const auto& wide = batch[i].features.wide;
        sums[i] += w[kBias] + w[wide[0]] + w[wide[1]] + w[wide[2]] + w[wide[3]];
    }
}

void LinearPart::compute_gradients(std::span<const Example> batch, std::span<const float> errors) {
    std::fill(gradients_.begin(), gradients_.end(), 0.0F);
    float* const g = gradients_.data();
    for (std::size_t i = 0; i < batch.size(); ++i) {
        for (const std::uint16_t feature : batch[i].features.wide) {
            g[feature] += errors[i];
        }
        g[kBias] += errors[i];
    }
}

void LinearPart::step(float rate) {
    ftrl_step(weights_, FtrlState{linear_, squared_sums_}, gradients_, rate);
}

}  // namespace trainer
