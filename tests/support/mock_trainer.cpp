// A trainer that does as it is told: each flag is an action, done in the order given.
//
//   --say=TEXT --err=TEXT --print=TEXT     a line on stdout or stderr; --print is without an end
//   --metric=NAME --steps=N --interval-ms=N  NAME=value lines, one per step, N ms apart
//   --json=N --nan                         {"NAME": value, "step": n} lines; a NaN value
//   --json-until=FILE                      such lines until FILE is there; logs "said … COUNT"
//   --hypertune=N                          N reports in the manner of cloudml-hypertune
//   --line=BYTES --fill=BYTES --binary=BYTES --flood=N   one long line, many lines, garbage,
//   metrics
//   --infinity                             an infinite value
//   --escape=fork|setsid|daemon|bare       leaves a process behind that sleeps for an hour; a bare
//                                          one has lost its environment too
//   --orphans=N --zombies=N                short grandchildren; children that nobody reaps
//   --bomb=N --rabbit                      N processes at once; one that forks and ends for ever
//   --ignore-term --stop-self --stop-again --hang --wait-for=FILE --sleep-ms=N --touch=FILE
//   --report                               prints what it inherited
//   --exit=CODE --signal=N                 the end; without one it ends with 0
//
// Any other --name=number is a parameter; the metric tends to the sum of their squares. With
// --log=FILE first, or MOCK_TRAINER_LOG, start and end are appended there:
// "start UUID TRIAL ATTEMPT BOOTTIME_MS PID"; who escapes writes "escaped" there. After
// --log-steps, each step of --steps and --json too, once it is written: "step UUID TRIAL ATTEMPT
// BOOTTIME_MS PID STEP VALUE".

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace {

struct Trainer {
    std::string metric = "loss";
    std::string log;
    double target = 0;
    int step = 0;
    int interval_ms = 0;
    bool logs_steps = false;
};

std::string variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "-" : value;
}

