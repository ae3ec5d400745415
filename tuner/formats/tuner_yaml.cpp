#include "tuner/formats/tuner_yaml.h"

#include "tuner/formats/resource_fields.h"
#include "tuner/formats/yaml_reader.h"
#include "tuner/study/limits.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include <fmt/format.h>

namespace tuner {

namespace {

using namespace std::string_view_literals;

constexpr std::array kDocumentKeys{"machine"sv, "scaleTiers"sv};
constexpr std::array kMachineKeys{"cpus"sv, "gpus"sv, "memory"sv};

std::optional<std::int64_t> to_number(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool whole = error == std::errc{} && end == text.data() + text.size() && number >= 0;
    return whole ? std::optional(number) : std::nullopt;
}

std::vector<Gpu> counted_gpus(std::int64_t count) {
    std::vector<Gpu> gpus;
    for (std::int64_t number = 0; number < count; ++number) {
        gpus.push_back({number, std::to_string(number)});
    }
    return gpus;
}

// A count, or a list of numbers or names.
void read_gpus(YamlReader& reader, TunerConfig& config) {
    const YamlNode* node = reader.find("gpus");
    if (node == nullptr) {
        return;
    }
    if (node->kind != YamlKind::sequence) {
        if (const auto count = reader.integer("gpus", 0, kMaxGpus)) {
            config.gpus = counted_gpus(*count);
        }
        return;
    }
    const std::vector<std::string> names = reader.texts("gpus");
    config.gpus = to_gpus(names);
    if (config.gpus->size() != names.size() || std::ssize(names) > kMaxGpus) {
        reader.problem(
            node->at,
            fmt::format(
                "gpus must be a count or a list of at most {} different ones, like [0, 1] or "
                "[GPU-8f1c2d, GPU-07aa31]",
                kMaxGpus
            )
        );
    }
}

void read_machine(const YamlNode& node, Findings& findings, TunerConfig& config) {
    YamlReader reader(node, "machine", kMachineKeys, findings);
    if (node.kind != YamlKind::mapping) {
        return;
    }
    config.cpus = reader.integer("cpus", 1, kMaxCpus);
    config.memory_bytes = read_memory(reader, "memory");
    read_gpus(reader, config);
}

void read_scale_tiers(const YamlNode& node, Findings& findings, TunerConfig& config) {
    if (node.kind != YamlKind::mapping) {
        findings.problem(
            node.at,
            fmt::format(
                "scaleTiers must be a mapping like {{BASIC_GPU: {{gpus: 1}}}}, not {}",
                describe(node)
            )
        );
        return;
    }
    config.scale_tiers.clear();
    for (const YamlMember& member : node.members) {
        config.scale_tiers[member.key] = is_null(member.value)
                                             ? Resources{}
                                             : read_resources(member.value, member.key, findings);
    }
}

}  // namespace

std::vector<Gpu> to_gpus(const std::vector<std::string>& names) {
    const bool numbered = std::all_of(names.begin(), names.end(), [](const std::string& name) {
        return to_number(name).has_value();
    });
    std::vector<Gpu> gpus;
    std::set<std::string> seen;
    for (const std::string& name : names) {
        const bool usable = !name.empty() && name.find_first_of(" ,=\n") == std::string::npos &&
                            (numbered || !to_number(name)) && seen.insert(name).second;
        if (!usable) {
            return {};
        }
        gpus.push_back({numbered ? *to_number(name) : std::ssize(gpus), name});
    }
    std::sort(gpus.begin(), gpus.end(), [](const Gpu& a, const Gpu& b) {
        return a.number < b.number;
    });
    const auto same = [](const Gpu& a, const Gpu& b) { return a.number == b.number; };
    return std::adjacent_find(gpus.begin(), gpus.end(), same) == gpus.end() ? gpus
                                                                            : std::vector<Gpu>();
}

tl::expected<TunerConfig, std::vector<Problem>> parse_tuner_yaml(std::string_view text) {
    Findings findings;
    TunerConfig config;
    const auto root = load_yaml(text, findings);
    if (root && !is_null(*root)) {
        YamlReader reader(*root, "tuner.yaml", kDocumentKeys, findings);
        const YamlNode* machine =
            root->kind == YamlKind::mapping ? reader.find("machine") : nullptr;
        const YamlNode* tiers =
            root->kind == YamlKind::mapping ? reader.find("scaleTiers") : nullptr;
        if (machine != nullptr) {
            read_machine(*machine, findings, config);
        }
        if (tiers != nullptr) {
            read_scale_tiers(*tiers, findings, config);
        }
    }
    if (!findings.problems().empty()) {
        return tl::unexpected(findings.problems());
    }
    return config;
}

Machine adjusted(Machine found, const TunerConfig& config) {
    found.cpus = config.cpus.value_or(found.cpus);
    found.memory_bytes = config.memory_bytes.value_or(found.memory_bytes);
    found.gpus = config.gpus.value_or(std::move(found.gpus));
    return found;
}

}  // namespace tuner
