#include "tuner/scheduler/recovery.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

using Way = Resumption::Way;

Study in_state(StudyState state) {
    Study study = a_study();
    study.state = state;
    return study;
}

struct Row {
    const char* name;
    AttemptState found;
    StudyState study;
    Resumption expected;
    const char* prune_reason = "";
};

constexpr Row kTable[] = {
    {"an intent proves that nothing was let go, so it is abandoned",
     AttemptState::intent,
     StudyState::running,
     {Way::abandon, StopPurpose::none}},
    {"an intent of a paused study is abandoned too, and its trial waits",
     AttemptState::intent,
     StudyState::paused,
     {Way::abandon, StopPurpose::none}},
    {"an intent of a cancelled study takes its trial with it",
     AttemptState::intent,
     StudyState::cancelled,
     {Way::abandon, StopPurpose::cancel}},
    {"a running attempt is adopted",
     AttemptState::running,
     StudyState::running,
     {Way::adopt, StopPurpose::none}},
    {"a running attempt of a paused study is adopted and runs to its end",
     AttemptState::running,
     StudyState::paused,
     {Way::adopt, StopPurpose::none}},
    {"a running attempt of a cancelled study is stopped for good",
     AttemptState::running,
     StudyState::cancelled,
     {Way::adopt, StopPurpose::cancel}},
    {"a running attempt of a study that failed is stopped for good",
     AttemptState::running,
     StudyState::finished,
     {Way::adopt, StopPurpose::cancel}},
    {"an attempt that was told to stop is told again, and its trial is queued",
     AttemptState::stopping,
     StudyState::paused,
     {Way::adopt, StopPurpose::requeue}},
    {"it is told again although the study was resumed meanwhile",
     AttemptState::stopping,
     StudyState::running,
     {Way::adopt, StopPurpose::requeue}},
    {"an attempt that was told to stop when its study was cancelled is told again, for good",
     AttemptState::stopping,
     StudyState::cancelled,
     {Way::adopt, StopPurpose::cancel}},
    {"an attempt that was told to stop early is told again, and its trial is pruned",
     AttemptState::stopping,
     StudyState::running,
     {Way::adopt, StopPurpose::prune},
     "hopeless"},
    {"also in a study that was paused meanwhile",
     AttemptState::stopping,
     StudyState::paused,
     {Way::adopt, StopPurpose::prune},
     "hopeless"},
    {"in a study that is over it is stopped for good",
     AttemptState::stopping,
     StudyState::cancelled,
     {Way::adopt, StopPurpose::cancel},
     "hopeless"},
};

}  // namespace

TEST_CASE("each row of the resume table does what it says", "[recovery]") {
    for (const Row& row : kTable) {
        INFO(row.name);
        Trial trial = a_trial(1).running().build();
        trial.prune_reason = row.prune_reason;
        CHECK(choose_resumption(in_state(row.study), trial, row.found) == row.expected);
    }
}

TEST_CASE("a pending trial is cancelled only where its study's end was cut short", "[recovery]") {
    CHECK_FALSE(cancels_pending(in_state(StudyState::running)));
    CHECK_FALSE(cancels_pending(in_state(StudyState::paused)));
    CHECK(cancels_pending(in_state(StudyState::finished)));
    CHECK(cancels_pending(in_state(StudyState::cancelled)));
}
