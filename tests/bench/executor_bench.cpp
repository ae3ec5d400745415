// What a trainer's life costs beyond the trainer: from start() to the moment when the word may be
// given, and from the trainer's end to run()'s return; and the memory of a shim.
//
//   executor_bench [trainers]

#include "tests/executor/attempt_bench.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <string>
#include <vector>

namespace tuner::test {

namespace {

double boot_ms() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

void print(const char* what, std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const auto at = [&](double q) {
        return values[static_cast<std::size_t>(q * static_cast<double>(values.size() - 1))];
    };
    std::printf(
        "%-24s p50 %6.2f ms   p99 %6.2f ms   max %6.2f ms\n", what, at(0.5), at(0.99), at(1)
    );
}

// The boot time, in whole milliseconds, that the trainer logged at its end.
double logged_end(const TempDir& dir) {
    std::ifstream log(dir.path() / "log");
    double ms = 0;
    for (std::string what, uuid, trial, attempt, time, pid;
         log >> what >> uuid >> trial >> attempt >> time >> pid;) {
        ms = std::strtod(time.c_str(), nullptr);
    }
    return ms;
}

void measure(int trainers) {
    std::vector<double> start;
    std::vector<double> end;
    for (int i = 0; i < trainers; ++i) {
        AttemptBench bench;
        Launch launch = bench.launch({"--json=3", "--exit=0"});
        launch.env["MOCK_TRAINER_LOG"] = (bench.dir() / "log").string();
        const double before = boot_ms();
        const auto attempt = bench.start(launch);
        start.push_back(boot_ms() - before);
        bench.finish(*attempt);
        end.push_back(boot_ms() - logged_end(bench.dir()));
    }
    print("start() to ready", start);
    print("trainer's end to exit", end);
}

}  // namespace

}  // namespace tuner::test

int main(int argc, char** argv) {
    tuner::test::measure(argc > 1 ? std::atoi(argv[1]) : 200);
    return 0;
}
