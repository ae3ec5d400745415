#include "tuner/storage/file_check.h"

#include "tests/storage/fixtures.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

using namespace tuner;
using Catch::Matchers::Contains;

namespace {

Storage open(const std::filesystem::path& file) {
    return Storage::open(file, an_identity(), at(1));
}

unsigned permissions(const std::filesystem::path& file) {
    struct stat status {};

    REQUIRE(::stat(file.c_str(), &status) == 0);
    return status.st_mode & 0777U;
}

// How many descriptors of this process are of a file.
int open_descriptors(const std::filesystem::path& file) {
    int count = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
        std::error_code gone;
        count += std::filesystem::read_symlink(entry.path(), gone) == file ? 1 : 0;
    }
    return count;
}

void make_empty(const std::filesystem::path& file, ::mode_t mode) {
    std::ofstream(file).close();
    REQUIRE(::chmod(file.c_str(), mode) == 0);
}

}  // namespace

TEST_CASE("only the owner can read the database, whatever the umask", "[file_check]") {
    const TempDir dir(quick_parent());
    const ::mode_t mask = ::umask(0);
    Storage storage = open(dir.database());
    storage.create_study(a_study(), at(1));
    ::umask(mask);
    for (const auto& entry : std::filesystem::directory_iterator(dir.path())) {
        CAPTURE(entry.path());
        CHECK(permissions(entry.path()) == 0600);
    }
    CHECK(std::filesystem::exists(dir.path() / "tuner.db-wal"));
    CHECK(std::filesystem::exists(dir.path() / "tuner.db-shm"));
}

TEST_CASE("a database that others may use is refused", "[file_check]") {
    const ::mode_t mode = GENERATE(0604, 0660, 0644, 0601);
    const TempDir dir(quick_parent());
    make_empty(dir.database(), mode);
    CHECK_THROWS_WITH(
        open(dir.database()), Contains("others than its owner") && Contains("chmod 600")
    );
    REQUIRE(::chmod(dir.database().c_str(), 0600) == 0);
    CHECK_NOTHROW(open(dir.database()));
}

TEST_CASE("a database with a second name is refused", "[file_check]") {
    const TempDir dir(quick_parent());
    make_empty(dir.database(), 0600);
    std::filesystem::create_hard_link(dir.database(), dir.path() / "other.db");
    CHECK_THROWS_WITH(open(dir.database()), Contains("2 names") && Contains("-samefile"));
    std::filesystem::remove(dir.path() / "other.db");
    CHECK_NOTHROW(open(dir.database()));
}

TEST_CASE(
    "a database that is moved, replaced, removed or linked is never written again", "[file_check]"
) {
    const TempDir dir(quick_parent());
    Storage storage = open(dir.database());
    const Study study = storage.create_study(a_study(), at(1));
    const std::filesystem::path moved = dir.path() / "moved.db";
    std::string expected = "moved, replaced or removed";
    SECTION("moved") {
        std::filesystem::rename(dir.database(), moved);
    }
    SECTION("replaced") {
        make_empty(moved, 0600);
        std::filesystem::rename(moved, dir.database());
    }
    SECTION("removed") {
        std::filesystem::remove(dir.database());
    }
    SECTION("linked") {
        std::filesystem::create_hard_link(dir.database(), moved);
        expected = "second name";
    }
    std::vector<std::string> told;
    storage.on_broken([&](const StorageError& error) { told.emplace_back(error.what()); });
    const std::string log = bytes_of(dir.path() / "tuner.db-wal");
    CHECK_THROWS_WITH(storage.create_study(a_study(), at(2)), Contains(expected));
    CHECK_THROWS_WITH(storage.update_study(study, StudyState::running, at(2)), Contains(expected));
    CHECK(told.size() == 1);
    CHECK(bytes_of(dir.path() / "tuner.db-wal") == log);
    CHECK(storage.study(study.key) == study);
}

TEST_CASE("putting a moved database back does not wake the writer", "[file_check]") {
    const TempDir dir(quick_parent());
    const std::filesystem::path moved = dir.path() / "moved.db";
    {
        Storage storage = open(dir.database());
        storage.create_study(a_study(), at(1));
        std::filesystem::rename(dir.database(), moved);
        CHECK_THROWS_AS(storage.create_study(a_study(), at(2)), StorageError);
        std::filesystem::rename(moved, dir.database());
        CHECK_THROWS_AS(storage.create_study(a_study(), at(3)), StorageError);
    }
    CHECK(open(dir.database()).create_study(a_study(), at(3)).id == "digits-2");
}

TEST_CASE("a replaced database keeps the log of the one that took its name", "[file_check]") {
    const TempDir dir(quick_parent());
    const std::filesystem::path log = dir.path() / "tuner.db-wal";
    std::optional<Storage> old(open(dir.database()));
    old->create_study(a_study(), at(1));
    for (const char* name : {"tuner.db", "tuner.db-wal", "tuner.db-shm"}) {
        std::filesystem::rename(dir.path() / name, dir.path() / fmt::format("old-{}", name));
    }
    Storage young = open(dir.database());
    young.create_study(a_study("young"), at(2));
    const std::string bytes = bytes_of(log);
    old.reset();
    CHECK(bytes_of(log) == bytes);
    CHECK(young.studies().size() == 1);
}

// SQLite before 3.51.3 can damage a file that one process has open twice (sqlite.h).
TEST_CASE("one connection does everything: the file is open once", "[file_check]") {
    const TempDir dir(quick_parent());
    Storage storage = open(dir.database());
    const Study study = add_study_with_trials(storage, 3);
    run_trial(storage, study.key, 1);
    CHECK(open_descriptors(dir.database()) == 1);
}
