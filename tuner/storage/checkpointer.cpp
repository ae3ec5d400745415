#include "tuner/storage/checkpointer.h"

#include "tuner/base/log.h"

#include <fmt/format.h>

namespace tuner {

void Checkpointer::after_commit(Connection& connection) {
    if (connection.wal_pages() < kCheckpointPages) {
        alarm_bytes_ = kWalAlarmBytes;
        return;
    }
    reuse_log(connection);
}

void Checkpointer::reuse_log(Connection& connection) {
    try {
        connection.checkpoint();
        watch_size(connection);
    } catch (const StorageError& error) {
        log::warning("checkpoint_failed", fmt::format("why={}", log::quoted(error.what())));
    }
}

void Checkpointer::watch_size(Connection& connection) {
    if (page_bytes_ == 0) {
        page_bytes_ = connection.integer("PRAGMA page_size");
    }
    const std::int64_t bytes = page_bytes_ * connection.wal_pages();
    if (bytes <= alarm_bytes_) {
        return;
    }
    ++alarms_;
    alarm_bytes_ = 2 * bytes;
    log::warning(
        "wal_grows",
        fmt::format(
            "file={}-wal bytes={} why={}",
            connection.name(),
            bytes,
            log::quoted(
                "another program reads the database without an end; find it with: fuser " +
                connection.name()
            )
        )
    );
}

}  // namespace tuner
