// A trainer that costs nothing: says loss=1 and appends "TRIAL BEGAN_NS ENDED_NS" of the boot clock
// to the file in INSTANT_LOG. What lies between one line's end and the next one's begin is tuner's.

#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <fcntl.h>
#include <unistd.h>

namespace {

long long boot_ns() {
    timespec now{};
    ::clock_gettime(CLOCK_BOOTTIME, &now);
    return now.tv_sec * 1'000'000'000LL + now.tv_nsec;
}

}  // namespace

int main() {
    const long long began = boot_ns();
    ::dprintf(STDOUT_FILENO, "loss=1\n");
    const char* trial = std::getenv("TUNER_TRIAL");
    const char* log = std::getenv("INSTANT_LOG");
    if (trial == nullptr || log == nullptr) {
        return 1;
    }
    const int fd = ::open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    ::dprintf(fd, "%s %lld %lld\n", trial, began, boot_ns());
    return 0;
}
