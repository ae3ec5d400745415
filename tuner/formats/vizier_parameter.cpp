#include "tuner/formats/vizier_parameter.h"

#include "tuner/formats/domain_fields.h"
#include "tuner/formats/vizier_job_keys.h"
#include "tuner/formats/vizier_study_keys.h"
#include "tuner/study/limits.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

namespace tuner::vizier {

namespace {

std::optional<Domain> read_numbers(YamlReader& spec, GivenScale scale) {
    return read_discrete_values(spec, "values", scale);
}

std::optional<Domain> read_texts(YamlReader& spec, GivenScale scale) {
    if (scale.node != nullptr && scale.node->text != "SCALE_TYPE_UNSPECIFIED") {
        spec.notice(scale.node->at, "scaleType means nothing for a categoricalValueSpec");
    }
    return read_categories(spec, "values");
}

// A kind of domain: where its values stand, and those of them for which a child is active.
struct Kind {
    std::string_view spec;
    YamlReader::Keys keys;  // in the spec
    std::optional<Domain> (*read)(YamlReader& spec, GivenScale scale);
    std::string_view parent_values;  // no key for a kind that cannot be a parent
};

// In the order of Domain's alternatives.
constexpr Kind kKinds[] = {
    {"doubleValueSpec", kRangeKeys, read_real_range, ""},
    {"integerValueSpec", kRangeKeys, read_integer_range, "parentIntValues"},
    {"discreteValueSpec", kListKeys, read_numbers, "parentDiscreteValues"},
    {"categoricalValueSpec", kListKeys, read_texts, "parentCategoricalValues"},
};

// The one kind whose key is given; null with a problem when there is none, or more.
const Kind* find_kind(YamlReader& reader, std::string_view Kind::*key, std::string_view missing) {
    const Kind* found = nullptr;
    bool is_misspelled = false;
    for (const Kind& kind : kKinds) {
        is_misspelled = is_misspelled || reader.has_suggested(kind.*key);
        const YamlNode* node = reader.find(kind.*key);
        if (node != nullptr && found != nullptr) {
            reader.problem(
                node->at,
                fmt::format(
                    "{} and {} exclude each other; remove one of them", found->*key, kind.*key
                )
            );
            return nullptr;
        }
        found = node != nullptr ? &kind : found;
    }
    if (found == nullptr && !is_misspelled) {
        reader.problem(reader.at(), std::string(missing));
    }
    return found;
}

double nearest(const DiscreteValues& list, double wanted) {
    return *std::min_element(list.values.begin(), list.values.end(), [&](double a, double b) {
        return std::abs(a - wanted) < std::abs(b - wanted);
    });
}

// The value with which the search begins; in a list of numbers the nearest one counts.
std::optional<ParameterValue> read_default(YamlReader& spec, const Domain& domain) {
    const YamlNode* node = spec.find("defaultValue");
    if (node == nullptr) {
        return std::nullopt;
    }
    auto value = to_value(domain, *node);
    const auto* list = std::get_if<DiscreteValues>(&domain);
    if (value && list != nullptr && !contains(domain, *value)) {
        value = nearest(*list, std::get<double>(*value));
        spec.notice(
            node->at,
            fmt::format(
                "defaultValue {} is none of the values; the nearest, {}, is taken",
                node->text,
                to_display_text(*value)
            )
        );
    }
    if (!value || !contains(domain, *value)) {
        spec.problem(
            node->at,
            fmt::format("defaultValue cannot be {}; it is {}", describe(*node), describe(domain))
        );
        return std::nullopt;
    }
    return value;
}

// A value of the parent as the domain spells it: discrete ones may be off by an epsilon.
std::optional<ParameterValue> find_value(const Domain& domain, const YamlNode& node) {
    auto value = to_value(domain, node);
    if (const auto* list = std::get_if<DiscreteValues>(&domain); value && list != nullptr) {
        const double wanted = std::get<double>(*value);
        const double found = nearest(*list, wanted);
        value = std::abs(found - wanted) <= kDiscreteEpsilon ? found : wanted;
    }
    return value && contains(domain, *value) ? value : std::nullopt;
}

std::vector<ParameterValue> read_parent_values(
    YamlReader& reader, std::string_view key, const Parameter* parent
) {
    const YamlNode& node = *reader.find(key);
    YamlReader values(node, std::string(key), kParentValuesKeys, reader.findings(), section_of);
    const YamlNode* list = values.require("values", "values: [a, b]");
    const auto items = values.items("values");
    if (list != nullptr && list->kind == YamlKind::sequence && items.empty()) {
        values.problem(list->at, fmt::format("{} names no value", key));
    }
    std::vector<ParameterValue> found;
    std::set<ParameterValue> seen;
    if (items.size() > kMaxParentValues) {
        values.problem(
            list->at,
            fmt::format("{} values; at most {} are allowed", items.size(), kMaxParentValues)
        );
        return found;
    }
    for (const YamlNode& item : items) {
        if (parent == nullptr) {
            break;
        }
        const auto value = find_value(parent->domain(), item);
        if (!value) {
            values.problem(
                item.at,
                fmt::format(
                    "{} cannot be {}; it is {}",
                    parent->name(),
                    describe(item),
                    describe(parent->domain())
                )
            );
        } else if (seen.insert(*value).second) {
            found.push_back(*value);
        }
    }
    return found;
}

// Whether values under `key` are those of the parent's kind, with a problem when they are not.
bool goes_with(YamlReader& reader, std::string_view key, const Parameter* parent) {
    if (parent == nullptr) {
        return true;
    }
    const Kind& kind = kKinds[parent->domain().index()];
    if (key != kind.parent_values) {
        reader.problem(
            reader.find(key)->at,
            kind.parent_values.empty()
                ? fmt::format("{} has a {} and cannot be a parent", parent->name(), kind.spec)
                : fmt::format(
                      "{} does not go with {}, which has a {}; write {}",
                      key,
                      parent->name(),
                      kind.spec,
                      kind.parent_values
                  )
        );
    }
    return key == kind.parent_values;
}

}  // namespace

ParameterSpec read_parameter(
    const YamlNode& node, std::optional<Condition> condition, Findings& findings
) {
    const std::size_t before = findings.problem_count();
    YamlReader reader(node, "an item of parameters", kParameterKeys, findings, section_of);
    if (node.kind != YamlKind::mapping) {
        return {};
    }
    const std::string name = read_parameter_name(reader, "parameterId");
    const std::string subject = name.empty() ? "" : fmt::format(" (parameter {})", name);
    reader.set_subject(subject);
    ParameterSpec parsed{std::nullopt, reader.items("conditionalParameterSpecs")};
    const auto scale = reader.choice<Scale>("scaleType", kScales);
    const Kind* kind = find_kind(
        reader,
        &Kind::spec,
        "a parameter needs its values: a doubleValueSpec, integerValueSpec, discreteValueSpec or "
        "categoricalValueSpec"
    );
    if (kind == nullptr) {
        return parsed;
    }
    YamlReader spec(
        *reader.find(kind->spec), std::string(kind->spec), kind->keys, findings, section_of
    );
    spec.set_subject(subject);
    // An unknown scale says nothing about the bounds.
    const GivenScale given{scale.value_or(Scale::linear), reader.find("scaleType")};
    const auto domain = kind->read(spec, given);
    if (findings.problem_count() > before || !domain) {
        return parsed;
    }
    auto default_value = read_default(spec, *domain);
    if (findings.problem_count() > before) {
        return parsed;
    }
    auto parameter =
        Parameter::create(name, *domain, std::move(default_value), std::move(condition));
    if (!parameter) {
        findings.problem(node.at, parameter.error().message);
        return parsed;
    }
    parsed.parameter = std::move(*parameter);
    return parsed;
}

ChildSpec read_child(const YamlNode& node, const Parameter* parent, Findings& findings) {
    const std::size_t before = findings.problem_count();
    YamlReader reader(
        node, "an item of conditionalParameterSpecs", kChildKeys, findings, section_of
    );
    if (node.kind != YamlKind::mapping) {
        return {};
    }
    ChildSpec child;
    child.spec = reader.require("parameterSpec", "parameterSpec: {parameterId: momentum, …}");
    const Kind* kind = find_kind(
        reader,
        &Kind::parent_values,
        "a conditional parameter needs the values of its parent: parentCategoricalValues, "
        "parentIntValues or parentDiscreteValues"
    );
    if (kind == nullptr || !goes_with(reader, kind->parent_values, parent)) {
        return child;
    }
    auto values = read_parent_values(reader, kind->parent_values, parent);
    if (findings.problem_count() == before && parent != nullptr) {
        child.condition = Condition{parent->name(), std::move(values)};
    }
    return child;
}

}  // namespace tuner::vizier
