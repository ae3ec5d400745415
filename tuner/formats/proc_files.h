// What /proc says about processes: which boot, which pid namespace, when one started, whose child
// it is, what is in its environment. It is what proves that a number is still the same process.
//
// Used by the daemon and by the shim. A pid may be recycled between two calls; whoever signals a
// process that is not its own child opens a pidfd and asks again afterwards. Any thread.

#pragma once

#include "tuner/base/owned_fd.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <vector>

namespace tuner {

// /proc/sys/kernel/random/boot_id: new with each boot. Empty when /proc cannot be read.
std::string read_boot_id();

// "pid:[4026531836]": the namespace in which this process's pids mean something.
std::string read_pid_namespace();

struct ProcessStatus {
    pid_t parent = 0;
    std::uint64_t start_ticks = 0;  // since boot; with the pid it names a process for ever
};

// The text of /proc/PID/stat. The command name in it may hold blanks and brackets.
std::optional<ProcessStatus> parse_process_status(std::string_view stat);

// Nothing when there is no such process.
std::optional<ProcessStatus> read_process_status(pid_t pid);

// The children of a process of one thread, zombies included. One that appears or ends at the same
// time may be missed: look again until there is none.
std::vector<pid_t> find_children(pid_t parent);

// A descriptor that means this process and never another one; empty when there is none. Readable
// once the process has ended.
OwnedFd open_process(pid_t pid);

// Whether the signal was sent: false when the process has ended.
bool signal_process(const OwnedFd& process, int signal);

// Calls visit(pid) for each process that this one can see.
void for_each_process(const std::function<void(pid_t)>& visit);

// Sends `signal` to every process but the caller whose initial environment holds `entry`
// ("NAME=VALUE") and answers how many those were. Each is checked again through its pidfd.
int signal_by_environment(const std::string& entry, int signal);

}  // namespace tuner
