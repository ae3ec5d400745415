#include "tuner/formats/attempt_files.h"

#include "tuner/base/random.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <system_error>
#include <utility>

namespace tuner {

namespace {

constexpr int kVersion = 1;
constexpr std::string_view kChecksumKey = "checksum=";
constexpr std::size_t kChecksumDigits = 16;

std::string checksum_of(std::string_view text) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::uint64_t hash = stable_hash(text);
    std::string digits(kChecksumDigits, '0');
    for (std::size_t i = kChecksumDigits; i-- > 0; hash >>= 4) {
        digits[i] = kDigits[hash & 0xf];
    }
    return digits;
}

class Writer {
  public:
    explicit Writer(std::string_view kind) {
        text_ = "tuner-" + std::string(kind) + " " + std::to_string(kVersion) + "\n";
    }

    void add(std::string_view key, std::string_view value) {
        text_ += key;
        text_ += '=';
        for (const char c : value) {
            if (c == '\n') {
                text_ += "\\n";
            } else if (c == '\\') {
                text_ += "\\\\";
            } else {
                text_ += c;
            }
        }
        text_ += '\n';
    }

    void add_number(std::string_view key, std::int64_t value) { add(key, std::to_string(value)); }

    std::string finish() {
        text_ += std::string(kChecksumKey) + checksum_of(text_) + "\n";
        return std::move(text_);
    }

  private:
    std::string text_;
};

// The fields of a file that is whole. A getter that misses its field makes the file bad, so that a
// reader takes all it needs and asks once, at the end.
class Reader {
  public:
    Reader(std::string_view text, std::string_view kind, std::size_t bytes_max) : kind_(kind) {
        if (text.size() > bytes_max) {
            reject("is longer than its limit");
        } else if (text.find('\0') != std::string_view::npos) {
            reject("holds a NUL byte");
        } else if (const std::string_view body = checked_body(text); !body.empty()) {
            split(body);
        }
    }

    std::vector<std::string> all(std::string_view key) const {
        std::vector<std::string> values;
        for (const auto& [name, value] : fields_) {
            if (name == key) {
                values.push_back(value);
            }
        }
        return values;
    }

    std::optional<std::string> find(std::string_view key) const {
        const auto at = std::find_if(fields_.begin(), fields_.end(), [key](const auto& field) {
            return field.first == key;
        });
        return at == fields_.end() ? std::nullopt : std::optional(at->second);
    }

    std::string text(std::string_view key) {
        std::optional<std::string> value = find(key);
        if (!value) {
            reject("has no " + std::string(key));
        }
        return value.value_or("");
    }

    template <class Number = std::int64_t>
    Number number(
        std::string_view key,
        Number least = std::numeric_limits<Number>::min(),
        Number most = std::numeric_limits<Number>::max()
    ) {
        const std::string value = text(key);
        Number parsed{};
        const char* end = value.data() + value.size();
        const auto [stop, error] = std::from_chars(value.data(), end, parsed);
        if (error != std::errc{} || stop != end || parsed < least || parsed > most) {
            reject("has a bad " + std::string(key));
            return least;
        }
        return parsed;
    }

    void reject(const std::string& why) {
        if (!error_) {
            error_ = Error{ErrorCode::invalid_argument, "the " + kind_ + " file " + why};
        }
    }

    const std::optional<Error>& error() const { return error_; }

  private:
    // What the checksum covers; empty, and the file rejected, when it does not match.
    std::string_view checked_body(std::string_view text) {
        const std::size_t tail = kChecksumKey.size() + kChecksumDigits + 1;
        const std::size_t length = text.size() < tail ? 0 : text.size() - tail;
        const std::string_view body = text.substr(0, length);
        if (body.empty() || body.back() != '\n' ||
            text.substr(length) != std::string(kChecksumKey) + checksum_of(body) + "\n") {
            reject("is torn or altered: its checksum does not match");
            return {};
        }
        return body;
    }

    void split(std::string_view body) {
        const std::string_view first = body.substr(0, body.find('\n'));
        if (first != "tuner-" + kind_ + " " + std::to_string(kVersion)) {
            reject("is of another kind or version");
            return;
        }
        body.remove_prefix(first.size() + 1);
        while (!body.empty()) {
            const std::string_view line = body.substr(0, body.find('\n'));
            body.remove_prefix(line.size() + 1);
            const std::size_t equals = line.find('=');
            if (equals == std::string_view::npos) {
                reject("has a line without \"=\"");
                return;
            }
            fields_.emplace_back(line.substr(0, equals), unescaped(line.substr(equals + 1)));
        }
    }

    static std::string unescaped(std::string_view value) {
        std::string text;
        for (std::size_t i = 0; i < value.size(); ++i) {
            const bool escape = value[i] == '\\' && i + 1 < value.size();
            i += escape ? 1 : 0;
            text += escape && value[i] == 'n' ? '\n' : value[i];
        }
        return text;
    }

    std::string kind_;
    std::vector<std::pair<std::string, std::string>> fields_;
    std::optional<Error> error_;
};

constexpr std::int64_t kLongest = std::numeric_limits<std::int64_t>::max() / 4;

std::optional<Duration> optional_duration(Reader& reader, std::string_view key) {
    if (!reader.find(key)) {
        return std::nullopt;
    }
    return Duration(reader.number<std::int64_t>(key, 0, kLongest));
}

TimePoint time_of(Reader& reader, std::string_view key) {
    return TimePoint(Duration(reader.number<std::int64_t>(key, 0, kLongest)));
}

template <class Value>
Result<Value> finish(const Reader& reader, Value value) {
    if (reader.error()) {
        return tl::unexpected<Error>(*reader.error());
    }
    return value;
}

}  // namespace

