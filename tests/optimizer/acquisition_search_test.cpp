#include "tuner/optimizer/acquisition_search.h"

#include "tests/support/builders.h"
#include "tuner/optimizer/draw.h"

#include <cmath>

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

// A model of random results on random points of a space, and the acquisition over it.
struct Setting {
    Setting(std::vector<Parameter> parameters, std::uint64_t seed)
        : space(a_space(std::move(parameters))), cube(space) {
        Rng rng(seed, "setting");
        const auto columns = static_cast<Eigen::Index>(cube.columns().size());
        TrainingSet data{
            cube.columns(),
            Eigen::MatrixXd(10, columns),
            Eigen::VectorXd(10),
            Eigen::VectorXd::Ones(10)};
        for (Eigen::Index i = 0; i < 10; ++i) {
            const EncodedPoint point = cube.snap(draw_latent(cube, rng));
            data.points.row(i) = Eigen::Map<const Eigen::RowVectorXd>(point.data(), columns);
            data.values[i] = rng.normal();
            taken.insert(point);
            anchors.push_back(point);
        }
        anchors.resize(3);
        const Hyperparameters theta{Eigen::VectorXd::Constant(columns, -0.7), 0, -6};
        process = GaussianProcess::condition(data, theta, 0.5);
        acquisition.emplace(*process, nullptr, Acquisition::Kind::improvement, -1.0);
    }

    AcquisitionSearch search() const {
        return {cube, *acquisition, taken, process->theta().log_lengths.array().exp(), options};
    }

    double value(const EncodedPoint& point) const {
        return acquisition->value(
            Eigen::Map<const Eigen::VectorXd>(point.data(), static_cast<Eigen::Index>(point.size()))
        );
    }

    SearchSpace space;
    UnitCube cube;
    std::set<EncodedPoint> taken;
    std::vector<EncodedPoint> anchors;
    std::optional<GaussianProcess> process;
    std::optional<Acquisition> acquisition;
    SearchOptions options;
};

std::vector<Parameter> mixed() {
    return {
        parameter("x", RealRange{0, 1}),
        parameter("n", IntegerRange{1, 9}),
        parameter("m", IntegerRange{1, 1'000}),
        parameter("c", Categories{{"a", "b", "c"}}),
        when("c", {std::string("b")}, parameter("y", RealRange{0, 1})),
        when("c", {std::string("c")}, parameter("d", Categories{{"u", "v"}}))};
}

}  // namespace

TEST_CASE("the search beats a hundred thousand random points", "[acquisition_search]") {
    const Setting setting(mixed(), GENERATE(1U, 2U, 3U, 4U));
    Rng rng(5, "search");
    const auto found = setting.search().search(setting.anchors, rng);
    REQUIRE(found);
    CHECK(setting.value(found->point) == Approx(found->value).epsilon(1e-9));
    double best = found->value;
    for (int i = 0; i < 100'000; ++i) {
        best = std::max(best, setting.value(setting.cube.snap(draw_latent(setting.cube, rng))));
    }
    CHECK(found->value > best - 0.01);
}

TEST_CASE("what is found exists and is free", "[acquisition_search]") {
    Setting setting(mixed(), 6);
    for (int i = 0; i < 20; ++i) {
        Rng rng(5, "same");
        const auto found = setting.search().search(setting.anchors, rng);
        REQUIRE(found);
        CHECK(setting.cube.encode(setting.cube.decode(found->point)) == found->point);
        CHECK(setting.taken.insert(found->point).second);
    }
}

TEST_CASE("the same numbers find the same point", "[acquisition_search]") {
    const Setting setting(mixed(), 7);
    Rng a(1, "twice");
    Rng b(1, "twice");
    const auto first = setting.search().search(setting.anchors, a);
    const auto second = setting.search().search(setting.anchors, b);
    CHECK(first->point == second->point);
    CHECK(first->value == second->value);
}

TEST_CASE("of some points the best free one is chosen", "[acquisition_search]") {
    Setting setting({parameter("n", IntegerRange{1, 100})}, 8);
    std::vector<EncodedPoint> all;
    for (std::uint64_t level = 0; level < 100; ++level) {
        all.push_back({setting.cube.axes()[0].position_of_level(level)});
    }
    double before = std::numeric_limits<double>::infinity();
    const std::size_t free = 100 - setting.taken.size();
    for (std::size_t i = 0; i < free; ++i) {
        const auto found = setting.search().best_of(all);
        REQUIRE(found);
        CHECK(found->value <= before);
        before = found->value;
        setting.taken.insert(found->point);
    }
    CHECK_FALSE(setting.search().best_of(all));
}
