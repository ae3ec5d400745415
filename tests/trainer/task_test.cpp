#include "trainer/task.h"

#include "trainer/errors.h"

#include <catch2/catch.hpp>

using trainer::Environment;
using trainer::Failure;
using trainer::TrainTask;
using trainer::UsageError;
using Words = std::vector<std::string>;

namespace {

TrainTask parse(Words args, const Environment& environment = {}) {
    args.insert(args.begin(), {"--train-data=data", "--output_dir=out"});
    return trainer::parse_train_task(args, environment);
}

std::filesystem::path output_of(const Words& args, const std::string& tf_config) {
    return trainer::parse_train_task(args, {.tf_config = tf_config}).output_dir;
}

}  // namespace

TEST_CASE("the defaults are the lab's", "[task]") {
    const TrainTask task = parse({});
    CHECK(task.batch_size == 512);
    CHECK(task.shape.nembeds == 3);
    CHECK(task.shape.hidden == std::vector{128, 32, 4});
    CHECK(task.train_examples == 5'000'000);
    CHECK(task.pattern == "of");
    CHECK(task.eval_steps == std::nullopt);
    CHECK(task.eval_every == 500'000);
}

TEST_CASE("the lab's tuned command line is understood", "[task]") {
    const TrainTask task = parse(
        {"--job-dir=out/3",
         "--eval_steps=10",
         "--train_examples=20000",
         "--batch_size=35",
         "--nembeds=16",
         "--nnsize=281"}
    );
    CHECK(task.batch_size == 35);
    CHECK(task.shape.nembeds == 16);
    CHECK(task.shape.hidden == std::vector{281});
    CHECK(task.eval_steps == 10);
    CHECK(task.steps() == 571'429);
}

TEST_CASE("steps are counted in 64 bits and rounded up", "[task]") {
    CHECK(parse({"--train_examples=1"}).steps() == 2);
    CHECK(parse({"--train_examples=200000", "--batch_size=35"}).steps() == 5'714'286);
    CHECK(parse({"--train_examples=1000000000", "--batch_size=1"}).steps() == 1'000'000'000'000);
    CHECK_THROWS_AS(parse({"--train_examples=1000000001"}), UsageError);
}

TEST_CASE("sizes are taken up to their limits and refused past them", "[task]") {
    CHECK(parse({"--batch_size=1048576"}).batch_size == 1'048'576);
    CHECK_THROWS_AS(parse({"--batch_size=1048577"}), UsageError);
    CHECK_THROWS_AS(parse({"--batch_size=0"}), UsageError);
    CHECK(parse({"--nembeds=1024"}).shape.nembeds == 1'024);
    CHECK_THROWS_AS(parse({"--nembeds=1025"}), UsageError);
    CHECK_THROWS_AS(parse({"--nnsize=65537"}), UsageError);
    Words layers(17, "4");
    layers.insert(layers.begin(), "--nnsize");
    CHECK_THROWS_WITH(parse(layers), "argument --nnsize: 17 layers are more than 16");
    layers.pop_back();
    CHECK(parse(layers).shape.hidden.size() == 16);
}

TEST_CASE("the trial's number is appended to the output folder but not to the job's", "[task]") {
    const std::string config = R"({"cluster": {}, "task": {"type": "master", "trial": "3"}})";
    const std::string data = "--train-data=d";
    CHECK(output_of({data, "--output_dir=o", "--job-dir=j/3"}, config) == "o/3");
    CHECK(output_of({data, "--output_dir=o"}, "") == "o");
    CHECK(output_of({data, "--output_dir=o"}, R"({"task": {}})") == "o");
    CHECK(output_of({data, "--output_dir=o"}, R"({"task": {"trial": null}})") == "o");
    CHECK(output_of({data, "--output_dir=o"}, "{}") == "o");
    CHECK(output_of({data, "--job-dir=j/3"}, config) == "j/3");
    CHECK_THROWS_WITH(
        output_of({data}, config), "argument --output_dir: is required (or --job-dir)"
    );
    CHECK_THROWS_AS(output_of({data, "--output_dir=o"}, "{broken"), Failure);
    CHECK_THROWS_AS(output_of({data, "--output_dir=o"}, "[]"), Failure);
}

TEST_CASE("a bucket is a local folder with the lab's layout", "[task]") {
    const auto data_of = [](const Words& args) {
        return trainer::parse_train_task(args, {}).data_dir;
    };
    CHECK(data_of({"--output_dir=o", "--bucket=b"}) == "b/babyweight/preproc");
    CHECK(data_of({"--output_dir=o", "--bucket=b", "--train-data=d"}) == "d");
    CHECK_THROWS_WITH(
        data_of({"--output_dir=o", "--bucket=gs://b"}), Catch::Contains("--train-data")
    );
    CHECK_THROWS_WITH(data_of({"--output_dir=o"}), Catch::Contains("--train-data: is required"));
    CHECK_THROWS_AS(data_of({"--output_dir=gs://b/o", "--train-data=d"}), UsageError);
}

TEST_CASE("the other commands need their folders", "[task]") {
    CHECK_THROWS_WITH(trainer::parse_generate_task(Words{}), "argument --output-dir: is required");
    CHECK(trainer::parse_generate_task(Words{"--output-dir=d", "--births=5"}).births == 5);
    CHECK_THROWS_AS(
        trainer::parse_generate_task(Words{"--output-dir=d", "--shards=101"}), UsageError
    );
    CHECK_THROWS_WITH(
        trainer::parse_predict_task(Words{"--model-dir=m"}),
        "argument --json-instances: is required"
    );
    CHECK_THROWS_WITH(
        trainer::parse_predict_task(Words{"--model-dir=m", "--json-instances=-", "--format=xml"}),
        "argument --format: 'xml' is neither table nor json"
    );
}
