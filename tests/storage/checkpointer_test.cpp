#include "tuner/storage/checkpointer.h"

#include "tests/storage/child.h"
#include "tests/storage/fixtures.h"

#include <memory>

#include <sqlite3.h>

using namespace tuner;

namespace {

constexpr std::int64_t kPageBytes = 4'096;

std::int64_t log_bytes(const TempDir& dir) {
    return static_cast<std::int64_t>(std::filesystem::file_size(dir.path() / "tuner.db-wal"));
}

Storage open(const TempDir& dir) {
    return Storage::open(dir.database(), an_identity(), at(1));
}

// Stores `count` studies of a MB each.
void write_megabytes(Storage& storage, int count) {
    NewStudy study = a_study();
    study.source.assign(1'000'000, 'x');
    for (int i = 0; i < count; ++i) {
        storage.create_study(study, at(1));
    }
}

// Another program that holds one moment of the database until it is ended.
std::unique_ptr<Child> long_reader(const TempDir& dir) {
    return std::make_unique<Child>([&](int out) {
        sqlite3* handle = nullptr;
        sqlite3_open(dir.database().c_str(), &handle);
        sqlite3_exec(handle, "BEGIN; SELECT count(*) FROM study", nullptr, nullptr, nullptr);
        Child::say(out, "reading");
        ::pause();
    });
}

}  // namespace

TEST_CASE("the log stays short under a load of writes", "[checkpointer]") {
    const TempDir dir;
    Storage storage = open(dir);
    std::int64_t longest = 0;
    for (int i = 0; i < 40; ++i) {
        write_megabytes(storage, 1);
        longest = std::max(longest, log_bytes(dir));
    }
    // One commit of 1 MB may come on top of the pages that call for a checkpoint.
    CHECK(longest < (kCheckpointPages + 300) * kPageBytes);
}

TEST_CASE("a probe lets the next commits use the log's space again", "[checkpointer]") {
    const TempDir dir;
    Storage storage = open(dir);
    write_megabytes(storage, 2);
    const std::int64_t before = log_bytes(dir);
    storage.probe();
    write_megabytes(storage, 1);
    CHECK(log_bytes(dir) == before);
}

TEST_CASE(
    "a log that a reader pins is told once and shrinks when the reader is gone", "[checkpointer]"
) {
    const TempDir dir;
    Connection connection = [&] {
        std::ofstream(dir.database()).close();
        Connection opened = Connection::open(dir.database());
        opened.run_script(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA journal_size_limit = " +
            std::to_string(kWalKeptBytes) + "; CREATE TABLE study (x BLOB)"
        );
        return opened;
    }();
    Checkpointer checkpointer;
    const auto write_until = [&](std::int64_t bytes) {
        while (connection.wal_pages() * kPageBytes < bytes) {
            connection.run_script("INSERT INTO study VALUES (zeroblob(1000000))");
            checkpointer.after_commit(connection);
        }
    };
    {
        const std::unique_ptr<Child> reader = long_reader(dir);
        REQUIRE(reader->read(100) == "reading");
        write_until(kWalAlarmBytes - 2'000'000);
        CHECK(checkpointer.alarms() == 0);
        write_until(kWalAlarmBytes + 6'000'000);
        CHECK(checkpointer.alarms() == 1);
        CHECK(log_bytes(dir) > kWalAlarmBytes);
    }
    connection.run_script("INSERT INTO study VALUES (1)");
    checkpointer.after_commit(connection);                  // all of it goes into the file
    connection.run_script("INSERT INTO study VALUES (1)");  // and the log begins anew
    CHECK(connection.wal_pages() < 10);
    CHECK(log_bytes(dir) <= kWalKeptBytes);
}

TEST_CASE("a database that is closed leaves no log behind", "[checkpointer]") {
    const TempDir dir;
    {
        Storage storage = open(dir);
        write_megabytes(storage, 2);
    }
    CHECK_FALSE(std::filesystem::exists(dir.path() / "tuner.db-wal"));
    CHECK(open(dir).studies().size() == 2);
}
