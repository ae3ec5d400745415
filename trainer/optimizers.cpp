#include "trainer/optimizers.h"

#include <cmath>
#include <cstddef>

namespace trainer {

void adagrad_step(
    std::span<float> weights,
    std::span<float> squared_sums,
    std::span<const float> gradients,
    float rate
) {
    // Plain pointers: checked indexing in debug builds would keep the loop from being vectorized.
    float* const w = weights.data();
    float* const n = squared_sums.data();
    const float* const g = gradients.data();
    const std::size_t count = weights.size();
    for (std::size_t i = 0; i < count; ++i) {
        n[i] += g[i] * g[i];
        w[i] -= rate * g[i] / std::sqrt(n[i]);
    }
}

void ftrl_step(
    std::span<float> weights, FtrlState state, std::span<const float> gradients, float rate
) {
    float* const w = weights.data();
    float* const z = state.linear.data();
    float* const n = state.squared_sums.data();
    const float* const g = gradients.data();
    const std::size_t count = weights.size();
    for (std::size_t i = 0; i < count; ++i) {
        const float sum = n[i] + g[i] * g[i];
        const float root = std::sqrt(sum);
        z[i] += g[i] - (root - std::sqrt(n[i])) / rate * w[i];
        n[i] = sum;
        w[i] = -rate * z[i] / root;
    }
}

}  // namespace trainer
