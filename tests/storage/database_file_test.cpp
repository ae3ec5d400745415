#include "tests/storage/child.h"
#include "tests/storage/fixtures.h"

#include <functional>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <fmt/format.h>
#include <sqlite3.h>

using namespace tuner;
using Catch::Matchers::Contains;

namespace {

Storage open(const std::filesystem::path& file) {
    return Storage::open(file, an_identity(), at(1));
}

// What opening says; empty when it works.
std::string refusal(const std::filesystem::path& file) {
    try {
        open(file);
        return "";
    } catch (const StorageError& error) {
        return error.what();
    }
}

void write_bytes(const std::filesystem::path& file, const std::string& bytes) {
    std::ofstream(file, std::ios::binary) << bytes;
    REQUIRE(::chmod(file.c_str(), 0600) == 0);
}

// Runs SQL on a file as another program would.
void run_elsewhere(const std::filesystem::path& file, const std::string& sql) {
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &handle) == SQLITE_OK);
    REQUIRE(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_close(handle) == SQLITE_OK);
    REQUIRE(::chmod(file.c_str(), 0600) == 0);
}

// A database with a study of `count` trials, closed.
void make_database(const std::filesystem::path& file, std::int64_t count) {
    Storage storage = open(file);
    add_study_with_trials(storage, count);
}

// Adds studies until the disk has no room, makes room, and says what happened. In a child.
std::string fill(const std::filesystem::path& file, const std::function<void()>& make_room) {
    constexpr int kMost = 1'000;
    Storage storage = open(file);
    NewStudy study = a_study();
    study.source.assign(20'000, 'x');
    for (std::size_t stored = 0; stored < kMost; ++stored) {
        try {
            storage.create_study(study, at(1));
            storage.take_events();
        } catch (const StorageError& error) {
            const bool readable = stored > 0 && storage.studies().size() == stored;
            const bool silent = storage.take_events().empty();
            make_room();
            const std::string next = storage.create_study(study, at(1)).id;
            const bool recovered = next == fmt::format("digits-{}", stored + 1);
            return fmt::format(
                "readable={} silent={} recovered={} may_pass={}: {}",
                readable,
                silent,
                recovered,
                error.may_pass(),
                error.what()
            );
        }
    }
    return "never full";
}

}  // namespace

TEST_CASE("what was stored is there after closing and opening", "[storage]") {
    const TempDir dir;
    std::vector<Study> studies;
    std::vector<Trial> trials;
    std::vector<AttemptRecord> live;
    {
        Storage storage = open(dir.database());
        const Study study = add_study_with_trials(storage, 4);
        const AttemptRecord attempt = run_trial(storage, study.key, 2);
        const std::vector<Measurement> report = {{1, {{"accuracy", 0.1}}}};
        REQUIRE(storage.add_measurements(attempt.id, report, 44, at(5)));
        studies = storage.studies();
        trials = storage.trials(study.key);
        live = storage.live_attempts();
    }
    Storage storage = open(dir.database());
    CHECK(storage.studies() == studies);
    CHECK(storage.trials(studies.at(0).key) == trials);
    CHECK(storage.live_attempts() == live);
    CHECK(storage.take_events().empty());
}

