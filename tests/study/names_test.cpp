#include "tuner/study/names.h"

#include "tuner/study/attempt.h"
#include "tuner/study/event.h"
#include "tuner/study/study.h"
#include "tuner/study/trial.h"

#include <set>

#include <catch2/catch.hpp>

using namespace tuner;

TEMPLATE_TEST_CASE(
    "every name of an enum is read back as what it names",
    "[names]",
    Goal,
    Scale,
    MeasurementSelection,
    Algorithm,
    Origin,
    TrialState,
    FailureKind,
    StudyState,
    StudyReason,
    AttemptState,
    ExitKind,
    EventKind
) {
    std::set<std::string_view> names;
    int number = 0;
    for (const auto& [value, name] : Names<TestType>::entries) {
        CAPTURE(name);
        CHECK(static_cast<int>(value) == number++);  // none left out, in order of declaration
        CHECK(name_of(value) == name);
        CHECK(from_name<TestType>(name) == value);
        CHECK(name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") == std::string_view::npos);
        CHECK(names.insert(name).second);
    }
    CHECK(name_of(static_cast<TestType>(number)) == "?");
}

TEST_CASE("a text that is no name is nothing", "[names]") {
    for (const auto* text : {"", "Minimize", "MINIMIZE", " minimize", "minimize ", "min", "?"}) {
        CAPTURE(text);
        CHECK_FALSE(from_name<Goal>(text));
    }
}

TEST_CASE("all names of an enum are listed for messages", "[names]") {
    CHECK(list_names<Goal>() == "minimize, maximize");
}
