#include "trainer/dense_network.h"

#include "trainer/optimizers.h"

#include <cmath>

#include <Eigen/Core>

namespace trainer {

namespace {

using Eigen::Index;
using Eigen::MatrixXf;
using Eigen::VectorXf;

template <class Values>
std::span<float> as_span(Values& values) {
    return {values.data(), static_cast<std::size_t>(values.size())};
}

template <class Values>
std::span<const float> as_span(const Values& values) {
    return {values.data(), static_cast<std::size_t>(values.size())};
}

// One layer's numbers: what it knows (weights), what the last batch made of it (outputs, deltas),
// and its state.
struct Layer {
    Layer(Index inputs, Index outputs, Index batch_size_max)
        : weights(outputs, inputs),
          weight_gradients(outputs, inputs),
          weight_sums(MatrixXf::Constant(outputs, inputs, kInitialAccumulator)),
          biases(VectorXf::Zero(outputs)),
          bias_gradients(outputs),
          bias_sums(VectorXf::Constant(outputs, kInitialAccumulator)),
          activations(outputs, batch_size_max),
          deltas(outputs, batch_size_max) {}

    void draw(Random& random) {
        const double limit = std::sqrt(6.0 / static_cast<double>(weights.rows() + weights.cols()));
        for (float& weight : as_span(weights)) {
            weight = static_cast<float>(limit * (2 * random.uniform() - 1));
        }
    }

    void step(float rate) {
        adagrad_step(as_span(weights), as_span(weight_sums), as_span(weight_gradients), rate);
        adagrad_step(as_span(biases), as_span(bias_sums), as_span(bias_gradients), rate);
    }

    MatrixXf weights, weight_gradients, weight_sums;
    VectorXf biases, bias_gradients, bias_sums;
    MatrixXf activations, deltas;  // one column for each example
};

}  // namespace

struct DenseNetwork::Layers {
    MatrixXf inputs, input_gradients;
    std::vector<Layer> hidden;
    Layer output;
    Index batch = 0;

    // The values that flow into hidden layer `index`.
    const MatrixXf& below(std::size_t index) const {
        return index == 0 ? inputs : hidden[index - 1].activations;
    }
};

DenseNetwork::DenseNetwork(
    int inputs, const std::vector<int>& hidden, int batch_size_max, Random& random
)
    : layers_(new Layers{
          .inputs = MatrixXf::Zero(inputs, batch_size_max),
          .input_gradients = MatrixXf::Zero(inputs, batch_size_max),
          .hidden = {},
          .output = Layer(hidden.back(), 1, batch_size_max),
      }) {
    Index fan_in = inputs;
    for (const int size : hidden) {
        layers_->hidden.emplace_back(fan_in, size, batch_size_max);
        layers_->hidden.back().draw(random);
        fan_in = size;
    }
    layers_->output.draw(random);
}

DenseNetwork::~DenseNetwork() = default;
DenseNetwork::DenseNetwork(DenseNetwork&&) noexcept = default;
DenseNetwork& DenseNetwork::operator=(DenseNetwork&&) noexcept = default;

float* DenseNetwork::inputs() {
    return layers_->inputs.data();
}

const float* DenseNetwork::input_gradients() const {
    return layers_->input_gradients.data();
}

void DenseNetwork::add_outputs(std::span<float> sums) {
    Layers& net = *layers_;
    net.batch = static_cast<Index>(sums.size());
    for (std::size_t l = 0; l < net.hidden.size(); ++l) {
        Layer& layer = net.hidden[l];
        auto activations = layer.activations.leftCols(net.batch);
        activations.noalias() = layer.weights * net.below(l).leftCols(net.batch);
        activations = (activations.colwise() + layer.biases).cwiseMax(0.0F);
    }
    const MatrixXf& last = net.hidden.back().activations;
    auto outputs = net.output.activations.leftCols(net.batch);
    outputs.noalias() = net.output.weights * last.leftCols(net.batch);
    const float bias = net.output.biases(0);
    for (Index i = 0; i < net.batch; ++i) {
        sums[static_cast<std::size_t>(i)] += outputs(0, i) + bias;
    }
}

void DenseNetwork::compute_gradients(std::span<const float> errors) {
    Layers& net = *layers_;
    const Eigen::Map<const VectorXf> error(errors.data(), net.batch);
    const auto last = net.hidden.back().activations.leftCols(net.batch);
    net.output.weight_gradients.row(0).noalias() = (last * error).transpose();
    net.output.bias_gradients(0) = error.sum();
    for (std::size_t l = net.hidden.size(); l-- > 0;) {
        Layer& layer = net.hidden[l];
        auto deltas = layer.deltas.leftCols(net.batch);
        if (l + 1 == net.hidden.size()) {
            deltas.noalias() = net.output.weights.transpose().lazyProduct(error.transpose());
        } else {
            const Layer& above = net.hidden[l + 1];
            deltas.noalias() = above.weights.transpose() * above.deltas.leftCols(net.batch);
        }
        const auto active = layer.activations.leftCols(net.batch).array() > 0.0F;
        deltas = active.select(deltas, 0.0F);
        layer.weight_gradients.noalias() = deltas * net.below(l).leftCols(net.batch).transpose();
        layer.bias_gradients = deltas.rowwise().sum();
    }
    const Layer& first = net.hidden.front();
    net.input_gradients.leftCols(net.batch).noalias() =
        first.weights.transpose() * first.deltas.leftCols(net.batch);
}

void DenseNetwork::step(float rate) {
    for (Layer& layer : layers_->hidden) {
        layer.step(rate);
    }
    layers_->output.step(rate);
}

std::vector<std::span<float>> DenseNetwork::weights() {
    std::vector<std::span<float>> all;
    for (Layer& layer : layers_->hidden) {
        all.insert(all.end(), {as_span(layer.weights), as_span(layer.biases)});
    }
    all.insert(all.end(), {as_span(layers_->output.weights), as_span(layers_->output.biases)});
    return all;
}

std::vector<std::span<const float>> DenseNetwork::gradients() const {
    std::vector<std::span<const float>> all;
    for (const Layer& layer : layers_->hidden) {
        all.insert(all.end(), {as_span(layer.weight_gradients), as_span(layer.bias_gradients)});
    }
    const Layer& output = layers_->output;
    all.insert(all.end(), {as_span(output.weight_gradients), as_span(output.bias_gradients)});
    return all;
}

}  // namespace trainer
