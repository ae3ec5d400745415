#include "tuner/formats/vizier_space.h"

#include "tuner/formats/vizier_parameter.h"
#include "tuner/study/limits.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace tuner::vizier {

namespace {

// A parameter that was read, and where.
struct Declared {
    Parameter parameter;
    Place at;
    std::optional<std::size_t> parent;  // its index
};

// A ParameterSpec that is still to be read.
struct Waiting {
    const YamlNode* spec;
    std::optional<std::size_t> parent;
    std::optional<Condition> condition;
    bool is_sound = true;  // false below what is wrong: looked at for its own problems only
};

// What depends on a parameter is looked up by its values.
void check_width(const Parameter& parent, Place at, Findings& findings) {
    const auto* categories = std::get_if<Categories>(&parent.domain());
    if (categories != nullptr && categories->values.size() > kMaxParentValues) {
        findings.problem(
            at,
            fmt::format(
                "{} has {} values; a parameter with conditional ones may have at most {}",
                parent.name(),
                categories->values.size(),
                kMaxParentValues
            )
        );
    }
}

// A root and everything below it, level by level: so all parents of one name stand before their
// children.
void read_tree(const YamlNode& root, Findings& findings, std::vector<Declared>& declared) {
    std::deque<Waiting> waiting{{&root, std::nullopt, std::nullopt}};
    while (!waiting.empty()) {
        Waiting next = std::move(waiting.front());
        waiting.pop_front();
        ParameterSpec parsed = read_parameter(*next.spec, std::move(next.condition), findings);
        const bool is_sound = next.is_sound && parsed.parameter;
        if (is_sound && !parsed.children.empty()) {
            check_width(*parsed.parameter, next.spec->at, findings);
        }
        const Parameter* parent = parsed.parameter ? &*parsed.parameter : nullptr;
        std::vector<ChildSpec> children;
        for (const YamlNode& item : parsed.children) {
            children.push_back(read_child(item, parent, findings));
        }
        std::optional<std::size_t> index;
        if (is_sound) {
            index = declared.size();
            declared.push_back({std::move(*parsed.parameter), next.spec->at, next.parent});
        }
        for (ChildSpec& child : children) {
            if (child.spec != nullptr) {
                const bool is_child_sound = is_sound && child.condition;
                waiting.push_back({child.spec, index, std::move(child.condition), is_child_sound});
            }
        }
    }
}

// The parameters of one name so far.
struct Namesakes {
    int line;  // of the first
    std::optional<std::size_t> parent;
    std::set<ParameterValue> values;  // of the parent
};

// Two parameters may have one name when they never are active together; this is known only of
// children of one parent.
void check_name(
    std::map<std::string_view, Namesakes>& names, const Declared& now, Findings& findings
) {
    const auto [found, is_new] =
        names.try_emplace(now.parameter.name(), Namesakes{now.at.line, now.parent, {}});
    Namesakes& namesakes = found->second;
    bool is_apart = is_new || (now.parent && namesakes.parent == now.parent);
    if (const auto& condition = now.parameter.condition()) {
        for (const ParameterValue& value : condition->values) {
            is_apart = namesakes.values.insert(value).second && is_apart;
        }
    }
    if (!is_apart) {
        findings.problem(
            now.at,
            fmt::format(
                "parameter {} is declared twice; the first is in line {}. Two may have one "
                "parameterId only below the same parent, for different values of it",
                now.parameter.name(),
                namesakes.line
            )
        );
    }
}

// A condition names its parent only, so it must not hold for another parameter of that name.
void check_parent(const std::vector<Declared>& all, const Declared& child, Findings& findings) {
    const auto& condition = child.parameter.condition();
    for (std::size_t i = 0; condition && i < all.size(); ++i) {
        const Parameter& other = all[i].parameter;
        const bool is_ambiguous =
            i != child.parent && other.name() == condition->parent &&
            std::any_of(condition->values.begin(), condition->values.end(), [&](const auto& value) {
                return other.contains(value);
            });
        if (is_ambiguous) {
            findings.problem(
                child.at,
                fmt::format(
                    "parameter {} depends on {}, but another {} in line {} can have the same "
                    "value; this is not supported yet, so give the two parents different names",
                    child.parameter.name(),
                    other.name(),
                    other.name(),
                    all[i].at.line
                )
            );
            return;
        }
    }
}

void check_grid(YamlReader& reader, const SearchSpace& space) {
    std::vector<std::string> names;
    for (const Parameter& parameter : space.parameters()) {
        if (!count_values(parameter.domain())) {
            names.push_back(parameter.name());
        }
    }
    if (!names.empty()) {
        reader.problem(
            reader.find("algorithm")->at,
            fmt::format(
                "GRID_SEARCH needs finitely many values, but these have a doubleValueSpec: {}; "
                "give them a discreteValueSpec",
                fmt::join(names, ", ")
            )
        );
    }
}

// The first trial takes the default values, when each parameter of it has one.
void tell_unused_defaults(
    YamlReader& reader, const SearchSpace& space, const std::vector<Declared>& declared
) {
    const auto first = std::find_if(declared.begin(), declared.end(), [](const Declared& one) {
        return one.parameter.default_value().has_value();
    });
    std::vector<Assignment::Entry> entries;
    for (std::size_t i = 0; first != declared.end() && i < declared.size(); ++i) {
        const Parameter& parameter = declared[i].parameter;
        if (!space.is_active(i, Assignment(entries))) {
            continue;
        }
        if (!parameter.default_value()) {
            reader.notice(
                first->at,
                fmt::format(
                    "the first trial takes the default values only when all its parameters have "
                    "one, and {} has none",
                    parameter.name()
                )
            );
            return;
        }
        entries.emplace_back(parameter.name(), *parameter.default_value());
    }
}

std::vector<Declared> read_parameters(YamlReader& reader) {
    const YamlNode* list = reader.require(
        "parameters", "parameters: [{parameterId: lr, doubleValueSpec: {minValue: 0.001, …}}]"
    );
    const auto items = reader.items("parameters");
    if (list != nullptr && list->kind == YamlKind::sequence && items.empty()) {
        reader.problem(list->at, "parameters is empty; a study needs at least one parameter");
    }
    std::vector<Declared> declared;
    for (const YamlNode& item : items) {
        read_tree(item, reader.findings(), declared);
    }
    if (declared.size() > kMaxParameters) {
        reader.problem(
            list->at,
            fmt::format("{} parameters; at most {} are allowed", declared.size(), kMaxParameters)
        );
        return {};
    }
    std::map<std::string_view, Namesakes> names;
    for (const Declared& one : declared) {
        check_name(names, one, reader.findings());
        check_parent(declared, one, reader.findings());
    }
    return declared;
}

}  // namespace

void read_space(YamlReader& reader, StudyConfig& config) {
    const std::size_t before = reader.findings().problem_count();
    const std::vector<Declared> declared = read_parameters(reader);
    if (reader.findings().problem_count() > before || declared.empty()) {
        return;  // what follows would only repeat it
    }
    std::vector<Parameter> parameters;
    parameters.reserve(declared.size());
    for (const Declared& one : declared) {
        parameters.push_back(one.parameter);
    }
    auto space = SearchSpace::create(std::move(parameters));
    if (!space) {
        reader.problem(reader.find("parameters")->at, space.error().message);
        return;
    }
    config.space = std::move(*space);
    if (config.algorithm == Algorithm::grid) {
        check_grid(reader, config.space);
    }
    tell_unused_defaults(reader, config.space, declared);
}

}  // namespace tuner::vizier
