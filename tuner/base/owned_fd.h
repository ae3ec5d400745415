// An OwnedFd closes its file descriptor when it goes: a file, a pipe end, a pidfd.
//
// It is moved, never copied; empty is -1. Whoever opens a descriptor opens it close-on-exec.

#pragma once

#include <unistd.h>
#include <utility>

namespace tuner {

class OwnedFd {
  public:
    OwnedFd() = default;

    explicit OwnedFd(int fd) : fd_(fd) {}

    OwnedFd(OwnedFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

    OwnedFd& operator=(OwnedFd&& other) noexcept {
        if (this != &other) {
            reset();
            fd_ = std::exchange(other.fd_, -1);
        }
        return *this;
    }

    OwnedFd(const OwnedFd&) = delete;
    OwnedFd& operator=(const OwnedFd&) = delete;

    ~OwnedFd() { reset(); }

    explicit operator bool() const { return fd_ >= 0; }

    int get() const { return fd_; }

    // Gives the descriptor away; the caller closes it.
    int release() { return std::exchange(fd_, -1); }

    void reset() {
        if (fd_ >= 0) {
            ::close(std::exchange(fd_, -1));
        }
    }

  private:
    int fd_ = -1;
};

}  // namespace tuner
