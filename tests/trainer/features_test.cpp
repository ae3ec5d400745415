#include "trainer/features.h"

#include <set>

#include <catch2/catch.hpp>

using trainer::Birth;
using trainer::Plurality;
using trainer::Sex;

namespace {

Birth a_birth(float age, float gestation) {
    return {
        .sex = Sex::girl,
        .mother_age = age,
        .plurality = Plurality::twins,
        .gestation_weeks = gestation,
    };
}

int age_bucket(float age) {
    return trainer::to_features(a_birth(age, 39)).wide[2] - trainer::kSexes - trainer::kPluralities;
}

int gestation_bucket(float gestation) {
    const int offset = trainer::kSexes + trainer::kPluralities + trainer::kAgeBuckets;
    return trainer::to_features(a_birth(28, gestation)).wide[3] - offset;
}

}  // namespace

TEST_CASE("buckets begin at their boundaries and the outer ones are open", "[features]") {
    CHECK(age_bucket(-5) == 0);
    CHECK(age_bucket(14.9F) == 0);
    CHECK(age_bucket(15) == 1);
    CHECK(age_bucket(15.9F) == 1);
    CHECK(age_bucket(43.9F) == 29);
    CHECK(age_bucket(44) == 30);
    CHECK(age_bucket(1e9F) == 30);
    CHECK(gestation_bucket(16.9F) == 0);
    CHECK(gestation_bucket(17) == 1);
    CHECK(gestation_bucket(46) == 30);
    CHECK(gestation_bucket(47) == 30);
}

TEST_CASE("every combination of the four columns has a cell of its own", "[features]") {
    std::set<std::uint32_t> cells;
    for (int sex = 0; sex < trainer::kSexes; ++sex) {
        for (int plurality = 0; plurality < trainer::kPluralities; ++plurality) {
            for (int age = 14; age < 14 + trainer::kAgeBuckets; ++age) {
                for (int weeks = 16; weeks < 16 + trainer::kGestationBuckets; ++weeks) {
                    cells.insert(
                        trainer::to_features({
                                                 .sex = static_cast<Sex>(sex),
                                                 .mother_age = static_cast<float>(age),
                                                 .plurality = static_cast<Plurality>(plurality),
                                                 .gestation_weeks = static_cast<float>(weeks),
                                             })
                            .cell
                    );
                }
            }
        }
    }
    CHECK(cells.size() == 17'298);
    CHECK(*cells.rbegin() == 17'297);
}

TEST_CASE("the words of the data name sexes and pluralities both ways", "[features]") {
    for (int sex = 0; sex < trainer::kSexes; ++sex) {
        const auto value = static_cast<Sex>(sex);
        CHECK(trainer::parse_sex(trainer::to_word(value)) == value);
    }
    for (int plurality = 0; plurality < trainer::kPluralities; ++plurality) {
        const auto value = static_cast<Plurality>(plurality);
        CHECK(trainer::parse_plurality(trainer::to_word(value)) == value);
    }
    CHECK(trainer::parse_sex("true") == Sex::boy);
    CHECK(trainer::parse_sex("false") == Sex::girl);
    CHECK(trainer::parse_sex("TRUE") == std::nullopt);
    CHECK(trainer::parse_plurality("Multiple(2+)") == Plurality::multiple);
    CHECK(trainer::parse_plurality("") == std::nullopt);
}
