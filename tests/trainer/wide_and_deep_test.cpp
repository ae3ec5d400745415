#include "trainer/wide_and_deep.h"

#include <cmath>
#include <set>

#include <catch2/catch.hpp>

using trainer::Example;
using trainer::ModelShape;
using trainer::WideAndDeep;

namespace {

Example an_example(int age, int gestation, float weight) {
    const trainer::Birth birth{
        .sex = age % 2 == 0 ? trainer::Sex::boy : trainer::Sex::girl,
        .mother_age = static_cast<float>(age),
        .plurality = trainer::Plurality::single,
        .gestation_weeks = static_cast<float>(gestation),
    };
    return Example{trainer::to_features(birth), weight};
}

// Seven examples, two of them of one cell, so that their gradients have to be summed.
std::vector<Example> a_batch() {
    return {
        an_example(20, 38, 6.5F),
        an_example(27, 39, 7.5F),
        an_example(31, 40, 8.0F),
        an_example(27, 39, 7.1F),
        an_example(35, 33, 4.9F),
        an_example(18, 41, 7.9F),
        an_example(42, 36, 6.0F)};
}

double mean_squared_error(WideAndDeep& model, const std::vector<Example>& batch) {
    std::vector<float> predictions(batch.size());
    model.predict(batch, predictions);
    double sum = 0;
    for (std::size_t i = 0; i < batch.size(); ++i) {
        const double error = double(predictions[i]) - double(batch[i].weight_pounds);
        sum += error * error;
    }
    return sum / static_cast<double>(batch.size());
}

// The slope of the loss in one weight, by central differences.
double slope(WideAndDeep& model, const std::vector<Example>& batch, float& weight) {
    constexpr float kStep = 2e-3F;
    const float before = weight;
    weight = before + kStep;
    const double above = mean_squared_error(model, batch);
    weight = before - kStep;
    const double below = mean_squared_error(model, batch);
    weight = before;
    return (above - below) / (2.0 * double(kStep));
}

}  // namespace

TEST_CASE("gradients agree with finite differences in every array", "[wide_and_deep]") {
    const auto hidden = GENERATE(std::vector<int>{16}, std::vector<int>{12, 7, 4});
    const auto batch = a_batch();
    WideAndDeep model({.nembeds = 3, .hidden = hidden, .mean_weight = 7}, 16, 3);
    // Away from the start, where biases of 0 put units exactly on the kink of ReLU.
    for (int i = 0; i < 5; ++i) {
        model.compute_gradients(batch);
        model.step({});
    }
    model.compute_gradients(batch);
    const auto arrays = model.weights();
    std::vector<std::span<const float>> gradients = {model.linear().gradients()};
    const auto dense = model.network()->gradients();
    gradients.insert(gradients.end(), dense.begin(), dense.end());
    int compared = 0;
    int nonzero = 0;
    for (std::size_t a = 0; a < gradients.size(); ++a) {
        const auto weights = arrays[a == 0 ? 0 : a + 1];  // arrays[1] is the embedding
        REQUIRE(weights.size() == gradients[a].size());
        for (std::size_t i = 0; i < weights.size(); ++i) {
            ++compared;
            nonzero += gradients[a][i] != 0 ? 1 : 0;
            REQUIRE(slope(model, batch, weights[i]) == Approx(gradients[a][i]).margin(0.01));
        }
    }
    CHECK(nonzero > compared / 3);
}

TEST_CASE("embedding gradients agree with finite differences", "[wide_and_deep]") {
    const auto batch = a_batch();
    WideAndDeep model({.nembeds = 3, .hidden = {16}, .mean_weight = 7}, 16, 3);
    model.compute_gradients(batch);
    for (const Example& example : batch) {
        const std::uint32_t cell = example.features.cell;
        const auto gradient = model.embedding()->gradient(cell);
        REQUIRE(gradient.size() == 3);
        const auto vector = model.weights()[1].subspan(cell * 3, 3);
        for (std::size_t d = 0; d < 3; ++d) {
            CHECK(slope(model, batch, vector[d]) == Approx(gradient[d]).margin(0.01));
        }
    }
    CHECK(model.embedding()->gradient(0).empty());
}

TEST_CASE("a step changes only the embedded cells of its batch", "[wide_and_deep]") {
    const auto batch = a_batch();
    WideAndDeep model({.nembeds = 2, .hidden = {8}, .mean_weight = 7}, 16, 3);
    const auto vectors = model.weights()[1];
    const std::vector<float> before(vectors.begin(), vectors.end());
    model.compute_gradients(batch);
    model.step({});
    std::set<std::size_t> changed;
    for (std::size_t i = 0; i < before.size(); ++i) {
        if (vectors[i] != before[i]) {
            changed.insert(i / 2);
        }
    }
    std::set<std::size_t> cells;
    for (const Example& example : batch) {
        cells.insert(example.features.cell);
    }
    CHECK(changed == cells);
}

TEST_CASE("steps bring the loss of a batch down", "[wide_and_deep]") {
    const auto batch = a_batch();
    WideAndDeep model({.nembeds = 4, .hidden = {32}, .mean_weight = 7}, 16, 3);
    const double before = mean_squared_error(model, batch);
    for (int i = 0; i < 300; ++i) {
        model.compute_gradients(batch);
        model.step({});
    }
    CHECK(mean_squared_error(model, batch) < before / 5);
}

TEST_CASE("a batch's predictions are those of its examples one by one", "[wide_and_deep]") {
    const auto batch = a_batch();
    WideAndDeep model({.nembeds = 3, .hidden = {16, 8}, .mean_weight = 7}, 16, 3);
    std::vector<float> together(batch.size());
    model.predict(batch, together);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        float alone = 0;
        model.predict({&batch[i], 1}, {&alone, 1});
        CHECK(alone == Approx(together[i]).epsilon(1e-5));
    }
}

TEST_CASE("without hidden layers the model is linear and starts at the mean", "[wide_and_deep]") {
    const auto batch = a_batch();
    WideAndDeep model({.nembeds = 3, .hidden = {}, .mean_weight = 7.25F}, 16, 3);
    std::vector<float> predictions(batch.size());
    model.predict(batch, predictions);
    CHECK(predictions == std::vector<float>(batch.size(), 7.25F));
    CHECK(model.weights().size() == 1);
    CHECK(model.network() == nullptr);
}
