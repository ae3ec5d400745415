#include "tuner/study/study.h"

#include "tests/support/builders.h"

#include <functional>
#include <map>

#include <catch2/catch.hpp>

using namespace tuner;
using test::a_study;
using test::at;
using test::must;

namespace {

Study in_state(StudyState state) {
    Study study = a_study();
    switch (state) {
        case StudyState::running:
            break;
        case StudyState::paused:
            must(study.pause(StudyReason::error, "disk full"));
            break;
        case StudyState::finished:
            must(study.finish(StudyReason::exhausted, "", at(5)));
            break;
        case StudyState::cancelled:
            must(study.cancel(at(5)));
            break;
    }
    return study;
}

struct Verb {
    std::string name;
    std::function<Result<void>(Study&)> apply;
    std::map<StudyState, StudyState> legal;  // from, to
};

const std::vector<Verb>& all_verbs() {
    using enum StudyState;
    static const std::vector<Verb> verbs{
        {"pause",
         [](Study& s) { return s.pause(StudyReason::user, "by hand"); },
         {{running, paused}}},
        {"resume", [](Study& s) { return s.resume(); }, {{paused, running}, {finished, running}}},
        {"finish",
         [](Study& s) { return s.finish(StudyReason::max_trials, "", at(9)); },
         {{running, finished}}},
        {"cancel",
         [](Study& s) { return s.cancel(at(9)); },
         {{running, cancelled}, {paused, cancelled}}},
    };
    return verbs;
}

}  // namespace

TEST_CASE("every transition of a study goes where it must or is a conflict", "[study]") {
    for (const Verb& verb : all_verbs()) {
        for (const auto& [state, name] : Names<StudyState>::entries) {
            CAPTURE(verb.name, name);
            const Study before = in_state(state);
            REQUIRE(before.state == state);
            Study study = before;
            const Result<void> done = verb.apply(study);
            const auto legal = verb.legal.find(state);
            if (legal != verb.legal.end()) {
                CHECK(done);
                CHECK(study.state == legal->second);
                CHECK((study.state == StudyState::running) == (study.reason == StudyReason::none));
            } else {
                REQUIRE_FALSE(done);
                CHECK(done.error().code == ErrorCode::conflict);
                CHECK(study == before);
            }
        }
    }
}

TEST_CASE("a refused transition names the study and its state", "[study]") {
    Study study = in_state(StudyState::cancelled);
    CHECK(
        study.resume().error().message == "study babyweight-1 is cancelled: it cannot be resumed"
    );
}

TEST_CASE("why a study stands still is on record until it goes on", "[study]") {
    Study study = a_study();
    REQUIRE(study.pause(StudyReason::error, "disk full"));
    CHECK(study.reason == StudyReason::error);
    CHECK(study.message == "disk full");
    CHECK_FALSE(study.ended);
    REQUIRE(study.resume());
    CHECK(study == a_study());
}

TEST_CASE("a finished study that goes on has not ended", "[study]") {
    Study study = a_study();
    REQUIRE(study.finish(StudyReason::max_trials, "20 trials", at(9)));
    CHECK(study.ended == at(9));
    CHECK(study.reason == StudyReason::max_trials);
    CHECK(study.message == "20 trials");
    REQUIRE(study.resume());
    CHECK(study == a_study());
}

TEST_CASE("cancelling is the decision of the user and forgets older reasons", "[study]") {
    Study study = in_state(StudyState::paused);
    REQUIRE(study.cancel(at(9)));
    CHECK(study.reason == StudyReason::user);
    CHECK(study.message.empty());
    CHECK(study.ended == at(9));
}

TEST_CASE("a study ended as failed only when too many trials failed", "[study]") {
    for (const auto& [reason, name] : Names<StudyReason>::entries) {
        CAPTURE(name);
        Study study = a_study();
        REQUIRE(study.finish(reason, "", at(9)));
        CHECK(study.ended_as_failed() == (reason == StudyReason::failed_trials));
    }
    Study paused = a_study();
    REQUIRE(paused.pause(StudyReason::failed_trials, ""));
    CHECK_FALSE(paused.ended_as_failed());
}
