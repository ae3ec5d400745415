// The example of examples/babyweight at full size: what there is to learn is learnt, and the tuned
// parameters matter.

#include "tests/trainer/scratch_dir.h"
#include "trainer/dataset.h"
#include "trainer/generate.h"
#include "trainer/train_and_evaluate.h"

#include <cmath>
#include <sstream>

#include <catch2/catch.hpp>

namespace {

// The generator's default data, made once.
class Lab {
  public:
    Lab() {
        const trainer::testing::ScratchDir dir;
        std::ostringstream out;
        floor_ = trainer::generate({.output_dir = dir.path()}, out).noise_floor;
        train_ = trainer::read_shards(dir.path(), "train", "of");
        eval_ = trainer::read_shards(dir.path(), "eval", "of");
    }

    double floor() const { return floor_; }

    // The rmse after the example's million examples.
    double rmse(int batch_size, int nembeds, std::vector<int> hidden, std::uint64_t seed = 0)
        const {
        trainer::TrainTask task;
        task.shape = {.nembeds = nembeds, .hidden = std::move(hidden)};
        task.shape.mean_weight = trainer::mean_weight_pounds(train_);
        task.batch_size = batch_size;
        task.train_examples = 1'000'000;
        task.eval_every = task.train_examples;
        task.seed = seed;
        trainer::WideAndDeep model(task.shape, 512, seed);
        trainer::train(
            model, train_, task, {.trained = [](auto, auto) {}, .evaluate = [](auto) {}}
        );
        return static_cast<double>(trainer::evaluate(model, eval_, 1'000'000).rmse);
    }

  private:
    double floor_ = 0;
    std::vector<trainer::Example> train_;
    std::vector<trainer::Example> eval_;
};

}  // namespace

TEST_CASE("the example learns what a linear model cannot and its parameters matter", "[learning]") {
    const Lab lab;
    const double linear = lab.rmse(32, 3, {});
    const double best = lab.rmse(32, 30, {64});
    // More than two thirds of the way from the linear model to the floor, and never below it.
    CHECK(best > lab.floor());
    CHECK(best - lab.floor() < (linear - lab.floor()) / 3);
    CHECK(best > 1.0);
    CHECK(best < 1.1);
    // Another seed changes the result by less than a wrong parameter does.
    CHECK(std::abs(lab.rmse(32, 30, {64}, 1) - best) < 0.0025);
    CHECK(lab.rmse(32, 3, {64}) > best + 0.005);
    CHECK(lab.rmse(512, 30, {64}) > best + 0.01);
    CHECK(lab.rmse(128, 3, {512}) < lab.rmse(128, 3, {64}) - 0.003);
    // Too much of everything learns the noise.
    CHECK(lab.rmse(8, 30, {512}) > best + 0.0015);
}
