#include "tuner/formats/proc_files.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <csignal>
#include <cstring>
#include <dirent.h>
#include <fcntl.h>
#include <memory>
#include <sys/syscall.h>
#include <unistd.h>

namespace tuner {

namespace {

constexpr std::size_t kParentField = 1;  // counted behind the command name: state is 0
constexpr std::size_t kStartField = 19;

std::string proc_path(pid_t pid, const char* file) {
    return "/proc/" + std::to_string(pid) + "/" + file;
}

// Files of /proc say their length only by ending; `bytes_max` is enough for those read here.
std::string read_start(const std::string& path, std::size_t bytes_max) {
    const OwnedFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    std::string text(bytes_max, '\0');
    const ssize_t got = file ? ::read(file.get(), text.data(), text.size()) : 0;
    text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
    return text;
}

std::string read_rest(int fd) {
    std::string text;
    std::array<char, 4096> chunk{};
    for (ssize_t got = 0; (got = ::read(fd, chunk.data(), chunk.size())) > 0;) {
        text.append(chunk.data(), static_cast<std::size_t>(got));
    }
    return text;
}

template <class Number>
bool parse_whole(std::string_view text, Number& number) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, number);
    return error == std::errc{} && stop == end && !text.empty();
}

// "12 13 14 "
std::vector<pid_t> parse_pids(std::string_view text) {
    std::vector<pid_t> pids;
    while (!text.empty()) {
        const std::string_view word = text.substr(0, text.find(' '));
        pid_t pid = 0;
        if (parse_whole(word, pid)) {
            pids.push_back(pid);
        }
        text.remove_prefix(std::min(text.size(), word.size() + 1));
    }
    return pids;
}

// Whether `entry` stands in /proc/PID/environ as a whole, between NULs.
bool has_environment_entry(pid_t pid, const std::string& entry) {
    const OwnedFd file(::open(proc_path(pid, "environ").c_str(), O_RDONLY | O_CLOEXEC));
    std::array<char, 8192> chunk{};
    std::string window(1, '\0');
    const std::string wanted = '\0' + entry + '\0';
    while (file) {
        const ssize_t got = ::read(file.get(), chunk.data(), chunk.size());
        if (got <= 0) {
            break;
        }
        window.append(chunk.data(), static_cast<std::size_t>(got));
        if (window.find(wanted) != std::string::npos) {
            return true;
        }
        if (window.size() > wanted.size()) {
            window.erase(0, window.size() - wanted.size());
        }
    }
    return false;
}

}  // namespace

void for_each_process(const std::function<void(pid_t)>& visit) {
    const std::unique_ptr<DIR, int (*)(DIR*)> proc(::opendir("/proc"), ::closedir);
    while (const dirent* entry = proc ? ::readdir(proc.get()) : nullptr) {
        pid_t pid = 0;
        if (parse_whole(std::string_view(entry->d_name), pid)) {
            visit(pid);
        }
    }
}

std::string read_boot_id() {
    std::string id = read_start("/proc/sys/kernel/random/boot_id", 64);
    while (!id.empty() && id.back() == '\n') {
        id.pop_back();
    }
    return id;
}

std::string read_pid_namespace() {
    std::array<char, 64> text{};
    const ssize_t length = ::readlink("/proc/self/ns/pid", text.data(), text.size());
    return length < 0 ? std::string() : std::string(text.data(), static_cast<std::size_t>(length));
}

std::optional<ProcessStatus> parse_process_status(std::string_view stat) {
    const std::size_t name_end = stat.rfind(')');
    if (name_end == std::string_view::npos || name_end + 2 > stat.size()) {
        return std::nullopt;
    }
    std::string_view rest = stat.substr(name_end + 2);
    ProcessStatus status;
    for (std::size_t field = 0; field <= kStartField; ++field) {
        const std::string_view value = rest.substr(0, rest.find_first_of(" \n"));
        if ((field == kParentField && !parse_whole(value, status.parent)) ||
            (field == kStartField && !parse_whole(value, status.start_ticks))) {
            return std::nullopt;
        }
        rest.remove_prefix(std::min(rest.size(), value.size() + 1));
    }
    return status;
}

std::optional<ProcessStatus> read_process_status(pid_t pid) {
    return parse_process_status(read_start(proc_path(pid, "stat"), 1024));
}

std::vector<pid_t> find_children(pid_t parent) {
    const std::string id = std::to_string(parent);
    const OwnedFd file(::open(
        proc_path(parent, ("task/" + id + "/children").c_str()).c_str(), O_RDONLY | O_CLOEXEC
    ));
    if (file) {
        return parse_pids(read_rest(file.get()));
    }
    std::vector<pid_t> children;  // a kernel without that file
    for_each_process([&](pid_t pid) {
        const std::optional<ProcessStatus> status = read_process_status(pid);
        if (status && status->parent == parent) {
            children.push_back(pid);
        }
    });
    return children;
}

// By number: the header of glibc 2.36 forgets to say extern "C".
OwnedFd open_process(pid_t pid) {
    return OwnedFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
}

bool signal_process(const OwnedFd& process, int signal) {
    return ::syscall(SYS_pidfd_send_signal, process.get(), signal, nullptr, 0) == 0;
}

int signal_by_environment(const std::string& entry, int signal) {
    int count = 0;
    for_each_process([&](pid_t pid) {
        if (pid == ::getpid() || !has_environment_entry(pid, entry)) {
            return;
        }
        const OwnedFd process = open_process(pid);
        if (process && has_environment_entry(pid, entry)) {
            ++count;
            signal_process(process, signal);
        }
    });
    return count;
}

}  // namespace tuner
