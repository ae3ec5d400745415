#include "tuner/formats/attempt_files.h"

#include "tuner/formats/checked_fields.h"

#include <limits>
#include <utility>

namespace tuner {

namespace {

constexpr std::int64_t kLongest = std::numeric_limits<std::int64_t>::max() / 4;

std::optional<Duration> optional_duration(FieldReader& reader, std::string_view key) {
    if (!reader.find(key)) {
        return std::nullopt;
    }
    return Duration(reader.number<std::int64_t>(key, 0, kLongest));
}

TimePoint time_of(FieldReader& reader, std::string_view key) {
    return TimePoint(Duration(reader.number<std::int64_t>(key, 0, kLongest)));
}

template <class Value>
Result<Value> finish(const FieldReader& reader, Value value) {
    if (reader.error()) {
        return tl::unexpected<Error>(*reader.error());
    }
    return value;
}

}  // namespace

std::string to_text(const AttemptSpec& spec) {
    FieldWriter writer("spec");
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
    for (const std::string& dir : spec.event_dirs) {
        writer.add("event_dir", dir);
    }
    if (spec.timeout) {
        writer.add_number("timeout_ms", spec.timeout->count());
    }
    if (spec.stall_timeout) {
        writer.add_number("stall_timeout_ms", spec.stall_timeout->count());
    }
    writer.add_number("termination_grace_ms", spec.termination_grace.count());
    writer.add_number("unkillable_after_ms", spec.unkillable_after.count());
    writer.add_number("open_files_soft", spec.open_files_soft);
    return writer.finish();
}

std::string to_text(const AttemptIdentity& identity) {
    FieldWriter writer("identity");
    writer.add("boot_id", identity.boot_id);
    writer.add("pid_namespace", identity.pid_namespace);
    writer.add_number("pid", identity.pid);
    writer.add("start_ticks", std::to_string(identity.start_ticks));
    return writer.finish();
}

std::string to_text(const ExitRecord& record) {
    FieldWriter writer("exit");
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
    FieldReader reader(text, "spec", kMaxSpecBytes);
    AttemptSpec spec;
    spec.uuid = reader.text("uuid");
    spec.program = reader.text("program");
    spec.argv = reader.all("argv");
    spec.environment = reader.all("env");
    spec.working_dir = reader.text("working_dir");
    spec.metric = reader.text("metric");
    spec.event_dirs = reader.all("event_dir");
    spec.timeout = optional_duration(reader, "timeout_ms");
    spec.stall_timeout = optional_duration(reader, "stall_timeout_ms");
    spec.termination_grace =
        Duration(reader.number<std::int64_t>("termination_grace_ms", 0, kLongest));
    spec.unkillable_after =
        optional_duration(reader, "unkillable_after_ms").value_or(kUnkillableAfter);
    spec.open_files_soft = reader.number<std::int64_t>("open_files_soft", -1);
    if (spec.uuid.empty() || spec.program.empty() || spec.argv.empty()) {
        reader.reject("has an empty uuid, program or argv");
    }
    return finish(reader, std::move(spec));
}

Result<AttemptIdentity> parse_identity(std::string_view text) {
    FieldReader reader(text, "identity", kMaxIdentityBytes);
    AttemptIdentity identity;
    identity.boot_id = reader.text("boot_id");
    identity.pid_namespace = reader.text("pid_namespace");
    identity.pid = reader.number<std::int64_t>("pid", 1, std::numeric_limits<std::int32_t>::max());
    identity.start_ticks = reader.number<std::uint64_t>("start_ticks");
    return finish(reader, std::move(identity));
}

Result<ExitRecord> parse_exit(std::string_view text) {
    FieldReader reader(text, "exit", kMaxExitBytes);
    ExitRecord record;
    const std::optional<ExitKind> kind = from_name<ExitKind>(reader.text("kind"));
    if (!kind) {
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
    // A progress bar ends its line by a carriage return, so the next one may begin with it.
    constexpr std::string_view kBlanks = " \t\r\n";
    const std::size_t start = line.find_first_not_of(kBlanks);
    if (start == std::string_view::npos) {
        return false;
    }
    if (line[start] == '{') {
        return true;
    }
    for (std::size_t at = line.find('='); at != std::string_view::npos;
         at = line.find('=', at + 1)) {
        const std::size_t next = line.find_first_not_of(kBlanks, at + 1);
        if (next != std::string_view::npos &&
            kNumberStart.find(line[next]) != std::string_view::npos) {
            return true;
        }
    }
    return !metric.empty() && line.find(metric) != std::string_view::npos;
}

}  // namespace tuner
