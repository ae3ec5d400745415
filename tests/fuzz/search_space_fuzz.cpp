// A search space is refused or sound: what is drawn from it belongs to it, lies in the unit cube,
// and finds its way back.
//
// The input is read as numbers and names by libFuzzer's FuzzedDataProvider: parameters until it is
// used up, then positions to draw at.

#include "tests/fuzz/property.h"
#include "tuner/optimizer/unit_cube.h"
#include "tuner/study/search_space.h"

#include <algorithm>
#include <fuzzer/FuzzedDataProvider.h>

using namespace tuner;
using namespace tuner::fuzz;

namespace {

constexpr int kMaxDrawn = 6;  // parameters: more say nothing new and cost time
constexpr int kPoints = 4;

class Draw {
  public:
    Draw(const std::uint8_t* data, std::size_t size) : input_(data, size) {}

    bool is_used_up() { return input_.remaining_bytes() == 0; }

    std::vector<Parameter> parameters() {
        std::vector<Parameter> parameters;
        const int count = input_.ConsumeIntegralInRange(1, kMaxDrawn);
        for (int i = 0; i < count; ++i) {
            auto parameter = Parameter::create(name(), domain(), default_value(), condition());
            if (parameter) {
                parameters.push_back(std::move(*parameter));
            }
        }
        return parameters;
    }

    double position() { return input_.ConsumeProbability<double>(); }

  private:
    // Few, so that parents are found.
    std::string name() {
        constexpr const char* kNames[] = {"a", "b", "c", "", "--", "batch_size"};
        return input_.PickValueInArray(kNames);
    }

    // Small, or any bits at all.
    double real() {
        return input_.ConsumeBool()
                   ? input_.ConsumeIntegral<std::int8_t>() * 0.5
                   : std::bit_cast<double>(input_.ConsumeIntegral<std::uint64_t>());
    }

    std::int64_t integer() {
        return input_.ConsumeBool() ? input_.ConsumeIntegral<std::int8_t>()
                                    : input_.ConsumeIntegral<std::int64_t>();
    }

    std::string category() { return input_.ConsumeRandomLengthString(3); }

    Scale scale() {
        return input_.PickValueInArray({Scale::linear, Scale::log, Scale::reverse_log});
    }

    template <class T>
    std::vector<T> list(T (Draw::*item)()) {
        std::vector<T> items(input_.ConsumeIntegralInRange<std::size_t>(0, 4));
        for (T& each : items) {
            each = (this->*item)();
        }
        return items;
    }

    Domain domain() {
        switch (input_.ConsumeIntegralInRange(0, 3)) {
            case 0: {
                const double min = real();
                return RealRange{min, real(), scale()};
            }
            case 1: {
                const std::int64_t min = integer();
                return IntegerRange{min, integer(), scale()};
            }
            case 2: {
                std::vector<double> values = list(&Draw::real);
                if (input_.ConsumeBool()) {
                    std::sort(values.begin(), values.end());
                }
                return DiscreteValues{std::move(values), scale()};
            }
            default:
                return Categories{list(&Draw::category)};
        }
    }

    ParameterValue value() {
        switch (input_.ConsumeIntegralInRange(0, 2)) {
            case 0:
                return real();
            case 1:
                return integer();
            default:
                return category();
        }
    }

    std::optional<ParameterValue> default_value() {
        return input_.ConsumeBool() ? std::optional(value()) : std::nullopt;
    }

    std::optional<Condition> condition() {
        if (input_.ConsumeBool()) {
            return std::nullopt;
        }
        std::string parent = name();
        return Condition{std::move(parent), list(&Draw::value)};
    }

    FuzzedDataProvider input_;
};

void check_parameter(const Parameter& parameter) {
    holds(
        !parameter.default_value() || parameter.contains(*parameter.default_value()),
        "a default is in the domain"
    );
    holds(count_values(parameter.domain()).value_or(1) >= 1, "a domain has a value");
    holds(!describe(parameter.domain()).empty(), "a domain can be described");
}

bool is_in_cube(const UnitCube& cube, const EncodedPoint& point) {
    for (std::size_t i = 0; i < cube.axes().size(); ++i) {
        const Axis& axis = cube.axes()[i];
        const bool is_choice = axis.kind() == AxisKind::choice;
        const double least = is_choice ? kInactiveChoice : 0;
        const double most = is_choice ? static_cast<double>(axis.level_count() - 1) : 1;
        if (!(point[i] >= least && point[i] <= most)) {
            return false;
        }
    }
    return true;
}

// For people who look into a finding: TUNER_FUZZ_SHOW=1 search_space_fuzz FILE.
void show(const SearchSpace& space) {
    for (const Parameter& parameter : space.parameters()) {
        std::fprintf(
            stderr, "%s: %s\n", parameter.name().c_str(), describe(parameter.domain()).c_str()
        );
    }
}

void check_point(const SearchSpace& space, const UnitCube& cube, const EncodedPoint& point) {
    holds(point.size() == cube.columns().size(), "a point has a number for each column");
    holds(is_in_cube(cube, point), "a point lies in the unit cube");
    const Assignment assignment = cube.decode(point);
    holds(space.check(assignment).has_value(), "a drawn assignment belongs to the space");
    const auto encoded = cube.encode(assignment);
    holds(encoded.has_value(), "an assignment of the space has a point");
    holds(is_in_cube(cube, *encoded), "the point of an assignment lies in the unit cube");
    const Assignment decoded = cube.decode(*encoded);
    for (const auto& [name, value] : decoded.entries()) {
        const ParameterValue* drawn = assignment.find(name);
        holds(drawn != nullptr, "the same parameters are active at an assignment's point");
        // Numbers are exact where a double has room for their logarithms.
        holds(
            !std::holds_alternative<std::string>(value) || value == *drawn,
            "a category is the one at its point"
        );
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Draw draw(data, size);
    std::vector<Parameter> parameters = draw.parameters();
    for (const Parameter& parameter : parameters) {
        check_parameter(parameter);
    }
    const auto space = SearchSpace::create(std::move(parameters));
    if (!space) {
        return 0;
    }
    holds(space->size().value_or(1) >= 1, "a space has a point");
    if (std::getenv("TUNER_FUZZ_SHOW") != nullptr) {
        show(*space);
    }
    const UnitCube cube(*space);
    for (int i = 0; i < kPoints && !draw.is_used_up(); ++i) {
        std::vector<double> uniform(cube.axes().size());
        for (double& number : uniform) {
            number = std::min(draw.position(), 0x1.fffffffffffffp-1);
        }
        check_point(*space, cube, cube.snap(cube.spread(uniform)));
        check_point(*space, cube, cube.snap(uniform));
    }
    return 0;
}
