// How fast the trainer trains and predicts: examples per second over the example study's range of
// parameters.
//
// Run it on a quiet machine: build/release/tests/trainer_bench

#include "trainer/example_stream.h"
#include "trainer/natality.h"
#include "trainer/wide_and_deep.h"

#include <chrono>
#include <cstdio>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

constexpr double kSecondsEach = 0.5;

std::vector<trainer::Example> some_examples() {
    trainer::Random random(1, trainer::Purpose::births);
    std::vector<trainer::Example> examples;
    for (int i = 0; i < 100'000; ++i) {
        const trainer::TrueBirth birth = trainer::draw_birth(random);
        const trainer::Features features = trainer::to_features(trainer::with_ultrasound(birth));
        examples.push_back({features, static_cast<float>(birth.weight_pounds)});
    }
    return examples;
}

// Examples per second of `work`, which handles `batch` of them per call.
template <class Work>
double rate(std::size_t batch, Work work) {
    const auto begin = Clock::now();
    std::int64_t calls = 0;
    std::chrono::duration<double> elapsed{};
    while (elapsed.count() < kSecondsEach) {
        work();
        ++calls;
        elapsed = Clock::now() - begin;
    }
    return static_cast<double>(calls) * static_cast<double>(batch) / elapsed.count();
}

void measure(std::span<const trainer::Example> examples, int batch_size, int nembeds, int nnsize) {
    const trainer::ModelShape shape{.nembeds = nembeds, .hidden = {nnsize}, .mean_weight = 7};
    trainer::WideAndDeep model(shape, batch_size, 1);
    trainer::ExampleStream stream(examples, 1);
    std::vector<trainer::Example> batch(static_cast<std::size_t>(batch_size));
    std::vector<float> predictions(batch.size());
    const double trained = rate(batch.size(), [&] {
        stream.next(batch);
        model.compute_gradients(batch);
        model.step({});
    });
    const double predicted = rate(batch.size(), [&] { model.predict(batch, predictions); });
    std::printf("%10d %8d %7d %14.0f %14.0f\n", batch_size, nembeds, nnsize, trained, predicted);
}

}  // namespace

int main() {
    const auto examples = some_examples();
    std::printf("batch_size  nembeds  nnsize   trained 1/s  predicted 1/s\n");
    for (const int batch_size : {8, 64, 512}) {
        for (const auto& [nembeds, nnsize] : {std::pair(3, 64), {16, 181}, {30, 512}}) {
            measure(examples, batch_size, nembeds, nnsize);
        }
    }
    return 0;
}
