// The failpoint of the binaries in tests/faulty: kills its process at the point named by
// TUNER_CRASH_AT.
//
//   TUNER_CRASH_AT=daemon.after_intent TUNER_CRASH_TOKEN=/tmp/token tests/faulty/tuner serve
//
// Only the process that succeeds in removing the token's file dies, so one token is one crash
// however many processes come by, and a token that is still there was never reached. A shim has an
// empty environment; it takes both variables from the daemon that started it.

#include "tuner/base/failpoint.h"

#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>
#include <unistd.h>

namespace {

std::string read_variable(const std::string& environment, const std::string& name) {
    const std::string wanted = '\0' + name + '=';
    const std::string text = '\0' + environment;
    const std::size_t at = text.find(wanted);
    return at == std::string::npos ? std::string() : std::string(text.c_str() + at + wanted.size());
}

struct Orders {
    std::string place;
    std::string token;
};

// Read once, while the parent is still the daemon.
Orders read_orders() {
    const std::string owner =
        std::getenv("TUNER_CRASH_AT") != nullptr ? "self" : std::to_string(::getppid());
    std::ifstream file("/proc/" + owner + "/environ", std::ios::binary);
    const std::string environment{std::istreambuf_iterator<char>(file), {}};
    return {
        read_variable(environment, "TUNER_CRASH_AT"),
        read_variable(environment, "TUNER_CRASH_TOKEN")};
}

const Orders orders = read_orders();

}  // namespace

namespace tuner {

void failpoint(const char* name) {
    if (orders.place == name && ::unlink(orders.token.c_str()) == 0) {
        ::kill(::getpid(), SIGKILL);
    }
}

}  // namespace tuner
