#include "tuner/storage/backup.h"

#include "tests/storage/fixtures.h"

#include <cstdlib>

#include <fmt/format.h>

using namespace tuner;
using Catch::Matchers::Contains;

TEST_CASE("the newest backup is the one with the highest version", "[backup]") {
    const TempDir dir;
    CHECK_FALSE(newest_backup(dir.database()));
    for (const char* name :
         {"tuner.db.backup-v2",
          "tuner.db.backup-v10",
          "tuner.db.backup-v9",
          "tuner.db.backup-v11x",
          "tuner.db.backup-v12.partial",
          "other.db.backup-v99",
          "tuner.db.backup-v"}) {
        std::ofstream(dir.path() / name).close();
    }
    CHECK(newest_backup(dir.database()) == dir.path() / "tuner.db.backup-v10");
    CHECK_FALSE(newest_backup("/nowhere/tuner.db"));
}

TEST_CASE(
    "a damaged database names its newest backup, and the command shown restores it", "[backup]"
) {
    const TempDir dir;
    {
        Storage storage = Storage::open(dir.database(), an_identity(), at(1));
        storage.create_study(a_study("kept"), at(1));
    }
    std::filesystem::copy(dir.database(), dir.path() / "tuner.db.backup-v1");
    std::string damaged = bytes_of(dir.database());
    damaged.replace(4'096, 4'096 * 6, std::string(4'096 * 6, 'x'));
    std::ofstream(dir.database(), std::ios::binary) << damaged;
    std::ofstream(dir.path() / "tuner.db-wal") << "rest of a log";

    std::string said;
    try {
        Storage::open(dir.database(), an_identity(), at(2));
    } catch (const StorageError& error) {
        CHECK(error.trouble() == StorageTrouble::damaged);
        said = error.what();
    }
    REQUIRE_THAT(said, Contains("tuner.db.backup-v1") && Contains("to go back to it: "));
    CHECK(bytes_of(dir.database()) == damaged);

    const std::string command = said.substr(said.find("to go back to it: ") + 18);
    REQUIRE(std::system(command.c_str()) == 0);  // NOLINT(concurrency-mt-unsafe)
    CHECK(bytes_of(dir.path() / "damaged" / "tuner.db") == damaged);
    Storage storage = Storage::open(dir.database(), an_identity(), at(3));
    CHECK(storage.studies().at(0).id == "kept-1");
}

TEST_CASE("a damaged database without a backup says so", "[backup]") {
    CHECK_THAT(restore_advice("/nowhere/tuner.db"), Contains("there is no backup"));
}
