#include "tuner/executor/machine_facts.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <sched.h>
#include <set>
#include <sstream>
#include <thread>
#include <vector>

namespace tuner {

namespace fs = std::filesystem;

namespace {

constexpr std::int64_t kUnlimited = std::numeric_limits<std::int64_t>::max();

std::optional<std::string> variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::int64_t affinity_of_this_process() {
    for (std::size_t most = 1'024; most <= 1'048'576; most *= 4) {
        cpu_set_t* set = CPU_ALLOC(most);
        const std::size_t bytes = CPU_ALLOC_SIZE(most);
        const bool known = sched_getaffinity(0, bytes, set) == 0;
        const int count = known ? CPU_COUNT_S(bytes, set) : 0;
        CPU_FREE(set);
        if (count > 0) {
            return count;
        }
    }
    return std::max(1U, std::thread::hardware_concurrency());
}

std::vector<std::string> words_of(const fs::path& file) {
    std::ifstream stream(file);
    std::vector<std::string> words;
    for (std::string word; words.size() < 8 && stream >> word;) {
        words.push_back(std::move(word));
    }
    return words;
}

std::int64_t number_of(const std::string& word) {
    std::int64_t number = kUnlimited;  // also for "max" and "-1"
    std::from_chars(word.data(), word.data() + word.size(), number);
    return number < 0 ? kUnlimited : number;
}

// The folders of this process's cgroup and those above it, in the tree of a version 1 `controller`
// or, for an empty one, of version 2.
std::vector<fs::path> cgroup_folders(const MachineSources& sources, const std::string& controller) {
    std::vector<fs::path> folders;
    std::ifstream stream(sources.proc / "self/cgroup");
    for (std::string line; std::getline(stream, line);) {
        const std::size_t first = line.find(':');
        const std::size_t second = first == std::string::npos ? first : line.find(':', first + 1);
        if (second == std::string::npos) {
            continue;
        }
        const std::string names = "," + line.substr(first + 1, second - first - 1) + ",";
        if (names != (controller.empty() ? ",," : names) ||
            (!controller.empty() && names.find("," + controller + ",") == std::string::npos)) {
            continue;
        }
        const fs::path base = controller.empty() ? sources.cgroups : sources.cgroups / controller;
        fs::path folder = base;
        folders.push_back(folder);
        for (const fs::path& part : fs::path(line.substr(second + 1)).relative_path()) {
            folder /= part;
            folders.push_back(folder);
        }
    }
    return folders;
}

std::int64_t least_number(
    const MachineSources& sources, const std::string& controller, const char* file
) {
    std::int64_t least = kUnlimited;
    for (const fs::path& folder : cgroup_folders(sources, controller)) {
        const std::vector<std::string> words = words_of(folder / file);
        least = words.empty() ? least : std::min(least, number_of(words[0]));
    }
    return least;
}

std::int64_t whole_cpus(std::int64_t quota, std::int64_t period) {
    return quota == kUnlimited || period <= 0 || period == kUnlimited
               ? kUnlimited
               : std::max<std::int64_t>(1, quota / period);
}

std::int64_t cpu_quota(const MachineSources& sources) {
    std::int64_t least = kUnlimited;
    for (const fs::path& folder : cgroup_folders(sources, "")) {
        const std::vector<std::string> words = words_of(folder / "cpu.max");
        if (words.size() == 2) {
            least = std::min(least, whole_cpus(number_of(words[0]), number_of(words[1])));
        }
    }
    for (const fs::path& folder : cgroup_folders(sources, "cpu")) {
        const std::vector<std::string> quota = words_of(folder / "cpu.cfs_quota_us");
        const std::vector<std::string> period = words_of(folder / "cpu.cfs_period_us");
        if (!quota.empty() && !period.empty()) {
            least = std::min(least, whole_cpus(number_of(quota[0]), number_of(period[0])));
        }
    }
    return least;
}

std::int64_t total_memory(const MachineSources& sources) {
    std::ifstream stream(sources.proc / "meminfo");
    std::string name;
    std::int64_t kibibytes = 0;
    return stream >> name >> kibibytes && name == "MemTotal:" ? kibibytes * 1'024 : 0;
}

Gpu numbered(std::int64_t number) {
    return {number, std::to_string(number)};
}

// As CUDA reads it: the list ends at the first entry that is no device.
std::vector<Gpu> gpus_of_list(const std::string& list) {
    std::vector<Gpu> gpus;
    std::set<std::string> seen;
    std::istringstream stream(list);
    for (std::string name; std::getline(stream, name, ',');) {
        name.erase(0, name.find_first_not_of(' '));
        name.erase(name.find_last_not_of(' ') + 1);
        std::int64_t number = -1;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
        const bool is_number = error == std::errc{} && end == name.data() + name.size();
        const bool is_device =
            is_number ? number >= 0 : name.starts_with("GPU-") || name.starts_with("MIG-");
        if (!is_device || !seen.insert(name).second) {
            break;
        }
        gpus.push_back({is_number ? number : std::ssize(gpus), std::move(name)});
    }
    std::sort(gpus.begin(), gpus.end(), [](const Gpu& a, const Gpu& b) {
        return a.number < b.number;
    });
    return gpus;
}

// One folder for each in /proc/driver/nvidia/gpus, or one device file /dev/nvidiaN.
std::vector<Gpu> gpus_of_driver(const MachineSources& sources) {
    std::vector<Gpu> gpus;
    std::error_code error;
    for (fs::directory_iterator at(sources.proc / "driver/nvidia/gpus", error), end; at != end;
         at.increment(error)) {
        gpus.push_back(numbered(std::ssize(gpus)));
    }
    if (!gpus.empty()) {
        return gpus;
    }
    for (fs::directory_iterator at(sources.dev, error), end; at != end; at.increment(error)) {
        const std::string name = at->path().filename().string();
        const bool is_gpu = name.starts_with("nvidia") && name.size() > 6 &&
                            std::all_of(name.begin() + 6, name.end(), [](unsigned char c) {
                                return std::isdigit(c) != 0;
                            });
        if (is_gpu) {
            gpus.push_back(numbered(std::ssize(gpus)));
        }
    }
    return gpus;
}

std::vector<Gpu> find_gpus(const MachineSources& sources) {
    if (sources.cuda_visible_devices) {
        return gpus_of_list(*sources.cuda_visible_devices);
    }
    const std::string container = sources.nvidia_visible_devices.value_or("all");
    return container == "none" || container == "void" ? std::vector<Gpu>()
                                                      : gpus_of_driver(sources);
}

}  // namespace

MachineSources MachineSources::of_this_process() {
    MachineSources sources;
    sources.cuda_visible_devices = variable("CUDA_VISIBLE_DEVICES");
    sources.nvidia_visible_devices = variable("NVIDIA_VISIBLE_DEVICES");
    sources.affinity = affinity_of_this_process();
    return sources;
}

Machine find_machine(const MachineSources& sources) {
    Machine machine;
    machine.cpus = std::min(sources.affinity, cpu_quota(sources));
    machine.memory_bytes = std::min(
        {total_memory(sources),
         least_number(sources, "", "memory.max"),
         least_number(sources, "memory", "memory.limit_in_bytes")}
    );
    machine.gpus = find_gpus(sources);
    return machine;
}

}  // namespace tuner
