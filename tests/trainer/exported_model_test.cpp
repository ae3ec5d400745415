#include "trainer/exported_model.h"

#include "tests/trainer/scratch_dir.h"
#include "trainer/errors.h"

#include <catch2/catch.hpp>

using trainer::Failure;
using trainer::WideAndDeep;
using trainer::testing::read_file;
using trainer::testing::ScratchDir;

namespace {

WideAndDeep a_model(std::vector<int> hidden = {8, 4}) {
    WideAndDeep model({.nembeds = 2, .hidden = std::move(hidden), .mean_weight = 7.2F}, 4, 1);
    model.weights()[0][3] = 0.5F;
    return model;
}

float answer(WideAndDeep& model) {
    const trainer::Example example{trainer::to_features({.mother_age = 30, .gestation_weeks = 39})};
    float weight = 0;
    model.predict({&example, 1}, {&weight, 1});
    return weight;
}

}  // namespace

TEST_CASE("a model predicts the same after a file", "[exported_model]") {
    const auto hidden = GENERATE(std::vector<int>{8, 4}, std::vector<int>{});
    WideAndDeep model = a_model(hidden);
    WideAndDeep again = trainer::from_model_bytes(trainer::to_model_bytes(model), 4);
    CHECK(again.shape().hidden == hidden);
    CHECK(answer(again) == answer(model));
}

TEST_CASE(
    "a model is found by the folder of a trial, of exports or of itself", "[exported_model]"
) {
    const ScratchDir dir;
    WideAndDeep model = a_model();
    const auto file = trainer::export_model(model, dir.path());
    CHECK(file.parent_path().parent_path() == dir.path() / "export" / "exporter");
    CHECK(file.parent_path().filename().string().size() == 10);
    for (const auto& place : {dir.path(), file.parent_path().parent_path(), file.parent_path()}) {
        WideAndDeep loaded = trainer::load_model(place, 1);
        CHECK(answer(loaded) == answer(model));
    }
}

TEST_CASE("a model's folder says which command predicts with it", "[exported_model]") {
    const ScratchDir dir;
    WideAndDeep model = a_model();
    const auto file = trainer::export_model(model, dir.path());
    CHECK(
        read_file(file.parent_path() / "predict.json") ==
        R"({"command": ["babyweight-trainer", "predict", "--model-dir", "{model_dir}", )"
        R"("--json-instances", "-", "--format", "json"]})"
        "\n"
    );
}

TEST_CASE("of several exports the newest is loaded", "[exported_model]") {
    const ScratchDir dir;
    WideAndDeep older = a_model();
    WideAndDeep newer = a_model();
    newer.weights()[0][5] = 3;
    const auto first = trainer::export_model(older, dir.path());
    const auto second = trainer::export_model(newer, dir.path());
    CHECK(first != second);
    WideAndDeep loaded = trainer::load_model(dir.path(), 1);
    CHECK(answer(loaded) == answer(newer));
}

TEST_CASE("a folder without a model is an error that says what to name", "[exported_model]") {
    const ScratchDir dir;
    CHECK_THROWS_WITH(trainer::load_model(dir.path(), 1), Catch::Contains("name a trial's folder"));
}

TEST_CASE("a damaged model is refused at every byte", "[exported_model]") {
    WideAndDeep model = a_model({3});
    const std::string good = trainer::to_model_bytes(model);
    // The header byte by byte, then a sample of the weights.
    for (std::size_t i = 0; i < good.size(); i += i < 64 ? 1 : 997) {
        std::string bad = good;
        bad[i] = static_cast<char>(bad[i] ^ 0x10);
        REQUIRE_THROWS_AS(trainer::from_model_bytes(bad, 1), Failure);
        REQUIRE_THROWS_AS(trainer::from_model_bytes(good.substr(0, i), 1), Failure);
    }
    CHECK_THROWS_AS(trainer::from_model_bytes(good + "x", 1), Failure);
}

TEST_CASE("a model of another version is refused by name", "[exported_model]") {
    WideAndDeep model = a_model();
    std::string bytes = trainer::to_model_bytes(model);
    bytes[8] = 2;
    CHECK_THROWS_WITH(
        trainer::from_model_bytes(bytes, 1), "its version is 2, this program reads 1"
    );
}
