#include "tuner/cli/progress.h"

#include "tuner/cli/summary.h"
#include "tuner/cli/trial_table.h"

#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

using tuner::Progress;
using Json = nlohmann::ordered_json;

namespace {

const tuner::TimePoint kBegin = *tuner::from_rfc3339("2026-11-24T10:00:00Z");

Json at(int seconds) {
    return seconds < 0 ? Json(nullptr)
                       : Json(tuner::to_rfc3339(kBegin + std::chrono::seconds(seconds)));
}

Json a_study(const std::string& state = "running") {
    return {
        {"id", "babyweight-1"},
        {"name", "babyweight"},
        {"state", state},
        {"goal", "minimize"},
        {"metric", "rmse"},
        {"maxTrials", 20},
        {"maxParallelTrials", 5},
        {"counts",
         {{"completed", 2}, {"running", 1}, {"failed", 1}, {"pruned", 0}, {"pending", 0}}},
        {"best", {{"trial", 2}, {"objective", 1.0391}}},
        {"reason", nullptr},
        {"message", nullptr},
        {"createTime", at(0)},
        {"endTime", nullptr}};
}

struct Times {
    int started = -1;
    int ended = -1;
};

Json a_trial(int id, const std::string& state, const Json& objective, Times times) {
    return {
        {"id", id},
        {"study", "babyweight-1"},
        {"state", state},
        {"parameters", {{"batch_size", 30 + id}, {"lr", 0.01 * id}}},
        {"objective", objective},
        {"metrics", Json::object()},
        {"step", nullptr},
        {"origin", "model"},
        {"attempts", 1},
        {"reason", nullptr},
        {"createTime", at(0)},
        {"startTime", at(times.started)},
        {"endTime", at(times.ended)}};
}

Json an_event(const std::string& kind, const Json& after) {
    const bool is_trial = kind.starts_with("trial_");
    return {
        {"id", 5},
        {"time", at(100)},
        {"kind", kind},
        {"study", "babyweight-1"},
        {"trial", is_trial ? after.at("id") : Json(nullptr)},
        {"after", after}};
}

Progress a_progress(bool colour = false) {
    Progress progress(colour);
    progress.set_study(a_study());
    progress.set_trial(a_trial(1, "completed", 1.25, {0, 60}));
    progress.set_trial(a_trial(2, "completed", 1.0391, {0, 40}));
    Json failed = a_trial(3, "failed", nullptr, {0, 9});
    failed["reason"] = "exit 1: out of memory";
    progress.set_trial(failed);
    Json running = a_trial(4, "running", nullptr, {60, -1});
    running["metrics"]["rmse"] = 1.12;
    running["step"] = 300;
    progress.set_trial(running);
    return progress;
}

std::string joined(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines) {
        text += line + "\n";
    }
    return text;
}

}  // namespace

TEST_CASE("the view shows the bar, what runs and the best", "[progress]") {
    const auto lines = a_progress().render(100, kBegin + std::chrono::seconds(80));
    CHECK(
        joined(lines) ==
        "study babyweight-1   running   minimize rmse   20 trials, 5 at a time\n"
        "[##xx>.......................] 3/20   2 completed   1 failed   1 running   1m20s, about "
        "2m46s "
        "left\n"
        "running  rmse\n"
        "    4        1.12 @300       20s   batch_size 34   lr 0.04\n"
        "best     rmse\n"
        "    2      1.0391                  batch_size 32   lr 0.02\n"
        "    1        1.25                  batch_size 31   lr 0.01\n"
    );
}

TEST_CASE("no line of the view is wider than the terminal", "[progress]") {
    for (const std::size_t width : {20u, 40u, 79u, 200u}) {
        for (const auto& line : a_progress().render(width, kBegin)) {
            CHECK(line.size() <= width + 2);  // "…" is three bytes
        }
    }
}

TEST_CASE("colours come only when they are wished", "[progress]") {
    CHECK(joined(a_progress(false).render(80, kBegin)).find('\x1b') == std::string::npos);
    CHECK(joined(a_progress(true).render(80, kBegin)).find("\x1b[32m#") != std::string::npos);
}

TEST_CASE("a pipe gets one line for what matters and none for the rest", "[progress]") {
    Progress progress = a_progress();
    const auto line = [&](const std::string& kind, const Json& after) {
        const Json event = an_event(kind, after);
        progress.apply(event);
        return progress.line_for(event).value_or("(none)");
    };
    CHECK(line("trial_created", a_trial(5, "pending", nullptr, {})) == "(none)");
    CHECK(
        line("trial_started", a_trial(5, "running", nullptr, {100, -1})) ==
        "2026-11-24T10:01:40.000Z event=trial_started trial=5 batch_size=35 lr=0.05"
    );
    CHECK(line("trial_measured", a_trial(5, "running", nullptr, {100, -1})) == "(none)");
    CHECK(
        line("trial_requeued", a_trial(5, "pending", nullptr, {100, -1})) ==
        "2026-11-24T10:01:40.000Z event=trial_requeued trial=5"
    );
    CHECK(
        line("trial_ended", a_trial(5, "completed", 0.5, {100, 101})) ==
        "2026-11-24T10:01:40.000Z event=trial_ended trial=5 state=completed rmse=0.5 seconds=1.0 "
        "best=0.5 best_trial=5"
    );
    Json failed = a_trial(6, "failed", nullptr, {100, 102});
    failed["reason"] = "exit 1:\nout of \x1bmemory";
    CHECK(
        line("trial_ended", failed) ==
        "2026-11-24T10:01:40.000Z event=trial_ended trial=6 state=failed seconds=2.0 "
        "reason=\"exit 1: out of \\\\x1bmemory\" best=0.5 best_trial=5"
    );
    Json study = a_study("finished");
    study["reason"] = "max_trials";
    CHECK(
        line("study_changed", study) ==
        "2026-11-24T10:01:40.000Z event=study_changed study=babyweight-1 state=finished "
        "reason=max_trials ended=5/20 best=0.5 best_trial=5"
    );
}

