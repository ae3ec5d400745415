// The simulation as a program: plays the schedules of many seeds and says what they found.
//
//   simulation --schedules 1000000 --jobs 2     counts, rate, and every violation with its replay
//   simulation --seed 4711 --trace              one schedule, line by line
//   simulation --sound-storage …                storage alone never fails
//
// Exit code 1 when something was violated.

#include "tests/simulation/schedule.h"
#include "tuner/base/log.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <mutex>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>
#include <sqlite3.h>

using namespace tuner;
using namespace tuner::simulation;

namespace {

struct Arguments {
    std::uint64_t first = 1;
    std::uint64_t schedules = 1;
    unsigned jobs = 1;
    bool trace = false;
    bool sound_storage = false;
};

struct Findings {
    std::uint64_t schedules = 0;
    std::uint64_t violated = 0;
    double virtual_hours = 0;
    FaultCounts faults{};
};

constexpr int kShownViolations = 20;

thread_local std::uint64_t present_seed = 0;

// A broken contract aborts: say which seed it was.
void name_seed(int signal) {
    char text[128];
    const int length = std::snprintf(
        text,
        sizeof text,
        "aborted; replay: build/release/tests/simulation --seed %llu --trace\n",
        static_cast<unsigned long long>(present_seed)
    );
    [[maybe_unused]] const ssize_t said =
        ::write(STDERR_FILENO, text, static_cast<std::size_t>(length));
    std::signal(signal, SIG_DFL);
    ::raise(signal);
}

std::uint64_t number(int argc, char** argv, int at) {
    if (at >= argc) {
        fmt::print(stderr, "{} needs a number\n", argv[at - 1]);
        std::exit(2);
    }
    return std::strtoull(argv[at], nullptr, 10);
}

Arguments parse(int argc, char** argv) {
    Arguments arguments;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--seed") {
            arguments.first = number(argc, argv, ++i);
        } else if (word == "--schedules") {
            arguments.schedules = number(argc, argv, ++i);
        } else if (word == "--jobs") {
            arguments.jobs = static_cast<unsigned>(number(argc, argv, ++i));
        } else if (word == "--trace") {
            arguments.trace = true;
        } else if (word == "--sound-storage") {
            arguments.sound_storage = true;
        } else {
            fmt::print(
                stderr,
                "usage: simulation [--schedules N] [--seed FIRST] [--jobs J] [--trace]"
                " [--sound-storage]\n"
            );
            std::exit(2);
        }
    }
    return arguments;
}

void play(std::uint64_t seed, const Arguments& arguments, Findings& found) {
    present_seed = seed;
    Schedule schedule({seed, arguments.trace, Break::nothing, arguments.sound_storage});
    schedule.run();
    const Diary& diary = schedule.diary();
    for (const std::string& line : diary.lines()) {
        fmt::print("{}\n", line);
    }
    ++found.schedules;
    found.virtual_hours += static_cast<double>(schedule.virtual_time().count()) / 3.6e6;
    for (std::size_t i = 0; i < found.faults.size(); ++i) {
        found.faults[i] += diary.faults()[i];
    }
    if (!diary.violations().empty() && ++found.violated <= kShownViolations) {
        fmt::print(
            "seed {}: {}\n    replay: build/release/tests/simulation --seed {} --trace{}\n",
            seed,
            diary.violations().front(),
            seed,
            arguments.sound_storage ? " --sound-storage" : ""
        );
        std::fflush(stdout);
    }
}

void add(Findings& to, const Findings& more) {
    to.schedules += more.schedules;
    to.violated += more.violated;
    to.virtual_hours += more.virtual_hours;
    for (std::size_t i = 0; i < to.faults.size(); ++i) {
        to.faults[i] += more.faults[i];
    }
}

Findings play_all(const Arguments& arguments) {
    std::vector<Findings> findings(arguments.jobs);
    std::vector<std::thread> threads;
    std::atomic<std::uint64_t> next{0};
    for (Findings& found : findings) {
        threads.emplace_back([&] {
            for (std::uint64_t i = next++; i < arguments.schedules; i = next++) {
                play(arguments.first + i, arguments, found);
            }
        });
    }
    Findings all;
    for (std::size_t i = 0; i < threads.size(); ++i) {
        threads[i].join();
        add(all, findings[i]);
    }
    return all;
}

}  // namespace

int main(int argc, char** argv) {
    const Arguments arguments = parse(argc, argv);
    log::set_level(log::Level::off);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);  // a mutex for each allocation
    mallopt(M_TRIM_THRESHOLD, 256 << 20);        // databases come and go
    mallopt(M_TOP_PAD, 16 << 20);
    std::signal(SIGABRT, name_seed);
    std::signal(SIGSEGV, name_seed);
    const auto begin = std::chrono::steady_clock::now();
    const Findings all = play_all(arguments);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    fmt::print(
        "{} schedules in {:.1f} s: {:.0f}/s, {:.0f} virtual hours, {} violated\n",
        all.schedules,
        took.count(),
        static_cast<double>(all.schedules) / took.count(),
        all.virtual_hours,
        all.violated
    );
    for (std::size_t i = 0; i < all.faults.size(); ++i) {
        fmt::print("  {:<17}{:>10}\n", kFaultNames[i], all.faults[i]);
    }
    return all.violated == 0 ? 0 : 1;
}
