#include "tuner/app/port_holder.h"

#include "tuner/formats/proc_files.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <system_error>
#include <vector>

#include <fmt/format.h>

namespace tuner {

namespace fs = std::filesystem;

namespace {

using Inodes = std::set<std::string, std::less<>>;

// Where they stand in a line of the table, from 0.
constexpr std::size_t kLocalAddress = 1;
constexpr std::size_t kState = 3;
constexpr std::size_t kInode = 9;
constexpr std::string_view kListening = "0A";
constexpr std::string_view kSocket = "socket:[";  // of the link /proc/PID/fd/N, before an inode

std::string proc_text(const fs::path& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

bool holds_one(const fs::path& process, const Inodes& inodes) {
    std::error_code error;  // it may end, or be another user's
    for (const auto& entry : fs::directory_iterator(process / "fd", error)) {
        const std::string link = fs::read_symlink(entry.path(), error).string();
        if (!error && link.starts_with(kSocket) && link.ends_with(']') &&
            inodes.contains(link.substr(kSocket.size(), link.size() - kSocket.size() - 1))) {
            return true;
        }
    }
    return false;
}

}  // namespace

Inodes listening_sockets(std::string_view table, std::uint16_t port) {
    const std::string end_of_address = fmt::format(":{:04X}", port);
    Inodes found;
    std::istringstream lines{std::string(table)};
    for (std::string line; std::getline(lines, line);) {
        std::istringstream text(line);
        const std::vector<std::string> fields(std::istream_iterator<std::string>(text), {});
        if (fields.size() > kInode && fields[kState] == kListening &&
            fields[kLocalAddress].ends_with(end_of_address)) {
            found.insert(fields[kInode]);
        }
    }
    return found;
}

std::optional<PortHolder> find_port_holder(std::uint16_t port) {
    Inodes sockets = listening_sockets(proc_text("/proc/net/tcp"), port);
    sockets.merge(listening_sockets(proc_text("/proc/net/tcp6"), port));
    if (sockets.empty()) {
        return std::nullopt;
    }
    std::optional<PortHolder> holder;
    for_each_process([&](pid_t pid) {
        const fs::path process = fs::path("/proc") / std::to_string(pid);
        if (!holder && holds_one(process, sockets)) {
            std::istringstream name(proc_text(process / "comm"));
            holder = PortHolder{pid, {}};
            std::getline(name, holder->program);
        }
    });
    return holder;
}

}  // namespace tuner
