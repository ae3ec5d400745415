#include "tuner/executor/launch_check.h"

#include <filesystem>
#include <optional>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/format.h>

namespace tuner {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDefaultPath = "/usr/local/bin:/usr/bin:/bin";

std::optional<fs::path> program_of(const Launch& launch) {
    const std::string& name = launch.argv.front();
    const fs::path base = launch.working_dir;
    if (name.find('/') != std::string::npos) {
        const fs::path path = base / name;
        return is_program(path) ? std::optional(path) : std::nullopt;
    }
    const auto variable = launch.env.find("PATH");
    std::string_view rest = variable == launch.env.end() ? kDefaultPath : variable->second;
    while (!rest.empty() && !name.empty()) {
        const std::string_view folder = rest.substr(0, rest.find(':'));
        rest.remove_prefix(std::min(rest.size(), folder.size() + 1));
        const fs::path path = base / folder / name;
        if (is_program(path)) {
            return path;
        }
    }
    return std::nullopt;
}

bool has_nul(const std::string& text) {
    return text.find('\0') != std::string::npos;
}

// What is wrong with the values themselves; empty when nothing is.
std::string find_fault(const Launch& launch) {
    if (launch.uuid.empty()) {
        return "an attempt needs a uuid";
    }
    if (launch.argv.empty() || launch.argv.front().empty()) {
        return "there is no program to run";
    }
    for (const std::string& argument : launch.argv) {
        if (has_nul(argument)) {
            return "an argument holds a NUL byte";
        }
    }
    for (const auto& [name, value] : launch.env) {
        if (name.empty() || name.find('=') != std::string::npos || has_nul(name + value)) {
            return fmt::format("\"{}\" cannot be an environment variable", name);
        }
    }
    if (!fs::path(launch.working_dir).is_absolute() || has_nul(launch.working_dir)) {
        return fmt::format("the working directory \"{}\" is not absolute", launch.working_dir);
    }

    struct stat status {};

    if (::stat(launch.working_dir.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
        return fmt::format("there is no working directory \"{}\"", launch.working_dir);
    }
    return {};
}

}  // namespace

bool is_program(const fs::path& path) {
    struct stat status {};

    return ::stat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode) &&
           ::access(path.c_str(), X_OK) == 0;
}

Result<AttemptSpec> resolve_launch(const Launch& launch) {
    if (const std::string fault = find_fault(launch); !fault.empty()) {
        return invalid(fault);
    }
    const std::optional<fs::path> program = program_of(launch);
    if (!program) {
        return invalid(
            fmt::format("there is no program \"{}\" that can be executed", launch.argv.front())
        );
    }
    AttemptSpec spec;
    spec.uuid = launch.uuid;
    spec.program = program->string();
    spec.argv = launch.argv;
    for (const auto& [name, value] : launch.env) {
        if (name != kCookieVariable) {
            spec.environment.push_back(name + "=" + value);
        }
    }
    spec.working_dir = launch.working_dir;
    spec.metric = launch.metric;
    spec.event_dirs = launch.event_dirs;
    spec.timeout = launch.timeout;
    spec.stall_timeout = launch.stall_timeout;
    spec.termination_grace = launch.termination_grace;
    spec.unkillable_after = launch.unkillable_after;
    return spec;
}

}  // namespace tuner
