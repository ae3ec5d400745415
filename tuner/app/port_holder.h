// Who listens on a TCP port of this machine, as far as /proc shows it: of a process that is another
// user's, only root sees which sockets are its own. For an error's text; the answer may be old when
// it is read. Any thread.

#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <sys/types.h>

namespace tuner {

struct PortHolder {
    pid_t pid = 0;
    std::string program;  // its name, of at most 15 bytes
};

// The inodes of the sockets that listen on `port`, by the text of /proc/net/tcp or tcp6
// (Documentation/networking/proc_net_tcp.rst of Linux).
std::set<std::string, std::less<>> listening_sockets(std::string_view table, std::uint16_t port);

std::optional<PortHolder> find_port_holder(std::uint16_t port);

}  // namespace tuner
