#include "tuner/formats/unused_fields.h"

#include <algorithm>

#include <fmt/format.h>

namespace tuner {

namespace {

constexpr std::size_t kMaxUnusedFieldBytes = 80;

}  // namespace

void UnusedFields::add(std::string_view key, const YamlNode& node) {
    const bool is_short = node.kind == YamlKind::scalar && node.text.size() <= kMaxUnusedFieldBytes;
    first_ = std::min(first_.value_or(node.at), node.at);
    fields_.push_back(is_short ? fmt::format("{}: {}", key, node.text) : std::string(key));
}

void UnusedFields::add_members(std::string_view key, const YamlNode& node) {
    if (node.members.empty()) {
        add(key, node);
    }
    for (const YamlMember& member : node.members) {
        add(fmt::format("{}.{}", key, member.key), member.value);
    }
}

void UnusedFields::report(Findings& findings, StudyConfig& config) const {
    if (first_) {
        findings.notice(
            *first_,
            fmt::format(
                "these fields mean nothing here and are ignored: {}", fmt::join(fields_, ", ")
            )
        );
    }
    config.unused_fields.insert(config.unused_fields.end(), fields_.begin(), fields_.end());
}

}  // namespace tuner
