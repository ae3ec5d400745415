// What a schedule draws from its seed before it begins.

#include "tests/simulation/schedule.h"
#include "tests/support/builders.h"

namespace tuner::simulation {

using namespace std::chrono_literals;

Duration Schedule::draw(Duration shortest, Duration longest) {
    const auto width = static_cast<std::uint64_t>((longest - shortest).count());
    return shortest + Duration(static_cast<std::int64_t>(rng_.below(width + 1)));
}

// Some time before the faults cease.
Duration Schedule::moment() {
    return draw(0ms, faults_end_);
}

void Schedule::plan() {
    faults_end_ = draw(30s, 600s);
    world_.temper.fails = chance(0.1) ? 0.9 : 0.15 * rng_.uniform();
    world_.temper.measures_nothing = 0.1 * rng_.uniform();
    world_.temper.not_a_number = 0.1 * rng_.uniform();
    world_.temper.longest = draw(1s, 240s);
    plan_studies();
    plan_faults();
    plan_storage_faults();
    plan_users();
    sometimes(0.3, 3, [this] {
        diary_.inject(Fault::clock_jumped);
        clock_.jump(draw(-100h, 100h));
    });
    plan_clients();
    timeline_.after(faults_end_, [this] { cease_faults(); });
}

Limits Schedule::draw_limits() {
    Limits limits;
    limits.max_trials = 1 + static_cast<std::int64_t>(rng_.below(5));
    limits.max_parallel_trials = 1 + static_cast<std::int64_t>(rng_.below(3));
    limits.max_failed_trials = chance(0.7) ? 0 : 1 + static_cast<std::int64_t>(rng_.below(3));
    limits.max_retries = chance(0.5) ? 0 : 1 + static_cast<std::int64_t>(rng_.below(2));
    return limits;
}

// A trainer reports up to four times, at steps from 1.
Stopping Schedule::draw_stopping() {
    constexpr StoppingKind kKinds[] = {
        StoppingKind::none, StoppingKind::median, StoppingKind::curve, StoppingKind::asha};
    Stopping stopping;
    stopping.kind = kKinds[rng_.below(4)];
    if (stopping.kind == StoppingKind::none) {
        return stopping;
    }
    stopping.min_trials = 1 + static_cast<std::int64_t>(rng_.below(2));
    stopping.min_measurements = 1 + static_cast<std::int64_t>(rng_.below(2));
    stopping.max_steps = chance(0.5) ? 0 : 10;
    stopping.eta = 2;
    return stopping;
}

StudyConfig Schedule::draw_study(int number) {
    test::ConfigBuilder builder = test::a_config();
    const bool small = chance(0.2);
    if (small) {
        builder.over({test::parameter("layers", IntegerRange{1, 3})});
    } else {
        builder.over({test::parameter("units", IntegerRange{1, 1000})});
    }
    return builder
        .with([&](StudyConfig& config) {
            config.name = "s" + std::to_string(number);
            config.algorithm = small ? Algorithm::grid : Algorithm::random;
            config.limits = draw_limits();
            config.stopping = draw_stopping();
            config.seed = rng_.next() >> 1;
            config.trainer.command = {"/bin/true"};
            config.trainer.working_dir = "/";
            if (chance(0.5)) {
                config.resources.cpus = static_cast<std::int64_t>(rng_.below(5));
                config.resources.gpus = static_cast<std::int64_t>(rng_.below(3));
                config.resources.memory_bytes = static_cast<std::int64_t>(rng_.below(5)) << 30;
            }
        })
        .build();
}

void Schedule::plan_studies() {
    const int studies = 1 + static_cast<int>(rng_.below(3));
    for (int number = 1; number <= studies; ++number) {
        const StudyConfig config = draw_study(number);
        oracle_.allow(config.name + "-1", config.limits);
        auto hand_in = [this, config] {
            if (daemon_ && daemon_->has_started()) {
                daemon_->spawn(create(daemon_.get(), config));
            }
        };
        timeline_.after(number == 1 ? 1ms : draw(1ms, faults_end_ / 2), hand_in);
    }
}

void Schedule::plan_faults() {
    sometimes(0.7, 4, [this] { kill_in_ = static_cast<int>(rng_.below(60)); });
    sometimes(0.2, 2, [this] { end_daemon_politely(); });
    sometimes(0.2, 2, [this] { replace_daemon(); });
    sometimes(0.15, 1, [this] { cut_power(); });
    sometimes(0.1, 1, [this] {
        diary_.inject(Fault::other_pids);
        world_.enter_other_pids();
    });
    sometimes(0.3, 4, [this] {
        if (world_.kill_a_shim()) {
            diary_.inject(Fault::shim_killed);
        }
    });
    if (chance(0.2)) {
        refuses_ = 0.5 * rng_.uniform();
    }
    if (chance(0.1)) {
        hopeless_ = 0.3 * rng_.uniform();
    }
}

void Schedule::plan_storage_faults() {
    if (options_.sound_storage) {
        return;
    }
    sometimes(0.15, 3, [this] {
        storage_faults_.fails = 0.3 * rng_.uniform();
        timeline_.after(draw(100ms, 60s), [this] { storage_faults_.fails = 0; });
    });
    sometimes(0.1, 2, [this] {
        storage_faults_.loses_answer = 0.3 * rng_.uniform();
        timeline_.after(draw(100ms, 30s), [this] { storage_faults_.loses_answer = 0; });
    });
    sometimes(0.15, 2, [this] {
        diary_.inject(Fault::disk_full);
        storage_faults_.disk_full = true;
        timeline_.after(draw(1s, 300s), [this] { storage_faults_.disk_full = false; });
    });
}

void Schedule::plan_users() {
    sometimes(0.5, 5, [this] {
        const std::string study = "s" + std::to_string(1 + rng_.below(3)) + "-1";
        request(study, rng_.below(12));
    });
}

}  // namespace tuner::simulation
