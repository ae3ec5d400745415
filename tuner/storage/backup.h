// Backups are copies of the database beside it, FILE.backup-vN, made before a migration changes
// version N. They are never removed and never put back by tuner: that is for people, with the
// command that the refusal of a damaged file shows.

#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace tuner {

class Connection;

// Copies the open database; complete under its final name or not there at all. Throws StorageError.
void back_up(Connection& connection, std::int64_t version);

// The backup with the highest version that is there.
std::optional<std::filesystem::path> newest_backup(const std::filesystem::path& file);

// What to do about a damaged `file`: how to put its newest backup in its place, when there is one.
std::string restore_advice(const std::filesystem::path& file);

}  // namespace tuner
