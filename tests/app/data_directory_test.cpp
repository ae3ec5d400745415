#include "tuner/app/data_directory.h"

#include "tests/support/no_more_files.h"
#include "tests/support/temp_dir.h"

#include <csignal>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

using tuner::DataDirectory;
using tuner::DataLock;
using tuner::ErrorCode;

namespace {

unsigned mode_of(const std::filesystem::path& path) {
    struct stat status {};

    REQUIRE(stat(path.c_str(), &status) == 0);
    return status.st_mode & 0777;
}

}  // namespace

TEST_CASE("a data directory is made for its owner alone", "[data_directory]") {
    const tuner::test::TempDir temp;
    const auto directory = DataDirectory::open(temp.path() / "a" / "b");
    REQUIRE(directory);
    CHECK(mode_of(directory->path()) == 0700);
}

TEST_CASE(
    "a data directory that others can read is refused with the way to close it", "[data_directory]"
) {
    const tuner::test::TempDir temp;
    std::filesystem::create_directory(temp.path() / "open");
    REQUIRE(chmod((temp.path() / "open").c_str(), 0755) == 0);
    const auto directory = DataDirectory::open(temp.path() / "open");
    REQUIRE_FALSE(directory);
    CHECK(directory.error().code == ErrorCode::invalid_argument);
    CHECK(directory.error().message.find("chmod 700") != std::string::npos);
}

TEST_CASE("the token is made once and only its owner can read it", "[data_directory]") {
    const tuner::test::TempDir temp;
    const auto directory = DataDirectory::open(temp.path() / "data");
    const auto token = directory->token();
    REQUIRE(token);
    CHECK(token->size() == 64);
    CHECK(directory->token() == token);
    CHECK(mode_of(directory->path() / "token") == 0600);
}

// Not under UBSan: it looks at memory through a pipe, which needs the descriptors that are taken
// away.
#ifndef TUNER_UBSAN

TEST_CASE("a token that cannot be read was replaced by another", "[data_directory]") {
    const tuner::test::TempDir temp;
    const auto directory = DataDirectory::open(temp.path() / "data");
    const auto token = directory->token();
    {
        const tuner::test::NoMoreFiles none;
        const auto unread = directory->token();
        REQUIRE_FALSE(unread);
        CHECK(unread.error().code == ErrorCode::unavailable);
        CHECK(unread.error().message.find("Too many open files") != std::string::npos);
    }
    CHECK(directory->token() == token);
}

TEST_CASE(
    "a lock that cannot be opened threw, or was called another daemon's", "[data_directory]"
) {
    const tuner::test::TempDir temp;
    const auto directory = DataDirectory::open(temp.path() / "data");
    {
        const tuner::test::NoMoreFiles none;
        const auto lock = DataLock::take(*directory);
        REQUIRE_FALSE(lock);
        CHECK(lock.error().code == ErrorCode::unavailable);
    }
    const auto lock = DataLock::take(*directory);
    REQUIRE(lock);
    const tuner::test::NoMoreFiles none;
    const auto announced = lock->announce({"http://127.0.0.1:1", 1});
    REQUIRE_FALSE(announced);
    CHECK(announced.error().code == ErrorCode::unavailable);
}

#endif

TEST_CASE("a data directory has one daemon at a time", "[data_directory]") {
    const tuner::test::TempDir temp;
    const auto directory = DataDirectory::open(temp.path() / "data");
    CHECK_FALSE(directory->is_locked());
    {
        const auto lock = DataLock::take(*directory);
        REQUIRE(lock);
        REQUIRE(lock->announce({"http://127.0.0.1:7437", 4711}));
        CHECK(directory->is_locked());
        CHECK(directory->running_daemon()->url == "http://127.0.0.1:7437");
        const auto second = DataLock::take(*directory);
        REQUIRE_FALSE(second);
        CHECK(second.error().code == ErrorCode::conflict);
        CHECK(second.error().message.find("4711") != std::string::npos);
    }
    CHECK_FALSE(directory->is_locked());
    CHECK_FALSE(directory->running_daemon());
    CHECK(DataLock::take(*directory));
}

TEST_CASE("asking whether a daemon runs never keeps one from starting", "[data_directory]") {
    const tuner::test::TempDir temp;
    const auto directory = DataDirectory::open(temp.path() / "data");
    const pid_t asker = fork();
    if (asker == 0) {
        while (true) {
            (void)directory->is_locked();
        }
    }
    int refused = 0;
    for (int i = 0; i < 2'000; ++i) {
        refused += DataLock::take(*directory) ? 0 : 1;
    }
    kill(asker, SIGKILL);
    waitpid(asker, nullptr, 0);
    CHECK(refused == 0);
}

TEST_CASE("the lock of a killed daemon is free and its address forgotten", "[data_directory]") {
    const tuner::test::TempDir temp;
    const auto directory = DataDirectory::open(temp.path() / "data");
    int ready[2];
    REQUIRE(pipe(ready) == 0);
    const pid_t daemon = fork();
    if (daemon == 0) {
        const auto lock = DataLock::take(*directory);
        (void)lock->announce({"http://127.0.0.1:1", getpid()});
        (void)!write(ready[1], "R", 1);
        pause();
    }
    char word = 0;
    REQUIRE(read(ready[0], &word, 1) == 1);
    CHECK(directory->running_daemon()->pid == daemon);
    kill(daemon, SIGKILL);
    waitpid(daemon, nullptr, 0);
    CHECK_FALSE(directory->running_daemon());
    CHECK(DataLock::take(*directory));
    close(ready[0]);
    close(ready[1]);
}