std::string to_text(const AttemptSpec& spec) {
    Writer writer("spec");
    writer.add("uuid", spec.uuid);
    writer.add("program", spec.program);
    for (const std::string& argument : spec.argv) {
        writer.add("argv", argument);
    }
    for (const std::string& variable : spec.environment) {
        writer.add("env", variable);
    }
    writer.add("working_dir", spec.working_dir);
    writer.add("metric", spec.metric);
    if (spec.timeout) {
        writer.add_number("timeout_ms", spec.timeout->count());
    }
    if (spec.stall_timeout) {
        writer.add_number("stall_timeout_ms", spec.stall_timeout->count());
    }
    writer.add_number("termination_grace_ms", spec.termination_grace.count());
    writer.add_number("open_files_soft", spec.open_files_soft);
    return writer.finish();
}

std::string to_text(const AttemptIdentity& identity) {
    Writer writer("identity");
    writer.add("boot_id", identity.boot_id);
    writer.add("pid_namespace", identity.pid_namespace);
    writer.add_number("pid", identity.pid);
    writer.add("start_ticks", std::to_string(identity.start_ticks));
    return writer.finish();
}

std::string to_text(const ExitRecord& record) {
    Writer writer("exit");
    writer.add("kind", name_of(record.exit.kind));
    writer.add_number("code", record.exit.code);
    writer.add_number("signal", record.exit.signal);
    writer.add("message", std::string_view(record.exit.message).substr(0, kMaxExitMessageBytes));
    writer.add_number("started_ms", record.started.time_since_epoch().count());
    writer.add_number("ended_ms", record.ended.time_since_epoch().count());
    writer.add_number("elapsed_ms", record.elapsed.count());
    writer.add_number("metric_bytes", record.metric_bytes);
    writer.add_number("metric_lines_dropped", record.metric_lines_dropped);
    writer.add_number("log_bytes_dropped", record.log_bytes_dropped);
    return writer.finish();
}

Result<AttemptSpec> parse_spec(std::string_view text) {
    Reader reader(text, "spec", kMaxSpecBytes);
    AttemptSpec spec;
    spec.uuid = reader.text("uuid");
    spec.program = reader.text("program");
    spec.argv = reader.all("argv");
    spec.environment = reader.all("env");
    spec.working_dir = reader.text("working_dir");
    spec.metric = reader.text("metric");
    spec.timeout = optional_duration(reader, "timeout_ms");
    spec.stall_timeout = optional_duration(reader, "stall_timeout_ms");
    spec.termination_grace =
        Duration(reader.number<std::int64_t>("termination_grace_ms", 0, kLongest));
    spec.open_files_soft = reader.number<std::int64_t>("open_files_soft", -1);
    if (spec.uuid.empty() || spec.program.empty() || spec.argv.empty()) {
        reader.reject("has an empty uuid, program or argv");
    }
    return finish(reader, std::move(spec));
}

Result<AttemptIdentity> parse_identity(std::string_view text) {
    Reader reader(text, "identity", kMaxIdentityBytes);
    AttemptIdentity identity;
    identity.boot_id = reader.text("boot_id");
    identity.pid_namespace = reader.text("pid_namespace");
    identity.pid = reader.number<std::int64_t>("pid", 1, std::numeric_limits<std::int32_t>::max());
    identity.start_ticks = reader.number<std::uint64_t>("start_ticks");
    return finish(reader, std::move(identity));
}

Result<ExitRecord> parse_exit(std::string_view text) {
    Reader reader(text, "exit", kMaxExitBytes);
    ExitRecord record;
    const std::optional<ExitKind> kind = from_name<ExitKind>(reader.text("kind"));
    if (!kind || *kind == ExitKind::lost) {
        reader.reject("names no kind of end");
    }
    record.exit.kind = kind.value_or(ExitKind::lost);
    record.exit.code = reader.number<int>("code", 0, 255);
    record.exit.signal = reader.number<int>("signal", 0, 64);
    record.exit.message = reader.text("message");
    record.started = time_of(reader, "started_ms");
    record.ended = time_of(reader, "ended_ms");
    record.elapsed = Duration(reader.number<std::int64_t>("elapsed_ms", 0, kLongest));
    record.metric_bytes = reader.number<std::int64_t>("metric_bytes", 0);
    record.metric_lines_dropped = reader.number<std::int64_t>("metric_lines_dropped", 0);
    record.log_bytes_dropped = reader.number<std::int64_t>("log_bytes_dropped", 0);
    return finish(reader, std::move(record));
}

bool is_worth_keeping(std::string_view line, std::string_view metric) {
    constexpr std::string_view kNumberStart = "0123456789+-.nNiI";
    const std::size_t start = line.find_first_not_of(" \t");
    if (start == std::string_view::npos) {
        return false;
    }
    if (line[start] == '{') {
        return true;
    }
    for (std::size_t at = line.find('='); at != std::string_view::npos;
         at = line.find('=', at + 1)) {
        const std::size_t next = line.find_first_not_of(" \t", at + 1);
        if (next != std::string_view::npos &&
            kNumberStart.find(line[next]) != std::string_view::npos) {
            return true;
        }
    }
    return !metric.empty() && line.find(metric) != std::string_view::npos;
}

}  // namespace tuner
