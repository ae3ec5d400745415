// A forked child for tests that need another process: one that is killed, holds a lock, has another
// user or a full disk. What it says comes back through a pipe.

#pragma once

#include <csignal>
#include <exception>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace tuner {

class Child {
  public:
    // Forks; `body(write_end)` runs in the child, which then ends without any cleaning up.
    template <class F>
    explicit Child(F body) {
        int ends[2];
        REQUIRE(::pipe(ends) == 0);
        pid_ = ::fork();
        REQUIRE(pid_ >= 0);
        if (pid_ == 0) {
            ::close(ends[0]);
            try {
                body(ends[1]);
            } catch (const std::exception& error) {
                say(ends[1], error.what());
            }
            ::_exit(0);
        }
        ::close(ends[1]);
        from_child_ = ends[0];
    }

    ~Child() {
        kill();
        ::close(from_child_);
    }

    Child(const Child&) = delete;
    Child& operator=(const Child&) = delete;

    static void say(int to, const std::string& text) {
        [[maybe_unused]] const auto written = ::write(to, text.data(), text.size());
    }

    // At most `size` bytes, empty when the child has closed its end.
    std::string read(std::size_t size) {
        std::string buffer(size, '\0');
        const auto count = ::read(from_child_, buffer.data(), size);
        buffer.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        return buffer;
    }

    // Everything until the child has ended.
    std::string read_all() {
        std::string all;
        for (std::string part = read(4096); !part.empty(); part = read(4096)) {
            all += part;
        }
        wait();
        return all;
    }

    // SIGKILL, at once.
    void kill() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            wait();
        }
    }

  private:
    void wait() {
        if (pid_ > 0) {
            ::waitpid(pid_, nullptr, 0);
            pid_ = 0;
        }
    }

    ::pid_t pid_ = 0;
    int from_child_ = -1;
};

}  // namespace tuner
