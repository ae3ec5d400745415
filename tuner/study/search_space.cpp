#include "tuner/study/search_space.h"

#include "tuner/study/limits.h"

#include <algorithm>
#include <map>
#include <set>
#include <string_view>

#include <fmt/format.h>

namespace tuner {

namespace {

constexpr std::uint64_t kMaxCount = std::uint64_t{1} << 62;

// The parameters of one name so far: where one of them is active.
struct Namesakes {
    const std::string* parent;  // null when always
    std::set<ParameterValue> values;
};

// Adds a parameter to those of its name; false when it could be active together with one of them.
bool take_name(std::map<std::string_view, Namesakes>& names, const Parameter& parameter) {
    const auto& condition = parameter.condition();
    const auto [found, is_new] = names.try_emplace(
        parameter.name(), Namesakes{condition ? &condition->parent : nullptr, {}}
    );
    Namesakes& namesakes = found->second;
    if (!is_new &&
        (!condition || namesakes.parent == nullptr || *namesakes.parent != condition->parent)) {
        return false;
    }
    std::size_t count = namesakes.values.size();
    if (condition) {
        const std::set<ParameterValue> values(condition->values.begin(), condition->values.end());
        namesakes.values.insert(values.begin(), values.end());
        count += values.size();
    }
    return namesakes.values.size() == count;
}

// Whether a value of `parent` makes `child` active.
bool is_below(const Parameter& child, const Parameter& parent) {
    const auto& condition = child.condition();
    return condition && condition->parent == parent.name() &&
           std::any_of(condition->values.begin(), condition->values.end(), [&](const auto& value) {
               return parent.contains(value);
           });
}

std::optional<std::uint64_t> multiply(
    std::optional<std::uint64_t> a, std::optional<std::uint64_t> b
) {
    if (!a || !b || (*b != 0 && *a > kMaxCount / *b)) {
        return std::nullopt;
    }
    return *a * *b;
}

std::optional<std::uint64_t> add(std::optional<std::uint64_t> a, std::optional<std::uint64_t> b) {
    return a && b && *a <= kMaxCount - *b ? std::optional(*a + *b) : std::nullopt;
}

std::string problem_of_parameter(const std::vector<Parameter>& all, std::size_t index) {
    const Parameter& parameter = all[index];
    const auto before = all.begin() + static_cast<std::ptrdiff_t>(index);
    for (auto child = all.begin(); child != before; ++child) {
        if (is_below(*child, parameter)) {
            return fmt::format(
                "parameter {} depends on {}, which is declared again after it",
                child->name(),
                parameter.name()
            );
        }
    }
    if (!parameter.condition()) {
        return {};
    }
    const Condition& condition = *parameter.condition();
    for (auto parent = all.begin(); parent != before; ++parent) {
        if (parent->name() == condition.parent &&
            std::holds_alternative<RealRange>(parent->domain())) {
            return fmt::format(
                "parameter {} depends on {}, a range of real numbers: no single one of them is "
                "ever "
                "drawn; list the values that matter, or use integers",
                parameter.name(),
                condition.parent
            );
        }
    }
    for (const ParameterValue& value : condition.values) {
        const bool known = std::any_of(all.begin(), before, [&](const Parameter& candidate) {
            return candidate.name() == condition.parent && candidate.contains(value);
        });
        if (!known) {
            return fmt::format(
                "parameter {} depends on {} = {}, which no parameter before it can have",
                parameter.name(),
                condition.parent,
                to_display_text(value)
            );
        }
    }
    return {};
}

// The assignments of parameter `index` and everything below it, given that it is active. Children
// stand behind their parents, so `subtrees` has theirs already. Only the values that some child
// names are looked at one by one: a parent may have 2^54 others.
std::optional<std::uint64_t> count_subtree(
    const std::vector<Parameter>& all,
    std::size_t index,
    const std::vector<std::optional<std::uint64_t>>& subtrees
) {
    const Parameter& parameter = all[index];
    std::map<ParameterValue, std::optional<std::uint64_t>> below;
    for (std::size_t child = index + 1; child < all.size(); ++child) {
        const auto& condition = all[child].condition();
        if (!condition || condition->parent != parameter.name()) {
            continue;
        }
        for (const auto& value : std::set(condition->values.begin(), condition->values.end())) {
            if (parameter.contains(value)) {
                auto& count = below.try_emplace(value, 1).first->second;
                count = multiply(count, subtrees[child]);
            }
        }
    }
    std::optional<std::uint64_t> total = count_values(parameter.domain());
    if (total) {
        *total -= below.size();
    }
    for (const auto& [value, count] : below) {
        total = add(total, count);
    }
    return total;
}

}  // namespace

Result<SearchSpace> SearchSpace::create(std::vector<Parameter> parameters) {
    if (parameters.empty()) {
        return invalid("a search space needs at least one parameter");
    }
    if (parameters.size() > kMaxParameters) {
        return invalid(
            fmt::format("{} parameters; at most {} are allowed", parameters.size(), kMaxParameters)
        );
    }
    std::map<std::string_view, Namesakes> names;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (!take_name(names, parameters[i])) {
            return invalid(fmt::format("parameter {} is declared twice", parameters[i].name()));
        }
        if (std::string problem = problem_of_parameter(parameters, i); !problem.empty()) {
            return invalid(std::move(problem));
        }
    }
    return SearchSpace(std::move(parameters));
}

