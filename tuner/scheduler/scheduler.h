// The Scheduler owns every study's runner and lets them live and end together.
//
// It reads all studies when it starts; an active one then adopts what is still running and goes on
// with every study that was not paused by its user. Everything lives on the loop thread.

#pragma once

#include "tuner/executor/python_packages.h"
#include "tuner/scheduler/study_runner.h"
#include "tuner/scheduler/task_group.h"

#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace tuner {

class Scheduler {
  public:
    explicit Scheduler(RunnerContext context);

    // Reads the studies and starts their runners. Studies paused by an interruption go on when
    // `resume_interrupted`.
    boost::asio::awaitable<void> start(bool resume_interrupted);

    // Stores a new study and starts its runner. The reference is good until the study is removed.
    boost::asio::awaitable<std::reference_wrapper<StudyRunner>> create(NewStudy study);

    // The same for a job: a study whose id is its name; `conflict` when a job ever had this id.
    boost::asio::awaitable<Result<std::reference_wrapper<StudyRunner>>> create_job(NewStudy study);

    // Forgets a study; `not_found`, `conflict` while attempts are running.
    boost::asio::awaitable<Result<void>> remove(std::string id);

    // All studies, oldest first.
    const std::vector<std::unique_ptr<StudyRunner>>& runners() const { return runners_; }

    // The runner of an id, or null.
    StudyRunner* find(std::string_view id) const;

    // The machine that all studies share.
    const Host& host() const { return context_.machine.host; }

    // The packages that `uris` name, read on a worker; PythonPackages::read says what can be wrong.
    boost::asio::awaitable<Result<PythonPackages>> read_packages(
        std::vector<std::string> uris, std::string working_dir
    );

    // Stages them and answers the folders for PYTHONPATH; `no_space`, `unavailable`.
    boost::asio::awaitable<Result<std::vector<std::string>>> stage_packages(PythonPackages packages
    );

    // Whether no study is running and no attempt is left, but for those that wait to be asked.
    bool is_idle() const;

    // Ends every runner. Running trainers are released, not stopped.
    boost::asio::awaitable<void> shut_down();

    // Where staged packages lie: beside the studies.
    std::filesystem::path packages_dir() const {
        return context_.studies_dir.parent_path() / "packages";
    }

  private:
    StudyRunner& add(Study study, std::vector<Trial> trials);
    StudyRunner& begin(Study stored, std::vector<Trial> inherited);  // one that is new

    void hold_what_is_taken(const std::vector<Study>& studies, std::vector<AttemptRecord> live);

    RunnerContext context_;
    SlotLedger slots_;
    std::vector<std::unique_ptr<StudyRunner>> runners_;
    TaskGroup tasks_;
};

}  // namespace tuner
