// While a NoMoreFiles lives, this process can open no file, pipe or socket (EMFILE); what is open
// stays open. Root feels it, too.

#pragma once

#include <sys/resource.h>

namespace tuner::test {

class NoMoreFiles {
  public:
    NoMoreFiles() {
        getrlimit(RLIMIT_NOFILE, &before_);
        rlimit none = before_;
        none.rlim_cur = 0;
        setrlimit(RLIMIT_NOFILE, &none);
    }

    ~NoMoreFiles() { setrlimit(RLIMIT_NOFILE, &before_); }

    NoMoreFiles(const NoMoreFiles&) = delete;
    NoMoreFiles& operator=(const NoMoreFiles&) = delete;

  private:
    rlimit before_{};
};

}  // namespace tuner::test
