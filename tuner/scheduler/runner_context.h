// A RunnerContext is what every study's runner works with: the daemon's parts, time included, so
// that tests and the simulation can put in their own.
//
// References to what the daemon owns and what outlives the runners. Loop thread only.

#pragma once

#include "tuner/base/time.h"
#include "tuner/executor/executor.h"
#include "tuner/executor/trainer_launch.h"
#include "tuner/scheduler/event_feed.h"
#include "tuner/scheduler/sleeper.h"
#include "tuner/scheduler/slot_ledger.h"
#include "tuner/storage/storage_thread.h"

#include <filesystem>
#include <functional>
#include <string>

#include <boost/asio/any_io_executor.hpp>

namespace tuner {

struct RunnerContext {
    boost::asio::any_io_executor loop;
    boost::asio::any_io_executor pool;  // of the workers that optimizers think on
    StorageThread& storage;
    Executor& executor;
    EventFeed& feed;
    const Clock& clock;
    Sleeper& sleeper;
    const MachineEnvironment& machine;
    std::filesystem::path studies_dir;  // attempts live in STUDIES_DIR/STUDY/TRIAL/NUMBER
    std::function<void(std::string)>
        on_replaced;              // another daemon has taken over: end, leave the trainers alone
    bool passive = false;         // look and change records only: start and adopt nothing
    SlotLedger* slots = nullptr;  // the Scheduler's own
};

}  // namespace tuner