TEST_CASE("a study is over when neither it nor a trial is running", "[progress]") {
    Progress progress = a_progress();
    CHECK_FALSE(progress.is_over());
    progress.set_study(a_study("paused"));
    CHECK_FALSE(progress.is_over());
    progress.set_trial(a_trial(4, "pending", nullptr, {}));
    CHECK(progress.is_over());
    CHECK_FALSE(progress.has_failed());
    Json failed = a_study("finished");
    failed["reason"] = "failed_trials";
    progress.set_study(failed);
    CHECK(progress.has_failed());
}

TEST_CASE("an event that tells a part leaves the rest as it was known", "[progress]") {
    Progress progress = a_progress();
    progress.apply(
        {{"kind", "trial_measured"},
         {"trial", 4},
         {"after",
          {{"id", 4},
           {"study", "babyweight-1"},
           {"measurements",
            {{{"step", 400}, {"metrics", {{"rmse", 1.1}}}},
             {{"step", 500}, {"metrics", {{"loss", 7}}}}}}}}}
    );
    progress.apply(
        {{"kind", "study_changed"}, {"after", {{"id", "babyweight-1"}, {"state", "paused"}}}}
    );
    const auto lines = progress.render(100, kBegin + std::chrono::seconds(80));
    CHECK(lines[0] == "study babyweight-1   paused   minimize rmse   20 trials, 5 at a time");
    CHECK(lines[3] == "    4         1.1 @500       20s   batch_size 34   lr 0.04");
}

TEST_CASE("events that make no sense change nothing", "[progress]") {
    Progress progress = a_progress();
    const auto before = joined(progress.render(100, kBegin));
    progress.apply(Json::object());
    progress.apply({{"kind", "study_deleted"}, {"after", nullptr}});
    CHECK(joined(progress.render(100, kBegin)) == before);
    CHECK_FALSE(progress.line_for(Json::object()));
    CHECK_FALSE(progress.line_for({{"kind", "trial_ended"}, {"trial", 99}}));
}

TEST_CASE("the summary says how it went and what to type next", "[summary]") {
    Json study = a_study("finished");
    study["reason"] = "max_trials";
    study["endTime"] = at(1169);
    CHECK(
        tuner::summary_text(study, a_trial(2, "completed", 1.0391, {0, 40})) ==
        "finished  babyweight-1 in 19m29s: 2 completed, 1 running, 1 failed\n"
        "best      rmse 1.0391 (trial 2)\n"
        "          batch_size 32   lr 0.02\n"
        "retrain   --batch_size=32 --lr=0.02\n"
        "next      tuner trials babyweight-1  |  tuner best babyweight-1 --args  |  "
        "tuner train babyweight-1\n"
    );
}

TEST_CASE("the summary of a study that failed or was interrupted says so", "[summary]") {
    Json study = a_study("finished");
    study["reason"] = "failed_trials";
    study["message"] = "the first 3 trials failed the same way";
    study["best"] = nullptr;
    CHECK(
        tuner::summary_text(study, nullptr) ==
        "finished  babyweight-1 (failed_trials): 2 completed, 1 running, 1 failed\n"
        "why       the first 3 trials failed the same way\n"
        "next      tuner trials babyweight-1  |  tuner logs babyweight-1 1\n"
    );
    study = a_study("paused");
    study["reason"] = "interrupted";
    CHECK(
        tuner::summary_text(study, nullptr) ==
        "paused    babyweight-1 (interrupted): 2 completed, 1 running, 1 failed\n"
        "next      tuner resume babyweight-1  |  tuner trials babyweight-1\n"
    );
}

TEST_CASE("trials are a table with every parameter that any of them has", "[trials]") {
    Json one = a_trial(1, "completed", 1.03912345, {0, 60});
    one["rank"] = 1;
    Json two = a_trial(2, "failed", nullptr, {0, 9});
    two["parameters"] = {{"opt", "adam"}};
    two["reason"] = "exit 1";
    const Json trials = Json::array({one, two});
    CHECK(
        tuner::trials_table(trials, "rmse", false).to_text() ==
        "rank  #  state         rmse  batch_size    lr  opt    time  reason\n"
        "   1  1  completed  1.03912          31  0.01  -     1m00s\n"
        "   -  2  failed           -           -     -  adam   9.0s  exit 1\n"
    );
    CHECK(
        tuner::trials_table(trials, "rmse", true).to_csv() ==
        "rank,trial,state,objective,batch_size,lr,opt,step,attempts,origin,startTime,endTime,"
        "reason\n"
        "1,1,completed,1.03912345,31,0.01,,,1,model,2026-11-24T10:00:00.000Z,"
        "2026-11-24T10:01:00.000Z,\n"
        ",2,failed,,,,adam,,1,model,2026-11-24T10:00:00.000Z,2026-11-24T10:00:09.000Z,exit 1\n"
    );
}
