#include "trainer/dataset.h"

#include "tests/trainer/scratch_dir.h"
#include "trainer/errors.h"

#include <catch2/catch.hpp>

using trainer::testing::ScratchDir;

TEST_CASE("a row of the lab's data is read", "[dataset]") {
    const auto example = trainer::parse_row("7.3744626639,True,28,Single(1),39.0,abc");
    CHECK(example.weight_pounds == Approx(7.3744626639F));
    const trainer::Birth birth{
        .sex = trainer::Sex::boy,
        .mother_age = 28,
        .plurality = trainer::Plurality::single,
        .gestation_weeks = 39,
    };
    CHECK(example.features.cell == trainer::to_features(birth).cell);
    CHECK(example.features.wide == trainer::to_features(birth).wide);
}

TEST_CASE("a bad line is named with its file and line number", "[dataset]") {
    const ScratchDir dir;
    const auto complaint = [&](const std::string& line) {
        dir.write("train.csv-00000-of-00001", "7.1,True,28,Single(1),39,k\n" + line + "\n");
        try {
            trainer::read_shards(dir.path(), "train", "of");
        } catch (const trainer::Failure& failure) {
            return std::string(failure.what());
        }
        return std::string("no complaint");
    };
    const std::string place = (dir.path() / "train.csv-00000-of-00001").string() + ":2: ";
    CHECK(
        complaint("7.1,True,28,Single(1),39") ==
        place +
            "5 columns where 6 are due: "
            "weight_pounds,is_male,mother_age,plurality,gestation_weeks,key"
    );
    CHECK(
        complaint("7.1,True,28,Single(1),39,k,") ==
        place +
            "7 columns where 6 are due: "
            "weight_pounds,is_male,mother_age,plurality,gestation_weeks,key"
    );
    CHECK(
        complaint("heavy,True,28,Single(1),39,k") ==
        place + "weight_pounds is 'heavy', not a finite number"
    );
    CHECK(
        complaint("7.1,True,nan,Single(1),39,k") ==
        place + "mother_age is 'nan', not a finite number"
    );
    CHECK(
        complaint("7.1,True,28,Single(1),39w,k") ==
        place + "gestation_weeks is '39w', not a finite number"
    );
    CHECK(
        complaint("7.1,male,28,Single(1),39,k") ==
        place + "is_male is 'male', not True, False or Unknown"
    );
    CHECK_THAT(complaint("7.1,True,28,2,39,k"), Catch::Contains("plurality is '2', not Single(1)"));
    CHECK_THAT(complaint(""), Catch::Contains("1 columns where 6 are due"));
}

TEST_CASE("only shards that match kind and pattern are read, in order", "[dataset]") {
    const ScratchDir dir;
    dir.write("train.csv-00001-of-00002", "2,True,28,Single(1),39,k\r\n");
    dir.write("train.csv-00000-of-00002", "1,True,28,Single(1),39,k");
    dir.write("eval.csv-00000-of-00002", "3,True,28,Single(1),39,k\n");
    const auto all = trainer::read_shards(dir.path(), "train", "of");
    REQUIRE(all.size() == 2);
    CHECK(all[0].weight_pounds == 1);
    CHECK(all[1].weight_pounds == 2);
    CHECK(trainer::mean_weight_pounds(all) == 1.5F);
    CHECK(trainer::read_shards(dir.path(), "train", "00001-of").size() == 1);
}

TEST_CASE("no shards is an error that names the glob", "[dataset]") {
    const ScratchDir dir;
    const std::string glob = (dir.path() / "train*of*").string();
    CHECK_THROWS_WITH(
        trainer::read_shards(dir.path(), "train", "of"), Catch::Contains("no file matches " + glob)
    );
    CHECK_THROWS_WITH(
        trainer::read_shards(dir.path() / "nowhere", "train", "of"),
        Catch::Contains("no file matches")
    );
    dir.write("train.csv-00000-of-00001", "");
    CHECK_THROWS_WITH(
        trainer::read_shards(dir.path(), "train", "of"),
        Catch::Contains("there is no row in " + glob)
    );
}
