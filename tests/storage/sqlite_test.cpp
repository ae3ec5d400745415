#include "tuner/storage/sqlite.h"

#include "tests/storage/fixtures.h"
#include "tuner/storage/transaction.h"

using namespace tuner;
using Catch::Matchers::Contains;
using Kind = Transaction::Kind;

namespace {

// An empty file with one table.
Connection with_table(const std::filesystem::path& file) {
    std::ofstream(file).close();
    Connection connection = Connection::open(file, Duration(0));
    connection.run_script("CREATE TABLE t (a INTEGER, b REAL, c TEXT) STRICT");
    return connection;
}

}  // namespace

TEST_CASE("values go in and come out by type", "[sqlite]") {
    Connection connection = Connection::in_memory();
    Statement row = connection.query(
        "SELECT ?1, ?2, ?3, ?4, ?5, ?6",
        std::int64_t{-9'223'372'036'854'775'807},
        0.1,
        std::string("a\0b", 3),
        std::string_view(),
        at(12),
        std::optional<std::int64_t>()
    );
    REQUIRE(row.next());
    CHECK(row.integer() == -9'223'372'036'854'775'807);
    CHECK(row.real() == 0.1);
    CHECK(row.text() == std::string("a\0b", 3));
    CHECK(row.optional_text() == "");
    CHECK(row.optional_time() == at(12));
    CHECK(row.optional_integer() == std::nullopt);
    CHECK_FALSE(row.next());
}

TEST_CASE("an error says where and what", "[sqlite]") {
    const TempDir dir;
    Connection connection = with_table(dir.database());
    const std::string file = dir.database().string();
    CHECK_THROWS_WITH(
        connection.run("SELECT ghost FROM t"),
        Contains(file) && Contains("no such column: ghost") && Contains("SELECT ghost")
    );
    CHECK_THROWS_WITH(
        connection.run("INSERT INTO t (a) VALUES (?1)", "text"),
        Contains(file) && Contains("cannot store TEXT value in INTEGER column")
    );
}

TEST_CASE("a transaction without a commit changes nothing", "[sqlite]") {
    const TempDir dir;
    Connection connection = with_table(dir.database());
    {
        Transaction transaction(connection, Kind::write);
        connection.run("INSERT INTO t (a) VALUES (1)");
    }
    CHECK_FALSE(connection.in_transaction());
    CHECK(connection.integer("SELECT count(*) FROM t") == 0);
    Transaction transaction(connection, Kind::write);
    connection.run("INSERT INTO t (a) VALUES (1)");
    transaction.commit();
    CHECK(connection.integer("SELECT count(*) FROM t") == 1);
}

TEST_CASE("a full database rolls back and goes on when there is room", "[sqlite]") {
    const TempDir dir;
    Connection connection = with_table(dir.database());
    const std::int64_t pages = connection.integer("PRAGMA page_count");
    connection.run_script("PRAGMA max_page_count = " + std::to_string(pages + 4));
    const auto insert = [&] {
        Transaction transaction(connection, Kind::write);
        connection.run("INSERT INTO t (c) VALUES (?1)", std::string(3'000, 'x'));
        transaction.commit();
    };
    std::int64_t stored = 0;
    bool full = false;
    while (!full) {
        try {
            insert();
            ++stored;
        } catch (const StorageError& error) {
            full = true;
            CHECK(error.may_pass());
            CHECK_THAT(error.what(), Contains("the disk is full"));
        }
    }
    CHECK(stored > 0);
    CHECK_FALSE(connection.in_transaction());
    CHECK(connection.integer("SELECT count(*) FROM t") == stored);
    connection.run_script("PRAGMA max_page_count = " + std::to_string(pages + 40));
    insert();
    CHECK(connection.integer("SELECT count(*) FROM t") == stored + 1);
}

TEST_CASE("a lock that lasts longer than the patience is told", "[sqlite]") {
    const TempDir dir;
    Connection first = with_table(dir.database());
    Connection second = Connection::open(dir.database(), Duration(0));
    std::optional<Transaction> lock(std::in_place, first, Kind::write);
    try {
        Transaction transaction(second, Kind::write);
        FAIL("two writers at once");
    } catch (const StorageError& error) {
        CHECK(error.may_pass());
        CHECK_THAT(error.what(), Contains("another program holds the database locked"));
    }
    CHECK_FALSE(second.in_transaction());
    lock.reset();
    Transaction transaction(second, Kind::write);
    CHECK(second.in_transaction());
}

TEST_CASE("nothing in a foreign schema acts", "[sqlite]") {
    const TempDir dir;
    Connection connection = with_table(dir.database());
    connection.run_script(
        "CREATE TRIGGER trap AFTER INSERT ON t BEGIN DELETE FROM t; END;"
        "CREATE VIEW lure AS SELECT a FROM t;"
    );
    connection.run("INSERT INTO t (a) VALUES (1)");
    CHECK(connection.integer("SELECT count(*) FROM t") == 1);
    CHECK_THROWS_AS(connection.integer("SELECT count(*) FROM lure"), StorageError);
    CHECK_THROWS_AS(
        connection.run_script("PRAGMA writable_schema = ON; DELETE FROM sqlite_schema"),
        StorageError
    );
}
