#include "tuner/optimizer/space_enumeration.h"

#include <algorithm>

namespace tuner {

namespace {

ParameterValue value_at(const Domain& domain, std::uint64_t index) {
    if (const auto* integers = std::get_if<IntegerRange>(&domain)) {
        return integers->min + static_cast<std::int64_t>(index);
    }
    if (const auto* list = std::get_if<DiscreteValues>(&domain)) {
        return list->values[index];
    }
    if (const auto* categories = std::get_if<Categories>(&domain)) {
        return categories->values[index];
    }
    return std::get<RealRange>(domain).min;
}

}  // namespace

std::optional<SpaceEnumeration> SpaceEnumeration::create(const SearchSpace& space) {
    return space.size() ? std::optional(SpaceEnumeration(space)) : std::nullopt;
}

SpaceEnumeration::SpaceEnumeration(const SearchSpace& space)
    : space_(&space), nodes_(space.parameters().size()) {
    // Children stand after their parents, so counting from the end has every child counted first.
    for (std::size_t i = nodes_.size(); i-- > 0;) {
        add_node(i);
    }
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
        if (!space.parameters()[i].condition()) {
            roots_.push_back(i);
            size_ *= nodes_[i].size;
        }
    }
}

void SpaceEnumeration::add_node(std::size_t parameter) {
    const auto& parameters = space_->parameters();
    const Parameter& self = parameters[parameter];
    const std::uint64_t values = count_values(self.domain()).value_or(1);
    Node& node = nodes_[parameter];
    node.size = values;
    const auto depends = [&](std::size_t child) {
        const auto& condition = parameters[child].condition();
        return condition && condition->parent == self.name();
    };
    std::vector<std::size_t> children;
    for (std::size_t child = parameter + 1; child < parameters.size(); ++child) {
        if (depends(child)) {
            children.push_back(child);
        }
    }
    if (children.empty()) {
        return;
    }
    node.children.resize(values);
    node.before.assign(values + 1, 0);
    for (std::uint64_t v = 0; v < values; ++v) {
        const Assignment alone({{self.name(), value_at(self.domain(), v)}});
        std::uint64_t below = 1;
        for (const std::size_t child : children) {
            if (space_->is_active(child, alone)) {
                node.children[v].push_back(child);
                below *= nodes_[child].size;
            }
        }
        node.before[v + 1] = node.before[v] + below;
    }
    node.size = node.before.back();
}

Assignment SpaceEnumeration::at(std::uint64_t index) const {
    std::vector<Assignment::Entry> entries;
    collect_all(roots_, index, entries);
    return space_->in_order(Assignment(std::move(entries)));
}

// The parameters' values as digits of a mixed radix, the first one the most significant.
void SpaceEnumeration::collect_all(
    const std::vector<std::size_t>& parameters,
    std::uint64_t rest,
    std::vector<Assignment::Entry>& into
) const {
    std::uint64_t radix = 1;
    for (const std::size_t parameter : parameters) {
        radix *= nodes_[parameter].size;
    }
    for (const std::size_t parameter : parameters) {
        radix /= nodes_[parameter].size;
        collect(parameter, rest / radix, into);
        rest %= radix;
    }
}

void SpaceEnumeration::collect(
    std::size_t parameter, std::uint64_t rest, std::vector<Assignment::Entry>& into
) const {
    const Parameter& self = space_->parameters()[parameter];
    const Node& node = nodes_[parameter];
    if (node.children.empty()) {
        into.emplace_back(self.name(), value_at(self.domain(), rest));
        return;
    }
    const auto after = std::upper_bound(node.before.begin(), node.before.end(), rest);
    const auto value = static_cast<std::uint64_t>(after - node.before.begin()) - 1;
    into.emplace_back(self.name(), value_at(self.domain(), value));
    collect_all(node.children[value], rest - node.before[value], into);
}

}  // namespace tuner
