#include "tests/simulation/world.h"

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <limits>
#include <sstream>

namespace tuner::simulation {

namespace {

AttemptExit ended_as(ExitKind kind, int code = 0, int signal = 0) {
    AttemptExit exit;
    exit.kind = kind;
    exit.code = code;
    exit.signal = signal;
    return exit;
}

Duration draw(Rng& rng, Duration longest) {
    return Duration(static_cast<std::int64_t>(rng.uniform() * static_cast<double>(longest.count()))
    );
}

}  // namespace

World::World(test::Timeline& timeline, Diary& diary, std::uint64_t seed)
    : timeline_(timeline), diary_(diary), seed_(seed), rng_(seed, "world") {}

AttemptIdentity World::next_identity() {
    return {
        "boot-" + std::to_string(boot_),
        "pids-" + std::to_string(pids_),
        ++next_pid_,
        static_cast<std::uint64_t>(next_pid_),
    };
}

namespace {

// What the environment of a trainer says that it may use.
Holding taken_by(const Launch& launch, bool greedy) {
    Holding taken;
    const auto number = [&](const char* name) {
        const auto found = launch.env.find(name);
        return found == launch.env.end() ? 0 : std::stoll(found->second);
    };
    taken.amount.cpus = number("TUNER_CPUS");
    taken.amount.memory_bytes = number("TUNER_MEMORY_BYTES");
    if (const auto found = launch.env.find("CUDA_VISIBLE_DEVICES"); found != launch.env.end()) {
        std::istringstream list(found->second);
        for (std::string name; std::getline(list, name, ',');) {
            taken.gpus.push_back(greedy ? 0 : std::stoll(name));
        }
    }
    taken.amount.gpus = std::ssize(taken.gpus);
    return taken;
}

}  // namespace

Process& World::spawn(const Launch& launch, int daemon) {
    auto process = std::make_unique<Process>();
    const std::filesystem::path dir(launch.dir);
    process->dir = launch.dir;
    process->trial = dir.parent_path().string();
    process->study = dir.parent_path().parent_path().filename().string();
    process->attempt = launch.attempt;
    process->uuid = launch.uuid;
    process->daemon = daemon;
    process->identity = next_identity();
    process->taken = taken_by(launch, greedy);
    diary_.note("shim of {} spawned by daemon {}", launch.dir, daemon);
    auto [place, added] = processes_.emplace(launch.dir, std::move(process));
    if (!added) {
        diary_.violate("two shims in one folder: " + launch.dir);
    }
    Process& made = *place->second;
    if (eager) {
        let_go(made);
    }
    return made;
}

Process* World::find(const std::string& dir) {
    const auto found = processes_.find(dir);
    return found == processes_.end() ? nullptr : found->second.get();
}

void World::let_go(Process& process) {
    if (!process.lock_held || process.let_go || process.stopping) {
        return;  // a broken pipe
    }
    on_begin(process);
    process.let_go = true;
    diary_.note("trainer of {} begins", process.dir);
    write_script(process);
}

void World::drop_word(Process& process) {
    if (!process.let_go && process.lock_held && !process.stopping) {
        process.stopping = true;
        timeline_.after(draw(rng_, Duration(20)), [this, &process] {
            end(process, ended_as(ExitKind::never_started));
        });
    }
}

void World::ask_to_stop(Process& process) {
    if (!process.let_go) {
        drop_word(process);
        return;
    }
    if (!process.lock_held || process.stopping) {
        return;
    }
    process.stopping = true;
    diary_.note("{} is asked to stop", process.dir);
    const Duration grace = rng_.below(3) == 0 ? draw(rng_, Duration(30'000)) : Duration(20);
    timeline_.after(grace, [this, &process] { end(process, ended_as(ExitKind::stopped)); });
}

void World::sweep(Process& process) {
    process.stragglers = false;
}

AdoptionEvidence World::examine(const AttemptRecord& record) const {
    AdoptionEvidence evidence;
    evidence.same_boot = record.identity.boot_id == "boot-" + std::to_string(boot_);
    evidence.same_pids = record.identity.pid_namespace == "pids-" + std::to_string(pids_);
    const auto found = processes_.find(record.dir);
    if (found != processes_.end()) {
        const Process& process = *found->second;
        evidence.lock_held = process.lock_held;
        evidence.exit_valid = process.exit.has_value();
        evidence.process_found = process.lock_held && evidence.same_boot && evidence.same_pids;
    }
    return evidence;
}

void World::forget_daemon(int daemon) {
    for (auto& [dir, process] : processes_) {
        if (process->daemon == daemon) {
            drop_word(*process);
        }
    }
}

bool World::kill_a_shim() {
    std::vector<Process*> living;
    for (auto& [dir, process] : processes_) {
        if (process->lock_held) {
            living.push_back(process.get());
        }
    }
    if (living.empty()) {
        return false;
    }
    Process& victim = *living[rng_.below(living.size())];
    // What lives on after its shim in another pid namespace can be seen by nobody here: not drawn.
    const bool visible = victim.identity.pid_namespace == "pids-" + std::to_string(pids_);
    diary_.note("shim of {} is killed", victim.dir);
    kill(victim, visible && victim.let_go && rng_.below(2) == 0);
    return true;
}

// Power loss: nobody lives, and the last second of the metric files may be missing.
void World::reboot() {
    ++boot_;
    for (auto& [dir, process] : processes_) {
        if (process->lock_held) {
            kill(*process, false);
            const std::size_t lost = rng_.below(3);
            process->kept -= std::min(process->kept, lost);
        }
        process->stragglers = false;
    }
}

// A container's end takes its processes with it, but not the shims in other ones.
void World::enter_other_pids() {
    ++pids_;
    for (auto& [dir, process] : processes_) {
        process->stragglers = false;
    }
}

void World::write_script(Process& process) {
    // By name: what a trainer does does not depend on what else has happened.
    Rng rng(seed_, process.dir);
    int measurements = static_cast<int>(rng.below(4)) + 1;
    AttemptExit ending = draw_ending(process, rng, measurements);
    Duration when{0};
    for (int step = 1; step <= measurements; ++step) {
        when += draw(rng, temper.longest / 4);
        Measurement said{step, {{"rmse", rng.uniform()}}};
        if (step == measurements && rng.uniform() < temper.not_a_number) {
            diary_.inject(Fault::not_a_number);
            said.metrics[0].value = std::numeric_limits<double>::quiet_NaN();
        }
        if (rng.below(8) == 0) {  // some trainers say everything twice
            timeline_.after(when, [this, &process, said] { measure(process, said); });
        }
        timeline_.after(when, [this, &process, said = std::move(said)]() mutable {
            measure(process, std::move(said));
        });
    }
    when += draw(rng, temper.longest / 4);
    timeline_.after(when, [this, &process, ending = std::move(ending)]() mutable {
        end(process, std::move(ending));
    });
}

AttemptExit World::draw_ending(Process& process, Rng& rng, int& measurements) {
    if (rng.uniform() < temper.cannot_execute) {
        measurements = 0;
        return ended_as(ExitKind::not_started);
    }
    if (rng.uniform() < temper.fails) {
        diary_.inject(Fault::trainer_failed);
        return rng.below(2) == 0 ? ended_as(ExitKind::exited, 1)
                                 : ended_as(ExitKind::signalled, 0, SIGSEGV);
    }
    if (rng.uniform() < temper.overstays) {
        diary_.inject(Fault::trainer_failed);
        return ended_as(rng.below(2) == 0 ? ExitKind::timed_out : ExitKind::stalled);
    }
    if (rng.uniform() < temper.measures_nothing) {
        diary_.inject(Fault::nothing_measured);
        diary_.note("{} will measure nothing", process.dir);
        measurements = 0;
    }
    return ended_as(ExitKind::exited, 0);
}

void World::measure(Process& process, Measurement said) {
    if (process.lock_held) {
        process.written.push_back(std::move(said));
        process.kept = process.written.size();
        changed(process);
    }
}

void World::end(Process& process, AttemptExit exit) {
    if (process.lock_held) {
        diary_.note("{} ends: {} {}", process.dir, name_of(exit.kind), exit.code);
        process.exit = std::move(exit);
        process.lock_held = false;
        changed(process);
    }
}

void World::kill(Process& process, bool stragglers) {
    process.lock_held = false;
    process.stragglers = stragglers;
    changed(process);
}

void World::changed(Process& process) {
    for (std::function<void()>* watcher : process.watchers) {
        (*watcher)();
    }
}

}  // namespace tuner::simulation
