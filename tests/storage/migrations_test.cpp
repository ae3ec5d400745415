#include "tuner/storage/migrations.h"

#include "tests/storage/fixtures.h"

#include <sys/stat.h>

using namespace tuner;
using Catch::Matchers::Contains;

namespace {

const std::vector<Migration> kOne = {{1, "001.sql", "CREATE TABLE a (x INTEGER) STRICT;"}};
const std::vector<Migration> kTwo = {
    kOne[0], {2, "002.sql", "CREATE TABLE b (y INTEGER) STRICT; INSERT INTO b SELECT x FROM a;"}};
const std::vector<Migration> kBroken = {
    kOne[0], {2, "002.sql", "CREATE TABLE b (y INTEGER) STRICT; INSERT INTO nowhere VALUES (1);"}};

Connection open_empty(const std::filesystem::path& file) {
    std::ofstream(file).close();
    return Connection::open(file);
}

std::filesystem::path backup_of(const TempDir& dir) {
    return dir.path() / "tuner.db.backup-v1";
}

}  // namespace

TEST_CASE("an empty database gets the newest schema without a backup", "[migrations]") {
    const TempDir dir;
    Connection connection = open_empty(dir.database());
    CHECK(schema_version(connection, 2) == 0);
    migrate(connection, kTwo);
    CHECK(schema_version(connection, 2) == 2);
    CHECK(connection.integer("SELECT count(*) FROM b") == 0);
    CHECK_FALSE(std::filesystem::exists(backup_of(dir)));
    migrate(connection, kTwo);
    CHECK(schema_version(connection, 2) == 2);
}

TEST_CASE("T-34 an older database is copied and then migrated", "[migrations]") {
    const TempDir dir;
    Connection connection = open_empty(dir.database());
    migrate(connection, kOne);
    connection.run("INSERT INTO a VALUES (42)");
    std::ofstream(dir.path() / "tuner.db.backup-v1.partial") << "of a copy that was interrupted";
    migrate(connection, kTwo);
    CHECK(connection.integer("SELECT y FROM b") == 42);

    Connection copy = Connection::open(backup_of(dir));
    CHECK(schema_version(copy, 1) == 1);
    CHECK(copy.integer("SELECT x FROM a") == 42);

    struct stat status {};

    REQUIRE(::stat(backup_of(dir).c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600);
    CHECK_FALSE(std::filesystem::exists(dir.path() / "tuner.db.backup-v1.partial"));
}

TEST_CASE(
    "a place where no backup can be is a failure of storage, and nothing changed", "[migrations]"
) {
    const TempDir dir;
    Connection connection = open_empty(dir.database());
    migrate(connection, kOne);
    SECTION("for the copy") {
        std::filesystem::create_directories(dir.path() / "tuner.db.backup-v1.partial" / "in use");
    }
    SECTION("for its name") {
        std::filesystem::create_directories(dir.path() / "tuner.db.backup-v1" / "in use");
    }
    CHECK_THROWS_AS(migrate(connection, kTwo), StorageError);
    CHECK(schema_version(connection, 2) == 1);
}

TEST_CASE(
    "T-34 what the first released schema held is all there in the present one", "[migrations]"
) {
    const TempDir dir(quick_parent());
    {
        Connection connection = open_empty(dir.database());
        connection.run_script("PRAGMA journal_mode = WAL");
        migrate(connection, all_migrations().first(1));
        connection.run_script(bytes_of(TUNER_CASES_DIR "/storage/version_1_rows.sql"));
    }
    std::filesystem::permissions(dir.database(), std::filesystem::perms{0600});
    Storage storage = Storage::open(dir.database(), an_identity(), at(1));
    const std::vector<Study> studies = storage.studies();
    REQUIRE(studies.size() == 1);
    CHECK(studies[0].id == "old-1");
    CHECK(studies[0].config.resources == Resources{});
    const std::vector<Trial> trials = storage.trials(studies[0].key);
    REQUIRE(trials.size() == 4);
    CHECK(trials[0].outcome->objective == 0.5);
    CHECK(trials[0].measurements.size() == 2);
    CHECK(trials[1].failure->kind == FailureKind::exited);
    CHECK(trials[3].state == TrialState::running);
    REQUIRE(storage.live_attempts().size() == 1);
    CHECK(storage.live_attempts()[0].metrics_offset == 53);
    CHECK(storage.events_after(0, "", 100).size() == 6);
    // It goes on from there.
    const AttemptId attempt = storage.live_attempts()[0].id;
    const std::vector<Measurement> said{{4, {{"loss", 0.25}}}};
    CHECK(storage.add_measurements(attempt, said, 60, at(2)));
    CHECK(storage.create_study(a_study("old"), at(3)).id == "old-2");

    Connection copy = Connection::open(backup_of(dir));
    CHECK(schema_version(copy, 1) == 1);
    CHECK(copy.integer("SELECT count(*) FROM trial") == 4);
    CHECK(copy.integer("SELECT count(*) FROM measurement") == 12);
}

TEST_CASE("a migration happens completely or not at all", "[migrations]") {
    const TempDir dir;
    Connection connection = open_empty(dir.database());
    migrate(connection, kOne);
    CHECK_THROWS_WITH(migrate(connection, kBroken), Contains("no such table: nowhere"));
    CHECK(schema_version(connection, 2) == 1);
    CHECK(connection.integer("SELECT count(*) FROM sqlite_schema WHERE name = 'b'") == 0);
    migrate(connection, kTwo);
    CHECK(schema_version(connection, 2) == 2);
}

TEST_CASE("a schema version that no program wrote is damage", "[migrations]") {
    const TempDir dir;
    Connection connection = open_empty(dir.database());
    migrate(connection, kOne);
    for (const char* version : {"0", "-1", "-2147483648"}) {
        connection.run_script(std::string("PRAGMA user_version = ") + version);
        CHECK_THROWS_WITH(migrate(connection, kTwo), Contains("is damaged"));
    }
}

TEST_CASE("a schema newer than known is refused", "[migrations]") {
    Connection connection = Connection::in_memory();
    migrate(connection, kTwo);
    CHECK_THROWS_WITH(
        migrate(connection, kOne),
        Contains("has schema version 2") && Contains("knows versions up to 1")
    );
}

TEST_CASE("the migrations of this program are numbered densely", "[migrations]") {
    std::int64_t version = 0;
    for (const Migration& migration : all_migrations()) {
        CHECK(migration.version == ++version);
        CHECK_FALSE(migration.sql.empty());
    }
    CHECK(version >= 1);
}
