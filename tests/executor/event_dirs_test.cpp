#include "tuner/executor/event_dirs.h"

#include <catch2/catch.hpp>

namespace tuner {

namespace {

using Dirs = std::vector<std::string>;

TrainerSpec with_args(std::vector<std::string> args) {
    TrainerSpec trainer;
    trainer.command = {"./train.py"};
    trainer.args = std::move(args);
    trainer.working_dir = "/home/me/lab";
    return trainer;
}

}  // namespace

TEST_CASE("event files are looked for in the job dir and the trial's folder", "[event_dirs]") {
    CHECK(
        find_event_dirs(with_args({}), TrialId(2), "out/2", std::nullopt, "/data/s/2") ==
        Dirs{"/home/me/lab/out/2", "/data/s/2"}
    );
    CHECK(
        find_event_dirs(with_args({}), TrialId(2), std::nullopt, std::nullopt, "/data/s/2") ==
        Dirs{"/data/s/2"}
    );
}

TEST_CASE("the folder that a trainer makes of its output argument is one too", "[event_dirs]") {
    const Dirs expected{"/home/me/lab/a/2", "/b/2", "/data/s/2"};
    CHECK(
        find_event_dirs(
            with_args({"--output_dir=a", "--logdir", "/b", "--lr=1", "--output_dir"}),
            TrialId(2),
            "/home/me/lab/a/2",  // the same one, as in the lab
            std::nullopt,
            "/data/s/2"
        ) == expected
    );
}

TEST_CASE("a plain run writes to its output argument itself", "[event_dirs]") {
    CHECK(
        find_event_dirs(
            with_args({"--output_dir=a"}), std::nullopt, "out", std::nullopt, "/data/s/1"
        ) == Dirs{"/home/me/lab/out", "/home/me/lab/a", "/data/s/1"}
    );
}

TEST_CASE("the folder that the Vizier dialect names is one too", "[event_dirs]") {
    CHECK(
        find_event_dirs(with_args({}), TrialId(2), std::nullopt, "base/2/logs", "/data/s/2") ==
        Dirs{"/home/me/lab/base/2/logs", "/data/s/2"}
    );
}

TEST_CASE("a bucket is no folder here", "[event_dirs]") {
    CHECK(
        find_event_dirs(
            with_args({"--output_dir=gs://b/o"}),
            TrialId(2),
            "gs://b/o/2",
            "gs://b/o/2/logs",
            "/d/2"
        ) == Dirs{"/d/2"}
    );
}

}  // namespace tuner