TEST_CASE("a daemon that was replaced is refused at its first write", "[storage]") {
    const TempDir dir;
    Storage old = open(dir.database());
    Study study = add_study_with_trials(old, 1);
    old.take_events();
    Storage young = Storage::open(dir.database(), an_identity(4711), at(60'000));
    CHECK_THROWS_AS(old.create_study(a_study(), at(3)), StaleDaemon);
    CHECK_THROWS_WITH(
        old.update_study(study, StudyState::running, at(3)),
        Contains("taken over by another daemon (pid 4711, started 1970-01-01T00:01:00.000Z)")
    );
    CHECK_THROWS_AS(old.begin_attempt(study.key, started(a_trial(1)), "/work", at(3)), StaleDaemon);
    CHECK_THROWS_AS(old.add_measurements(AttemptId(1), {}, 5, at(3)), StaleDaemon);
    CHECK(old.take_events().empty());
    CHECK(old.studies() == std::vector{study});
    CHECK(young.studies() == std::vector{study});
    CHECK(young.update_study(study, StudyState::running, at(4)));
}

TEST_CASE("a file that is no database is refused and kept", "[storage]") {
    const TempDir dir;
    const std::string text = "name: digits\n" + std::string(5'000, '#');
    write_bytes(dir.database(), text);
    CHECK_THAT(refusal(dir.database()), Contains("not a database"));
    CHECK_THAT(refusal(dir.database()), Contains(dir.database().string()));
    CHECK(bytes_of(dir.database()) == text);
}

TEST_CASE("a database of another program is refused and kept", "[storage]") {
    const TempDir dir;
    run_elsewhere(dir.database(), "CREATE TABLE study (name TEXT); PRAGMA user_version = 1");
    const std::string before = bytes_of(dir.database());
    CHECK_THAT(refusal(dir.database()), Contains("a database of another program"));
    CHECK(bytes_of(dir.database()) == before);
}

TEST_CASE("a database of a newer tuner is refused and kept", "[storage]") {
    const TempDir dir;
    make_database(dir.database(), 1);
    run_elsewhere(dir.database(), "PRAGMA user_version = 999");
    const std::string before = bytes_of(dir.database());
    const std::string text = refusal(dir.database());
    CHECK_THAT(text, Contains("schema version 999"));
    CHECK_THAT(text, Contains("written by a newer tuner"));
    CHECK(bytes_of(dir.database()) == before);
}

TEST_CASE("a place where no database can be is named", "[storage]") {
    const TempDir dir;
    const std::filesystem::path missing = dir.path() / "no" / "tuner.db";
    CHECK_THAT(
        refusal(missing),
        Contains("cannot create the database " + missing.string()) &&
            Contains("No such file or directory") && Contains("its folder must exist")
    );
    CHECK_THAT(refusal(dir.path()), Contains("is not a regular file"));
}

TEST_CASE("a folder or file that may not be written is named", "[storage]") {
    if (::geteuid() != 0) {
        WARN("not run: only root can become another user");
        return;
    }
    const TempDir dir;
    make_database(dir.database(), 1);
    REQUIRE(::chmod(dir.path().c_str(), 0755) == 0);
    const auto as_nobody = [&](const std::filesystem::path& file) {
        Child child([&](int out) {
            if (::setuid(65534) != 0) {
                ::_exit(1);
            }
            Child::say(out, refusal(file));
        });
        return child.read_all();
    };
    CHECK_THAT(as_nobody(dir.path() / "new.db"), Contains("Permission denied"));
    CHECK_THAT(as_nobody(dir.database()), Contains("that you may write to them"));
    REQUIRE(::chown(dir.database().c_str(), 65534, 65534) == 0);
    CHECK_THAT(as_nobody(dir.database()), Contains("that you may write to them"));
    REQUIRE(::chmod(dir.database().c_str(), 0400) == 0);
    REQUIRE(::chown(dir.path().c_str(), 65534, 65534) == 0);
    CHECK_THAT(as_nobody(dir.database()), Contains("that you may write to them"));
}

TEST_CASE("a full disk stops writers and nobody else", "[storage]") {
    const TempDir dir;
    if (::geteuid() != 0) {
        WARN("not run: only root can mount a small disk");
        return;
    }
    Child child([&](int out) {
        if (::unshare(CLONE_NEWNS) != 0 ||
            ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
            ::mount("none", dir.path().c_str(), "tmpfs", 0, "size=1m") != 0) {
            Child::say(out, "no small disk");
            return;
        }
        const std::filesystem::path ballast = dir.path() / "ballast";
        write_bytes(ballast, std::string(400'000, 'x'));
        Child::say(out, fill(dir.database(), [&] { std::filesystem::remove(ballast); }));
    });
    const std::string said = child.read_all();
    if (said == "no small disk") {
        WARN("not run: no mount namespaces here");
        return;
    }
    CHECK_THAT(said, Contains("readable=true silent=true recovered=true may_pass=true"));
    CHECK_THAT(said, Contains("the disk is full"));
}

TEST_CASE("a write waits for the lock of another program", "[storage]") {
    const TempDir dir;
    Storage storage = open(dir.database());
    Child child([&](int out) {
        sqlite3* handle = nullptr;
        sqlite3_open(dir.database().c_str(), &handle);
        sqlite3_exec(handle, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr);
        Child::say(out, "locked");
        ::usleep(150'000);
        sqlite3_exec(handle, "ROLLBACK", nullptr, nullptr, nullptr);
    });
    REQUIRE(child.read(100) == "locked");
    CHECK(storage.studies().empty());
    CHECK(storage.create_study(a_study(), at(1)).id == "digits-1");
}
