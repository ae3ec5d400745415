#include "tuner/storage/schema_check.h"

#include <map>
#include <string>

#include <fmt/format.h>

namespace tuner {

namespace {

// "table study" -> its SQL. What SQLite keeps for itself (sqlite_sequence, sqlite_stat1) is left
// out: it has no text of its own to lie with.
using Schema = std::map<std::string, std::string>;

Schema read_schema(Connection& connection) {
    Schema schema;
    Statement row = connection.query(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite|_%' ESCAPE"
        " '|'"
    );
    while (row.next()) {
        std::string key = row.text();
        key += ' ' + row.text();
        std::string value = row.text();
        value += ": " + row.optional_text().value_or("");
        schema.emplace(std::move(key), std::move(value));
    }
    return schema;
}

// The first thing that one has and the other has not, or has otherwise; empty when both are equal.
std::string first_difference(const Schema& present, const Schema& expected) {
    for (const auto& [key, text] : expected) {
        const auto found = present.find(key);
        if (found == present.end()) {
            return key + " is missing";
        }
        if (found->second != text) {
            return key + " was changed";
        }
    }
    for (const auto& [key, text] : present) {
        if (!expected.contains(key)) {
            return key + " was added";
        }
    }
    return "";
}

}  // namespace

void check_schema(
    Connection& connection, std::span<const Migration> migrations, std::int64_t version
) {
    if (version == 0) {
        return;
    }
    Connection model = Connection::in_memory();
    migrate(model, migrations.first(static_cast<std::size_t>(version)));
    const std::string difference = first_difference(read_schema(connection), read_schema(model));
    if (!difference.empty()) {
        connection.give_up(
            StorageTrouble::damaged,
            fmt::format(
                "database {}: {} since tuner made it, so it was left as it is",
                connection.name(),
                difference
            )
        );
    }
}

}  // namespace tuner