void put(int fd, std::string_view text) {
    while (!text.empty()) {
        const ssize_t written = ::write(fd, text.data(), text.size());
        if (written <= 0) {
            return;
        }
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

void record(const Trainer& trainer, const std::string& what, const std::string& more = "") {
    if (trainer.log.empty()) {
        return;
    }
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    const long long ms = now.tv_sec * 1000LL + now.tv_nsec / 1'000'000;
    const int fd = ::open(trainer.log.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    put(fd,
        what + " " + variable("TUNER_ATTEMPT_UUID") + " " + variable("TUNER_TRIAL") + " " +
            variable("TUNER_ATTEMPT") + " " + std::to_string(ms) + " " +
            std::to_string(::getpid()) + more + "\n");
    ::close(fd);
}

void rest(int ms) {
    if (ms <= 0) {
        return;  // a sleep of nothing takes 50 us all the same
    }
    timespec left{ms / 1000, (ms % 1000) * 1'000'000L};
    while (::nanosleep(&left, &left) != 0 && errno == EINTR) {
    }
}

double next_value(Trainer& trainer) {
    ++trainer.step;
    return trainer.target + 1.0 / trainer.step;
}

void report_steps(Trainer& trainer, int count, bool as_json) {
    for (int i = 0; i < count; ++i) {
        const std::string value = std::to_string(next_value(trainer));
        const std::string step = std::to_string(trainer.step);
        put(1,
            as_json ? "{\"" + trainer.metric + "\": " + value + ", \"step\": " + step + "}\n"
                    : trainer.metric + "=" + value + "\n");
        if (trainer.logs_steps) {
            record(trainer, "step", " " + step + " " + value);
        }
        rest(trainer.interval_ms);
    }
}

void report_until(Trainer& trainer, const std::string& path) {
    constexpr int kMost = 200'000;  // so that it ends also when its test did not
    while (::access(path.c_str(), F_OK) != 0 && trainer.step < kMost) {
        report_steps(trainer, 1, true);
    }
    record(trainer, "said", " " + std::to_string(trainer.step));
}

// Rewrites the whole file each time with the last 100 entries, as cloudml-hypertune does.
void report_hypertune(Trainer& trainer, int count) {
    const std::string path = variable("CLOUD_ML_HP_METRIC_FILE");
    std::vector<std::string> lines;
    for (int i = 0; i < count; ++i) {
        const double value = next_value(trainer);
        lines.push_back(
            "{\"checkpoint_path\": \"\", \"global_step\": \"" + std::to_string(trainer.step) +
            "\", \"" + trainer.metric + "\": \"" + std::to_string(value) +
            "\", \"timestamp\": 1525851440.5, \"trial\": \"" + variable("TUNER_TRIAL") + "\"}\n"
        );
        if (lines.size() > 100) {
            lines.erase(lines.begin());
        }
        std::ofstream file(path, std::ios::trunc);
        for (const std::string& line : lines) {
            file << line;
        }
        file.close();
        rest(trainer.interval_ms);
    }
}

void fill(std::size_t bytes) {
    std::string block;
    for (std::size_t total = 0, line = 0; total < bytes; ++line) {
        block = "line number " + std::to_string(line) + " " + std::string(1000, 'x') + "\n";
        put(1, block);
        total += block.size();
    }
}

void put_garbage(std::size_t bytes) {
    std::string text(bytes, '\0');
    unsigned state = 12345;
    for (char& c : text) {
        state = state * 1664525U + 1013904223U;
        c = static_cast<char>(state >> 24);
    }
    put(1, text);
}

void put_line(std::size_t bytes) {
    const std::string block(std::size_t{1} << 20, 'y');
    for (std::size_t left = bytes; left > 0;) {
        const std::size_t part = std::min(left, block.size());
        put(1, std::string_view(block).substr(0, part));
        left -= part;
    }
}

[[noreturn]] void linger() {
    ::close(1);
    ::close(2);
    std::signal(SIGTERM, SIG_IGN);
    while (true) {
        ::sleep(3600);
    }
}

void escape(const Trainer& trainer, std::string_view way) {
    if (::fork() != 0) {
        return;
    }
    if (way != "fork") {
        ::setsid();
    }
    if ((way == "daemon" || way == "bare") && ::fork() != 0) {
        ::_exit(0);
    }
    record(trainer, "escaped");
    if (way == "bare") {
        std::array<char*, 1> nothing{nullptr};
        ::close(1);
        ::close(2);
        ::execle("/bin/sleep", "sleep", "3600", nullptr, nothing.data());
    }
    linger();
}

// Grandchildren whose parent is gone and that are gone themselves at once.
void leave_orphans(int count) {
    for (int i = 0; i < count; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            ::_exit(::fork() < 0 ? 1 : 0);
        }
        ::waitpid(child, nullptr, 0);
    }
}

void leave_zombies(int count) {
    for (int i = 0; i < count; ++i) {
        if (::fork() == 0) {
            ::_exit(0);
        }
    }
}

// Every other one in a session of its own; as many as the machine allows.
void explode(const Trainer& trainer, int count) {
    int alive = 0;
    for (int i = 0; i < count; ++i) {
        const pid_t child = ::fork();
        if (child == 0) {
            if (i % 2 == 0) {
                ::setsid();
            }
            record(trainer, "escaped");
            linger();
        }
        alive += child > 0 ? 1 : 0;
    }
    put(1, "forked " + std::to_string(alive) + " of " + std::to_string(count) + "\n");
}

// Each generation lives just long enough to have the next one.
void run_like_a_rabbit() {
    if (::fork() != 0) {
        return;
    }
    ::setsid();
    ::close(1);
    ::close(2);
    while (true) {
        const pid_t child = ::fork();
        if (child > 0) {
            ::_exit(0);
        }
    }
}

void wait_for(const std::string& path) {
    while (::access(path.c_str(), F_OK) != 0) {
        rest(2);
    }
}

void report_descriptors() {
    DIR* folder = ::opendir("/proc/self/fd");
    const int own = ::dirfd(folder);
    std::string list;
    while (const dirent* entry = ::readdir(folder)) {
        if (entry->d_name[0] != '.' && std::atoi(entry->d_name) != own) {
            list += std::string(" ") + entry->d_name;
        }
    }
    ::closedir(folder);
    put(1, "fds:" + list + "\n");
}

void report_inheritance() {
    report_descriptors();
    std::ifstream status("/proc/self/status");
    for (std::string line; std::getline(status, line);) {
        for (const char* field : {"SigBlk", "SigIgn", "SigCgt", "Umask"}) {
            if (line.rfind(field, 0) == 0) {
                put(1, line + "\n");
            }
        }
    }
    std::array<char, 4096> text{};
    put(1, std::string("cwd: ") + ::getcwd(text.data(), text.size()) + "\n");
    const ssize_t length = ::readlink("/proc/self/fd/0", text.data(), text.size());
    put(1, "stdin: " + std::string(text.data(), static_cast<std::size_t>(length)) + "\n");
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    put(1, "nofile: " + std::to_string(limit.rlim_cur) + "\n");
    put(1, "leads its group: " + std::to_string(::getpgrp() == ::getpid()) + "\n");
    for (char** entry = environ; *entry != nullptr; ++entry) {
        put(1, std::string("env: ") + *entry + "\n");
    }
    std::ifstream score("/proc/self/oom_score_adj");
    std::string value;
    score >> value;
    put(1, "oom: " + value + "\n");
}

using Action = void (*)(Trainer&, const std::string&);

std::size_t number(const std::string& text) {
    return static_cast<std::size_t>(std::strtoull(text.c_str(), nullptr, 10));
}

const std::map<std::string, Action>& actions() {
    static const std::map<std::string, Action> table{
        {"--say", [](Trainer&, const std::string& v) { put(1, v + "\n"); }},
        {"--err", [](Trainer&, const std::string& v) { put(2, v + "\n"); }},
        {"--print", [](Trainer&, const std::string& v) { put(1, v); }},
        {"--metric", [](Trainer& t, const std::string& v) { t.metric = v; }},
        {"--interval-ms",
         [](Trainer& t, const std::string& v) { t.interval_ms = std::atoi(v.c_str()); }},
        {"--steps",
         [](Trainer& t, const std::string& v) { report_steps(t, std::atoi(v.c_str()), false); }},
        {"--json",
         [](Trainer& t, const std::string& v) { report_steps(t, std::atoi(v.c_str()), true); }},
        {"--log-steps", [](Trainer& t, const std::string&) { t.logs_steps = true; }},
        {"--json-until", [](Trainer& t, const std::string& v) { report_until(t, v); }},
        {"--nan", [](Trainer& t, const std::string&) { put(1, t.metric + "=nan\n"); }},
        {"--hypertune",
         [](Trainer& t, const std::string& v) { report_hypertune(t, std::atoi(v.c_str())); }},
        {"--infinity", [](Trainer& t, const std::string&) { put(1, t.metric + "=inf\n"); }},
        {"--line", [](Trainer&, const std::string& v) { put_line(number(v)); }},
        {"--fill", [](Trainer&, const std::string& v) { fill(number(v)); }},
        {"--binary", [](Trainer&, const std::string& v) { put_garbage(number(v)); }},
        {"--flood",
         [](Trainer& t, const std::string& v) { report_steps(t, std::atoi(v.c_str()), true); }},
        {"--escape", [](Trainer& t, const std::string& v) { escape(t, v); }},
        {"--orphans", [](Trainer&, const std::string& v) { leave_orphans(std::atoi(v.c_str())); }},
        {"--zombies", [](Trainer&, const std::string& v) { leave_zombies(std::atoi(v.c_str())); }},
        {"--bomb", [](Trainer& t, const std::string& v) { explode(t, std::atoi(v.c_str())); }},
        {"--rabbit", [](Trainer&, const std::string&) { run_like_a_rabbit(); }},
        {"--ignore-term", [](Trainer&, const std::string&) { std::signal(SIGTERM, SIG_IGN); }},
        {"--stop-self", [](Trainer&, const std::string&) { ::raise(SIGSTOP); }},
        {"--stop-again",
         [](Trainer&, const std::string&) {
             std::signal(SIGCONT, [](int) { ::raise(SIGSTOP); });
             ::raise(SIGSTOP);
         }},
        {"--hang",
         [](Trainer&, const std::string&) {
             while (true) {
                 ::pause();
             }
         }},
        {"--wait-for", [](Trainer&, const std::string& v) { wait_for(v); }},
        {"--sleep-ms", [](Trainer&, const std::string& v) { rest(std::atoi(v.c_str())); }},
        {"--touch", [](Trainer&, const std::string& v) { std::ofstream(v) << "\n"; }},
        {"--report", [](Trainer&, const std::string&) { report_inheritance(); }},
        {"--signal",
         [](Trainer&, const std::string& v) {
             std::signal(std::atoi(v.c_str()), SIG_DFL);  // a sanitizer has handlers of its own
             ::raise(std::atoi(v.c_str()));
         }},
        {"--exit",
         [](Trainer& t, const std::string& v) {
             record(t, "end");
             std::exit(std::atoi(v.c_str()));
         }},
    };
    return table;
}

}  // namespace

int main(int argc, char** argv) {
    Trainer trainer;
    trainer.log = variable("MOCK_TRAINER_LOG") == "-" ? "" : variable("MOCK_TRAINER_LOG");
    std::vector<std::pair<std::string, std::string>> flags;
    for (int i = 1; i < argc; ++i) {
        const std::string flag = argv[i];
        const std::size_t equals = flag.find('=');
        const std::string value = equals == std::string::npos ? "" : flag.substr(equals + 1);
        flags.emplace_back(flag.substr(0, equals), value);
        if (flags.back().first == "--log") {
            trainer.log = value;
        } else if (actions().count(flags.back().first) == 0) {
            const double parameter = std::strtod(value.c_str(), nullptr);
            trainer.target += parameter * parameter;
        }
    }
    record(trainer, "start");
    for (const auto& [name, value] : flags) {
        if (const auto action = actions().find(name); action != actions().end()) {
            action->second(trainer, value);
        }
    }
    record(trainer, "end");
    return 0;
}
