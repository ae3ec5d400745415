#include "trainer/train_and_evaluate.h"

#include "tests/trainer/scratch_dir.h"
#include "trainer/errors.h"
#include "trainer/exported_model.h"
#include "trainer/generate.h"

#include <cmath>
#include <sstream>

#include <catch2/catch.hpp>

using trainer::Evaluation;
using trainer::TrainTask;
using trainer::testing::read_file;
using trainer::testing::ScratchDir;

namespace {

// A run of a few milliseconds on data in `dir`.
TrainTask a_task(const ScratchDir& dir) {
    std::ostringstream out;
    const auto data = dir.path() / "data";
    trainer::generate({.output_dir = data, .births = 500, .shards = 2}, out);
    TrainTask task;
    task.data_dir = data;
    task.output_dir = dir.path() / "out" / "3";
    task.shape = {.nembeds = 4, .hidden = {16}};
    task.batch_size = 32;
    task.train_examples = 3'200;
    task.eval_every = 1'000;
    return task;
}

int count(const std::string& text, const std::string& part) {
    int found = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
        ++found;
    }
    return found;
}

}  // namespace

TEST_CASE("a run reports each evaluation in every way and exports its model", "[train]") {
    const ScratchDir dir;
    const TrainTask task = a_task(dir);
    const auto metrics = dir.path() / "metrics" / "3";
    std::ostringstream out;
    trainer::train_and_evaluate(task, {.trial_id = "3", .metric_file = metrics}, out);
    const std::string lines = out.str();
    // 100 steps, an evaluation each 31 steps (1000 / 32) and one at the end.
    CHECK(count(lines, "{\"rmse\": ") == 4);
    CHECK(count(lines, "Saving dict for global step ") == 4);
    CHECK(lines.find(", \"step\": 31}\n") != std::string::npos);
    CHECK(lines.find(", \"step\": 100}\n") != std::string::npos);
    const std::string reports = read_file(metrics);
    CHECK(count(reports, "\"global_step\": \"100\", \"rmse\": \"") == 1);
    CHECK(count(reports, "\"trial\": \"3\"") == 4);
    CHECK(std::filesystem::exists(task.output_dir / "eval"));
    CHECK_NOTHROW(trainer::load_model(task.output_dir, 1));
}

TEST_CASE("the last evaluation is not made twice when the interval divides the run", "[train]") {
    const ScratchDir dir;
    TrainTask task = a_task(dir);
    task.eval_every = 1'600;
    std::ostringstream out;
    trainer::train_and_evaluate(task, {}, out);
    CHECK(count(out.str(), "{\"rmse\": ") == 2);
}

TEST_CASE("the metric has the tag that the service asks for in its file", "[train]") {
    const ScratchDir dir;
    const auto metrics = dir.path() / "metrics";
    std::ostringstream out;
    trainer::train_and_evaluate(a_task(dir), {.metric_file = metrics, .metric_tag = "my/tag"}, out);
    CHECK(count(read_file(metrics), "\"my/tag\": \"") == 4);
}

TEST_CASE("the same seed gives the same result bit for bit", "[train]") {
    const ScratchDir dir;
    TrainTask task = a_task(dir);
    std::ostringstream out;
    const float first = trainer::train_and_evaluate(task, {}, out).rmse;
    CHECK(trainer::train_and_evaluate(task, {}, out).rmse == first);
    task.seed = 1;
    CHECK(trainer::train_and_evaluate(task, {}, out).rmse != first);
}

TEST_CASE("losses are those of tensorflow", "[train]") {
    trainer::WideAndDeep model({.hidden = {}, .mean_weight = 1}, 2, 0);
    std::vector<trainer::Example> examples(3);
    examples[0].weight_pounds = 1;
    examples[1].weight_pounds = 3;
    examples[2].weight_pounds = 4;
    const Evaluation all = trainer::evaluate(model, examples, 100);
    CHECK(all.average_loss == Approx(13.0 / 3));
    CHECK(all.loss == Approx(13));
    CHECK(all.rmse == Approx(std::sqrt(13.0 / 3)));
    CHECK(trainer::evaluate(model, examples, 2).average_loss == Approx(2));
}

TEST_CASE("a run that diverges says NaN and ends well", "[train]") {
    const ScratchDir dir;
    TrainTask task = a_task(dir);
    task.rates.deep = 1e20F;
    std::ostringstream out;
    const Evaluation last = trainer::train_and_evaluate(task, {}, out);
    CHECK(std::isnan(last.rmse));
    CHECK(out.str().find("{\"rmse\": NaN, \"step\": 100}\n") != std::string::npos);
}

TEST_CASE("a run without data fails before it writes anything", "[train]") {
    const ScratchDir dir;
    TrainTask task = a_task(dir);
    task.data_dir = dir.path() / "nowhere";
    std::ostringstream out;
    CHECK_THROWS_AS(trainer::train_and_evaluate(task, {}, out), trainer::Failure);
    CHECK_FALSE(std::filesystem::exists(task.output_dir));
}
