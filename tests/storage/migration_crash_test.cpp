#include "tests/storage/child.h"
#include "tests/storage/fixtures.h"
#include "tuner/base/failpoint.h"
#include "tuner/storage/migrations.h"

using namespace tuner;

namespace {

// How many failpoints are passed before the process is killed at one; negative: it lives.
int lives = -1;
int passed = 0;

const std::vector<Migration> kOne = {{1, "001.sql", "CREATE TABLE a (x INTEGER) STRICT;"}};
const std::vector<Migration> kThree = {
    kOne[0],
    {2, "002.sql", "CREATE TABLE b (y INTEGER) STRICT; INSERT INTO b SELECT x FROM a;"},
    {3, "003.sql", "ALTER TABLE b ADD COLUMN z INTEGER; UPDATE b SET z = y + 1;"}};

void make_old(const std::filesystem::path& file) {
    std::ofstream(file).close();
    Connection connection = Connection::open(file);
    connection.run_script("PRAGMA journal_mode = WAL");
    migrate(connection, kOne);
    connection.run("INSERT INTO a VALUES (42)");
}

}  // namespace

// In place of the silent one of the product.
void tuner::failpoint(const char* /*name*/) {
    ++passed;
    if (lives >= 0 && lives-- == 0) {
        ::kill(::getpid(), SIGKILL);
    }
}

TEST_CASE("a migration that is killed at any step is finished by the next start", "[migrations]") {
    {
        const TempDir dir(quick_parent());
        make_old(dir.database());
        Connection connection = Connection::open(dir.database());
        passed = 0;
        migrate(connection, kThree);
    }
    const int steps = passed;
    REQUIRE(steps == 6);  // two of the backup, two of each migration
    for (int step = 0; step < steps; ++step) {
        CAPTURE(step);
        const TempDir dir(quick_parent());
        make_old(dir.database());
        Child child([&](int out) {
            lives = step;
            Connection connection = Connection::open(dir.database());
            migrate(connection, kThree);
            Child::say(out, "survived");
        });
        REQUIRE(child.read_all().empty());

        Connection connection = Connection::open(dir.database());
        migrate(connection, kThree);
        CHECK(schema_version(connection, 3) == 3);
        CHECK(connection.integer("SELECT count(*) FROM b WHERE y = 42 AND z = 43") == 1);
        CHECK_FALSE(std::filesystem::exists(dir.path() / "tuner.db.backup-v1.partial"));
        Connection copy = Connection::open(dir.path() / "tuner.db.backup-v1");
        CHECK(schema_version(copy, 1) == 1);
        CHECK(copy.integer("SELECT x FROM a") == 42);
    }
}
