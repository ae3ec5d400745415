// The failpoint of the binaries in tests/faulty: kills its process at the point named by
// TUNER_CRASH_AT.
//
//   TUNER_CRASH_AT=daemon.intent_recorded TUNER_CRASH_TOKEN=/tmp/token tests/faulty/tuner serve
//   TUNER_CRASH_AT=file.synced:2 …           the second time that a process comes by
//   TUNER_CRASH_ONLY=shim …                  none but shims; daemon: none but the daemon
//
// Only the process that succeeds in renaming the token's file to TOKEN.hit dies, so one token is
// one crash however many processes come by, and a token that is still there was never reached. Into
// the renamed file goes who died: "NAME PID LAST_ARGUMENT", for a shim the folder of its attempt. A
// shim has an empty environment; it takes the variables from the daemon that started it.

#include "tuner/base/failpoint.h"

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <unistd.h>

namespace {

std::string read_proc(const std::string& path) {
    std::ifstream file("/proc/" + path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::string read_variable(const std::string& environment, const std::string& name) {
    const std::string wanted = '\0' + name + '=';
    const std::string text = '\0' + environment;
    const std::size_t at = text.find(wanted);
    return at == std::string::npos ? std::string() : std::string(text.c_str() + at + wanted.size());
}

struct Orders {
    std::string place;
    int passes = 1;  // the crash comes with this one
    std::string token;
    bool are_for_us = true;
};

// Read once, while the parent is still the daemon.
Orders read_orders() {
    const bool is_daemon = std::getenv("TUNER_CRASH_AT") != nullptr;
    const std::string owner = is_daemon ? "self" : std::to_string(::getppid());
    const std::string environment = read_proc(owner + "/environ");
    Orders orders;
    orders.place = read_variable(environment, "TUNER_CRASH_AT");
    orders.token = read_variable(environment, "TUNER_CRASH_TOKEN");
    const std::string only = read_variable(environment, "TUNER_CRASH_ONLY");
    orders.are_for_us = only.empty() || only == (is_daemon ? "daemon" : "shim");
    if (const std::size_t colon = orders.place.find(':'); colon != std::string::npos) {
        orders.passes = std::atoi(orders.place.c_str() + colon + 1);
        orders.place.resize(colon);
    }
    return orders;
}

const Orders orders = read_orders();
std::atomic<int> passes{0};

[[noreturn]] void die(const std::string& witness) {
    std::string arguments = read_proc("self/cmdline");
    if (!arguments.empty()) {
        arguments.pop_back();
    }
    const std::string text = orders.place + " " + std::to_string(::getpid()) + " " +
                             arguments.substr(arguments.rfind('\0') + 1) + "\n";
    const int file = ::open(witness.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    [[maybe_unused]] const ssize_t written = ::write(file, text.data(), text.size());
    ::kill(::getpid(), SIGKILL);
    while (true) {
        ::pause();
    }
}

}  // namespace

namespace tuner {

void failpoint(const char* name) {
    if (!orders.are_for_us || orders.place != name || ++passes != orders.passes) {
        return;
    }
    const std::string witness = orders.token + ".hit";
    if (::rename(orders.token.c_str(), witness.c_str()) == 0) {
        die(witness);
    }
}

}  // namespace tuner
