#include "tuner/optimizer/unit_cube.h"

#include <algorithm>

namespace tuner {

namespace {

ParameterValue only_value(const Domain& domain) {
    if (const auto* integers = std::get_if<IntegerRange>(&domain)) {
        return integers->min;
    }
    if (const auto* list = std::get_if<DiscreteValues>(&domain)) {
        return list->values.front();
    }
    if (const auto* categories = std::get_if<Categories>(&domain)) {
        return categories->values.front();
    }
    return std::get<RealRange>(domain).min;
}

bool has_one_value(const Domain& domain) {
    return count_values(domain) == std::uint64_t{1};
}

}  // namespace

UnitCube::UnitCube(const SearchSpace& space) : space_(&space) {
    const auto& parameters = space.parameters();
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (has_one_value(parameters[i].domain())) {
            axis_of_.emplace_back();
            continue;
        }
        axis_of_.emplace_back(axes_.size());
        axes_.emplace_back(parameters[i], i);
        const bool is_choice = axes_.back().kind() == AxisKind::choice;
        columns_.push_back(is_choice ? ColumnKind::choice : ColumnKind::number);
    }
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        gates_.push_back(gates_of(i));
    }
    add_groups();
}

std::vector<UnitCube::Gate> UnitCube::gates_of(std::size_t parameter) const {
    const auto& parameters = space_->parameters();
    const auto& condition = parameters[parameter].condition();
    std::vector<Gate> gates;
    if (!condition) {
        return gates;
    }
    for (std::size_t parent = 0; parent < parameter; ++parent) {
        if (parameters[parent].name() != condition->parent) {
            continue;
        }
        Gate gate{parent, false, {}};
        for (const ParameterValue& value : condition->values) {
            if (!parameters[parent].contains(value)) {
                continue;
            }
            if (const auto axis = axis_of_[parent]) {
                gate.positions.push_back(*axes_[*axis].position_of(value));
            } else {
                gate.always = true;
            }
        }
        gates.push_back(std::move(gate));
    }
    return gates;
}

// Parameters under one condition are active together and share a column.
void UnitCube::add_groups() {
    const auto& parameters = space_->parameters();
    for (const Axis& axis : axes_) {
        const auto& condition = parameters[axis.parameter()].condition();
        const bool known = std::any_of(groups_.begin(), groups_.end(), [&](std::size_t other) {
            return parameters[other].condition() == condition;
        });
        if (condition && !known) {
            groups_.push_back(axis.parameter());
            columns_.push_back(ColumnKind::choice);
        }
    }
}

// `positions` are snapped; those of inactive axes do not matter.
std::vector<bool> UnitCube::active_parameters(std::span<const double> positions) const {
    std::vector<bool> active(gates_.size());
    for (std::size_t i = 0; i < gates_.size(); ++i) {
        const auto opens = [&](const Gate& gate) {
            if (!active[gate.parent] || gate.always) {
                return active[gate.parent] && gate.always;
            }
            const auto axis = axis_of_[gate.parent];
            return axis &&
                   std::find(gate.positions.begin(), gate.positions.end(), positions[*axis]) !=
                       gate.positions.end();
        };
        active[i] = !space_->parameters()[i].condition() ||
                    std::any_of(gates_[i].begin(), gates_[i].end(), opens);
    }
    return active;
}

// Blanks what is inactive and adds the columns of the groups.
EncodedPoint UnitCube::finish(EncodedPoint positions) const {
    if (groups_.empty()) {
        return positions;
    }
    const std::vector<bool> active = active_parameters(positions);
    for (std::size_t a = 0; a < axes_.size(); ++a) {
        if (!active[axes_[a].parameter()]) {
            positions[a] = columns_[a] == ColumnKind::choice ? kInactiveChoice : kInactiveNumber;
        }
    }
    for (const std::size_t group : groups_) {
        positions.push_back(active[group] ? 1 : 0);
    }
    return positions;
}

std::optional<EncodedPoint> UnitCube::encode(const Assignment& assignment) const {
    EncodedPoint positions(axes_.size());
    for (std::size_t a = 0; a < axes_.size(); ++a) {
        const std::size_t parameter = axes_[a].parameter();
        if (!space_->is_active(parameter, assignment)) {
            continue;
        }
        const ParameterValue* value = assignment.find(space_->parameters()[parameter].name());
        const auto position = value == nullptr ? std::nullopt : axes_[a].position_of(*value);
        if (!position) {
            return std::nullopt;
        }
        positions[a] = *position;
    }
    return finish(std::move(positions));
}

EncodedPoint UnitCube::snap(const LatentPoint& latent) const {
    EncodedPoint positions(axes_.size());
    for (std::size_t a = 0; a < axes_.size(); ++a) {
        positions[a] = axes_[a].snap(latent[a]);
    }
    return finish(std::move(positions));
}

Assignment UnitCube::decode(const EncodedPoint& point) const {
    const auto& parameters = space_->parameters();
    const std::vector<bool> active = active_parameters(point);
    std::vector<Assignment::Entry> entries;
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        if (active[i]) {
            const auto axis = axis_of_[i];
            entries.emplace_back(
                parameters[i].name(),
                axis ? axes_[*axis].value_at(point[*axis]) : only_value(parameters[i].domain())
            );
        }
    }
    return Assignment(std::move(entries));
}

LatentPoint UnitCube::spread(std::span<const double> uniform) const {
    LatentPoint latent(axes_.size());
    for (std::size_t a = 0; a < axes_.size(); ++a) {
        latent[a] = axes_[a].spread(uniform[a]);
    }
    return latent;
}

LatentPoint UnitCube::to_latent(const EncodedPoint& point, const LatentPoint& otherwise) const {
    const std::vector<bool> active = active_axes(point);
    LatentPoint latent = otherwise;
    for (std::size_t a = 0; a < axes_.size(); ++a) {
        if (active[a]) {
            latent[a] = point[a];
        }
    }
    return latent;
}

std::vector<bool> UnitCube::active_axes(const EncodedPoint& point) const {
    const std::vector<bool> active = active_parameters(point);
    std::vector<bool> axes(axes_.size());
    for (std::size_t a = 0; a < axes_.size(); ++a) {
        axes[a] = active[axes_[a].parameter()];
    }
    return axes;
}

}  // namespace tuner
