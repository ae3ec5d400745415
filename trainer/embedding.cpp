#include "trainer/embedding.h"

#include "trainer/optimizers.h"

#include <algorithm>
#include <cmath>

namespace trainer {

namespace {

constexpr std::int32_t kNoSlot = -1;

double cut_normal(Random& random) {
    double z = random.normal();
    while (std::abs(z) > 2) {
        z = random.normal();
    }
    return z;
}

}  // namespace

Embedding::Embedding(int dimensions, int batch_size_max, Random& random)
    : dimensions_(static_cast<std::size_t>(dimensions)),
      weights_(dimensions_ * kCrossCells),
      squared_sums_(weights_.size(), kInitialAccumulator),
      slot_of_cell_(kCrossCells, kNoSlot),
      cell_of_slot_(static_cast<std::size_t>(std::min(batch_size_max, kCrossCells))),
      gradients_(cell_of_slot_.size() * dimensions_) {
    const double deviation = 1 / std::sqrt(static_cast<double>(dimensions));
    for (float& weight : weights_) {
        weight = static_cast<float>(deviation * cut_normal(random));
    }
}

void Embedding::gather(std::span<const Example> batch, float* columns, std::size_t stride) const {
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const float* const vector = weights_.data() + batch[i].features.cell * dimensions_;
        std::copy(vector, vector + dimensions_, columns + i * stride);
    }
}

void Embedding::compute_gradients(
    std::span<const Example> batch, const float* columns, std::size_t stride
) {
    for (std::size_t slot = 0; slot < slots_; ++slot) {
        slot_of_cell_[cell_of_slot_[slot]] = kNoSlot;
    }
    slots_ = 0;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const std::uint32_t cell = batch[i].features.cell;
        const float* const addend = columns + i * stride;
        if (slot_of_cell_[cell] == kNoSlot) {
            slot_of_cell_[cell] = static_cast<std::int32_t>(slots_);
            cell_of_slot_[slots_] = cell;
            std::copy(addend, addend + dimensions_, gradients_.data() + slots_ * dimensions_);
            ++slots_;
            continue;
        }
        const auto slot = static_cast<std::size_t>(slot_of_cell_[cell]);
        float* const sum = gradients_.data() + slot * dimensions_;
        for (std::size_t d = 0; d < dimensions_; ++d) {
            sum[d] += addend[d];
        }
    }
}

void Embedding::step(float rate) {
    const std::span<float> weights = weights_;
    const std::span<float> squared_sums = squared_sums_;
    const std::span<const float> gradients = gradients_;
    for (std::size_t slot = 0; slot < slots_; ++slot) {
        const std::size_t first = cell_of_slot_[slot] * dimensions_;
        adagrad_step(
            weights.subspan(first, dimensions_),
            squared_sums.subspan(first, dimensions_),
            gradients.subspan(slot * dimensions_, dimensions_),
            rate
        );
    }
}

std::span<const float> Embedding::gradient(std::uint32_t cell) const {
    const std::int32_t slot = slot_of_cell_[cell];
    if (slot == kNoSlot) {
        return {};
    }
    const std::span<const float> gradients = gradients_;
    return gradients.subspan(static_cast<std::size_t>(slot) * dimensions_, dimensions_);
}

}  // namespace trainer
