#include "trainer/generate.h"

#include "tests/trainer/scratch_dir.h"
#include "trainer/dataset.h"
#include "trainer/errors.h"

#include <sstream>

#include <catch2/catch.hpp>

using trainer::GenerateTask;
using trainer::testing::read_file;
using trainer::testing::ScratchDir;

namespace {

GenerateTask small_task(const ScratchDir& dir) {
    return {.output_dir = dir.path() / "data", .births = 400, .shards = 3, .seed = 1};
}

}  // namespace

TEST_CASE("the generator writes shards that the trainer reads", "[generate]") {
    const ScratchDir dir;
    const GenerateTask task = small_task(dir);
    std::ostringstream out;
    const auto summary = trainer::generate(task, out);
    CHECK(summary.train_rows + summary.eval_rows == 800);
    const auto train = trainer::read_shards(task.output_dir, "train", "of");
    const auto eval = trainer::read_shards(task.output_dir, "eval", "of");
    CHECK(static_cast<std::int64_t>(train.size()) == summary.train_rows);
    CHECK(static_cast<std::int64_t>(eval.size()) == summary.eval_rows);
    CHECK(trainer::find_shards(task.output_dir, "train", "of").size() == 3);
    CHECK(std::filesystem::exists(task.output_dir / "eval.csv-00002-of-00003"));
    CHECK(out.str().find("noise floor on the eval rows: rmse") != std::string::npos);
    const std::string json = read_file(task.output_dir / "noise_floor.json");
    CHECK(json.find("\"noise_floor_rmse\": ") != std::string::npos);
}

TEST_CASE("half of all rows have no sex and their births come again with it", "[generate]") {
    const ScratchDir dir;
    const GenerateTask task = small_task(dir);
    std::ostringstream out;
    trainer::generate(task, out);
    const auto rows = trainer::read_shards(task.output_dir, "train", "of");
    for (std::size_t i = 0; i < rows.size(); i += 2) {
        REQUIRE(rows[i].features.wide[0] == static_cast<int>(trainer::Sex::unknown));
        REQUIRE(rows[i + 1].features.wide[0] < static_cast<int>(trainer::Sex::unknown));
        REQUIRE(rows[i].weight_pounds == rows[i + 1].weight_pounds);
    }
}

TEST_CASE("a seed fixes every byte of the shards", "[generate]") {
    const ScratchDir first;
    const ScratchDir second;
    const ScratchDir other;
    std::ostringstream out;
    GenerateTask task = small_task(first);
    trainer::generate(task, out);
    trainer::generate(small_task(second), out);
    GenerateTask other_task = small_task(other);
    other_task.seed = 2;
    trainer::generate(other_task, out);
    const char* const shard = "data/train.csv-00001-of-00003";
    CHECK(read_file(first.path() / shard) == read_file(second.path() / shard));
    CHECK(read_file(first.path() / shard) != read_file(other.path() / shard));
}

TEST_CASE("the generator refuses to mix its shards with older ones", "[generate]") {
    const ScratchDir dir;
    dir.write("data/train.csv-00000-of-00009", "");
    std::ostringstream out;
    CHECK_THROWS_WITH(
        trainer::generate(small_task(dir), out),
        Catch::Contains("train.csv-00000-of-00009 is there already")
    );
}

TEST_CASE("an output folder that cannot be made is named", "[generate]") {
    const ScratchDir dir;
    GenerateTask task = small_task(dir);
    task.output_dir = dir.write("file", "") / "data";
    std::ostringstream out;
    CHECK_THROWS_WITH(trainer::generate(task, out), Catch::Contains("file/data"));
}