bool SearchSpace::is_conditional() const {
    return std::any_of(parameters_.begin(), parameters_.end(), [](const Parameter& p) {
        return p.condition().has_value();
    });
}

bool SearchSpace::is_active(std::size_t index, const Assignment& assignment) const {
    const auto& condition = parameters_[index].condition();
    if (!condition) {
        return true;
    }
    // A parent that is not active has no value, so one look-up settles the whole chain.
    const ParameterValue* parent = assignment.find(condition->parent);
    return parent != nullptr &&
           std::find(condition->values.begin(), condition->values.end(), *parent) !=
               condition->values.end();
}

Result<void> SearchSpace::check(const Assignment& assignment) const {
    std::size_t matched = 0;
    for (std::size_t i = 0; i < parameters_.size(); ++i) {
        if (!is_active(i, assignment)) {
            continue;
        }
        const Parameter& parameter = parameters_[i];
        const ParameterValue* value = assignment.find(parameter.name());
        if (value == nullptr) {
            return invalid(fmt::format("parameter {} has no value", parameter.name()));
        }
        if (!parameter.contains(*value)) {
            return invalid(fmt::format(
                "parameter {} cannot be {}; it is {}",
                parameter.name(),
                to_display_text(*value),
                describe(parameter.domain())
            ));
        }
        ++matched;
    }
    if (matched != assignment.entries().size()) {
        for (const auto& [name, value] : assignment.entries()) {
            const bool known = std::any_of(
                parameters_.begin(),
                parameters_.end(),
                [&n = name](const Parameter& p) { return p.name() == n; }
            );
            if (!known) {
                return invalid(fmt::format("there is no parameter {}", name));
            }
        }
        return invalid("a value is given twice or to a parameter that is not active here");
    }
    return {};
}

Assignment SearchSpace::in_order(const Assignment& assignment) const {
    const auto position = [&](const Assignment::Entry& entry) {
        const auto found =
            std::find_if(parameters_.begin(), parameters_.end(), [&](const Parameter& p) {
                return p.name() == entry.first;
            });
        return found - parameters_.begin();
    };
    std::vector<Assignment::Entry> entries = assignment.entries();
    std::stable_sort(entries.begin(), entries.end(), [&](const auto& a, const auto& b) {
        return position(a) < position(b);
    });
    return Assignment(std::move(entries));
}

std::optional<std::uint64_t> SearchSpace::size() const {
    std::vector<std::optional<std::uint64_t>> subtrees(parameters_.size());
    std::optional<std::uint64_t> total = 1;
    for (std::size_t i = parameters_.size(); i-- > 0;) {
        subtrees[i] = count_subtree(parameters_, i, subtrees);
        if (!parameters_[i].condition()) {
            total = multiply(total, subtrees[i]);
        }
    }
    return total;
}

}  // namespace tuner
