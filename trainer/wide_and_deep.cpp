#include "trainer/wide_and_deep.h"

#include <algorithm>
#include <utility>

namespace trainer {

namespace {

// The raw inputs of the deep part: mother_age and gestation_weeks, above each embedded vector.
constexpr int kRawInputs = 2;

}  // namespace

WideAndDeep::WideAndDeep(ModelShape shape, int batch_size_max, std::uint64_t seed)
    : shape_(std::move(shape)),
      batch_size_max_(batch_size_max),
      predictions_(static_cast<std::size_t>(batch_size_max)),
      errors_(predictions_.size()) {
    if (!shape_.hidden.empty()) {
        Random random(seed, Purpose::initial_weights);
        embedding_.emplace(shape_.nembeds, batch_size_max, random);
        network_.emplace(kRawInputs + shape_.nembeds, shape_.hidden, batch_size_max, random);
    }
}

void WideAndDeep::predict(std::span<const Example> batch, std::span<float> out) {
    std::fill(out.begin(), out.end(), shape_.mean_weight);
    linear_.add_predictions(batch, out);
    if (!network_) {
        return;
    }
    const auto rows = static_cast<std::size_t>(kRawInputs + shape_.nembeds);
    float* const inputs = network_->inputs();
    for (std::size_t i = 0; i < batch.size(); ++i) {
        inputs[i * rows] = batch[i].features.mother_age;
        inputs[i * rows + 1] = batch[i].features.gestation_weeks;
    }
    embedding_->gather(batch, inputs + kRawInputs, rows);
    network_->add_outputs(out);
}

double WideAndDeep::compute_gradients(std::span<const Example> batch) {
    const std::span<float> predictions = std::span(predictions_).first(batch.size());
    const std::span<float> errors = std::span(errors_).first(batch.size());
    predict(batch, predictions);
    const float scale = 2.0F / static_cast<float>(batch.size());
    double loss = 0;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const float difference = predictions[i] - batch[i].weight_pounds;
        loss += static_cast<double>(difference) * difference;
        errors[i] = scale * difference;  // ∂ mean (p − w)² / ∂p
    }
    linear_.compute_gradients(batch, errors);
    if (network_) {
        network_->compute_gradients(errors);
        const auto rows = static_cast<std::size_t>(kRawInputs + shape_.nembeds);
        embedding_->compute_gradients(batch, network_->input_gradients() + kRawInputs, rows);
    }
    return loss;
}

void WideAndDeep::step(const LearningRates& rates) {
    linear_.step(rates.wide);
    if (network_) {
        network_->step(rates.deep);
        embedding_->step(rates.deep);
    }
}

std::vector<std::span<float>> WideAndDeep::weights() {
    std::vector<std::span<float>> all = {linear_.weights()};
    if (network_) {
        all.push_back(embedding_->weights());
        const auto layers = network_->weights();
        all.insert(all.end(), layers.begin(), layers.end());
    }
    return all;
}

}  // namespace trainer
