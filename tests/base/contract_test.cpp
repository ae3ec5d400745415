#include "tuner/base/contract.h"

#include <array>
#include <csignal>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace {

struct End {
    int status = 0;
    std::string said;
};

// How a process ends that does `action`, and what it wrote to stderr.
template <class Action>
End end_of(Action action) {
    std::array<int, 2> ends{};
    REQUIRE(pipe(ends.data()) == 0);
    const pid_t child = fork();
    REQUIRE(child >= 0);
    if (child == 0) {
        std::signal(SIGABRT, SIG_DFL);  // Catch's own handler would report a test of the child
        dup2(ends[1], STDERR_FILENO);
        action();
        _exit(0);
    }
    close(ends[1]);
    End end;
    std::array<char, 512> buffer{};
    for (ssize_t got = 0; (got = read(ends[0], buffer.data(), buffer.size())) > 0;) {
        end.said.append(buffer.data(), static_cast<std::size_t>(got));
    }
    close(ends[0]);
    waitpid(child, &end.status, 0);
    return end;
}

}  // namespace

TEST_CASE("a contract that holds does nothing", "[contract]") {
    tuner::expects(true, "one is one");
    tuner::ensures(true, "one is one");
}

TEST_CASE("a violated contract names its place and aborts", "[contract]") {
    const int line = __LINE__ + 1;
    const End end = end_of([] { tuner::expects(false, "one is two"); });
    CHECK(WIFSIGNALED(end.status));
    CHECK(WTERMSIG(end.status) == SIGABRT);
    CHECK_THAT(
        end.said,
        Catch::Contains(fmt::format("precondition violated at {}:{}: one is two\n", __FILE__, line))
    );
}
