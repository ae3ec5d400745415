#include "tuner/study/study.h"

#include <algorithm>

#include <fmt/format.h>

namespace tuner {

namespace {

Result<void> require(
    const Study& study, std::initializer_list<StudyState> allowed, std::string_view verb
) {
    if (std::find(allowed.begin(), allowed.end(), study.state) != allowed.end()) {
        return {};
    }
    return fail(
        ErrorCode::conflict,
        fmt::format("study {} is {}: it cannot be {}", study.id, name_of(study.state), verb)
    );
}

}  // namespace

Result<void> Study::pause(StudyReason why, std::string text) {
    return require(*this, {StudyState::running}, "paused").map([&] {
        state = StudyState::paused;
        reason = why;
        message = std::move(text);
    });
}

Result<void> Study::resume() {
    return require(*this, {StudyState::paused, StudyState::finished}, "resumed").map([&] {
        state = StudyState::running;
        reason = StudyReason::none;
        message.clear();
        ended.reset();
    });
}

Result<void> Study::finish(StudyReason why, std::string text, TimePoint now) {
    return require(*this, {StudyState::running}, "finished").map([&] {
        state = StudyState::finished;
        reason = why;
        message = std::move(text);
        ended = now;
    });
}

Result<void> Study::cancel(TimePoint now) {
    return require(*this, {StudyState::running, StudyState::paused}, "cancelled").map([&] {
        state = StudyState::cancelled;
        reason = StudyReason::user;
        message.clear();
        ended = now;
    });
}

}  // namespace tuner
