// A trial's log over HTTP: what one attempt's trainer wrote, live if wished.
//
// The log is named by study, trial, attempt and stream, never by a path. The file is opened without
// following a link and must be a regular file of one name, because the trainer's folder is the
// trainer's. What is sent is text made safe by LogEscaper.

#pragma once

#include "tuner/api/http_message.h"
#include "tuner/base/result.h"
#include "tuner/base/time.h"

#include <cstdint>
#include <filesystem>
#include <string>

namespace tuner {

class TuningService;

inline constexpr Duration kLogPoll{250};

// GET /v1/studies/{study}/trials/{trial}/log?stream=stdout|stderr&attempt=&follow=true
boost::asio::awaitable<Response> get_log(Request request, TuningService& service);

// Reads a growing file from its beginning. It may appear later; an open file stays the same file.
class LogReader {
  public:
    explicit LogReader(std::filesystem::path path) : path_(std::move(path)) {}

    ~LogReader();
    LogReader(const LogReader&) = delete;
    LogReader& operator=(const LogReader&) = delete;

    // The next bytes, at most kMaxPiece; empty at the present end, or while there is no file.
    // `not_found` for a link, a device, or a file with a second name. Throws std::system_error when
    // it cannot be read.
    Result<std::string> read();

    static constexpr std::size_t kMaxPiece = 64 * 1'024;

  private:
    Result<bool> open();

    std::filesystem::path path_;
    int descriptor_ = -1;
};

}  // namespace tuner
