#include "tuner/storage/schema_check.h"

#include "tests/storage/fixtures.h"

#include <sys/stat.h>

#include <sqlite3.h>

using namespace tuner;
using Catch::Matchers::Contains;

namespace {

void run_elsewhere(const std::filesystem::path& file, const std::string& sql) {
    sqlite3* handle = nullptr;
    REQUIRE(sqlite3_open(file.c_str(), &handle) == SQLITE_OK);
    REQUIRE(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
    REQUIRE(sqlite3_close(handle) == SQLITE_OK);
}

void make_database(const std::filesystem::path& file) {
    Storage storage = Storage::open(file, an_identity(), at(1));
    add_study_with_trials(storage, 2);
}

}  // namespace

TEST_CASE("a schema that somebody changed is refused and kept", "[schema_check]") {
    struct Case {
        const char* sql;
        const char* said;
    };

    const auto [sql, said] = GENERATE(
        Case{
            "CREATE TRIGGER trap AFTER INSERT ON trial BEGIN DELETE FROM study; END",
            "trigger trap was added"},
        Case{"CREATE VIEW lure AS SELECT * FROM study", "view lure was added"},
        Case{"CREATE TABLE extra (x)", "table extra was added"},
        Case{"ALTER TABLE study ADD COLUMN evil TEXT DEFAULT 'x'", "table study was changed"},
        Case{"DROP TABLE event", "index event_of_study is missing"},
        Case{
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = replace(sql, "
            "'CHECK (number >= 1)', '') WHERE name = 'trial'",
            "table trial was changed"}
    );
    const TempDir dir(quick_parent());
    make_database(dir.database());
    run_elsewhere(dir.database(), sql);
    const std::string before = bytes_of(dir.database());
    CHECK_THROWS_WITH(
        Storage::open(dir.database(), an_identity(), at(2)),
        Contains(said) && Contains("left as it is")
    );
    CHECK(bytes_of(dir.database()) == before);
}

TEST_CASE("statistics that SQLite keeps for itself are no change of the schema", "[schema_check]") {
    const TempDir dir(quick_parent());
    make_database(dir.database());
    run_elsewhere(dir.database(), "ANALYZE; VACUUM");
    CHECK(Storage::open(dir.database(), an_identity(), at(2)).studies().size() == 1);
}
