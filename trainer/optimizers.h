// The two update rules of the lab's model: FTRL for the wide part, Adagrad for the deep one.
//
// Pure functions on arrays; the caller owns weights and state. Both divide each coordinate's step
// by the root of its summed squared gradients, so the scale of the loss (sum or mean over a batch)
// hardly matters.

#pragma once

#include <span>

namespace trainer {

// The start of every sum of squared gradients, as in TensorFlow.
inline constexpr float kInitialAccumulator = 0.1F;

// Adagrad (Duchi, Hazan and Singer 2011): n ← n + g², w ← w − rate · g / √n. All spans have one
// length.
void adagrad_step(
    std::span<float> weights,
    std::span<float> squared_sums,
    std::span<const float> gradients,
    float rate
);

// The state of FTRL-proximal for a span of weights, which start at 0.
struct FtrlState {
    std::span<float> linear;        // z
    std::span<float> squared_sums;  // n
};

// FTRL-proximal (McMahan et al. 2013, algorithm 1) with α = rate, β = 0 and no L1 or L2,
// TensorFlow's defaults: σ = (√(n + g²) − √n) / α, z ← z + g − σ·w, n ← n + g², w ← −α · z / √n.
void ftrl_step(
    std::span<float> weights, FtrlState state, std::span<const float> gradients, float rate
);

}  // namespace trainer
