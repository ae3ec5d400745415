#include "tuner/formats/yaml_reader.h"

#include "tuner/formats/did_you_mean.h"
#include "tuner/formats/yaml_scalar.h"
#include "tuner/study/limits.h"

#include <algorithm>

#include <fmt/format.h>

namespace tuner {

YamlReader::YamlReader(
    const YamlNode& node, std::string what, Keys keys, Findings& findings, SectionOf section_of
)
    : node_(node), what_(std::move(what)), findings_(findings) {
    if (node.kind == YamlKind::mapping) {
        read_keys(keys, section_of);
    } else {
        problem(node.at, fmt::format("{} must be a mapping, not {}", what_, describe(node)));
    }
}

void YamlReader::read_keys(Keys keys, SectionOf section_of) {
    for (const YamlMember& member : node_.members) {
        const std::string key = to_camel_case(member.key);
        const bool is_known = std::find(keys.begin(), keys.end(), key) != keys.end();
        const bool is_repeated = std::any_of(
            fields_.begin(), fields_.end(), [&](const Field& field) { return field.key == key; }
        );
        if (!is_known) {
            refuse_key(member, keys, section_of);
        } else if (is_repeated) {
            problem(
                member.at,
                fmt::format("{} stands here in two spellings; keep one of them", in_quotes(key))
            );
        } else {
            fields_.push_back({key, &member.value});
        }
    }
}

void YamlReader::refuse_key(const YamlMember& member, Keys keys, SectionOf section_of) {
    const auto section = section_of ? section_of(to_camel_case(member.key)) : std::nullopt;
    const auto near = section ? std::nullopt : did_you_mean(member.key, keys);
    if (near) {
        suggested_.push_back(*near);
    }
    problem(
        member.at,
        fmt::format(
            "there is no key {} in {}{}",
            in_quotes(member.key),
            what_,
            section ? fmt::format("; it belongs in {}", *section)
            : near  ? fmt::format("; did you mean {}?", *near)
                    : ""
        )
    );
}

const YamlNode* YamlReader::find(std::string_view key) const {
    const auto found = std::find_if(fields_.begin(), fields_.end(), [&](const Field& field) {
        return field.key == key;
    });
    return found == fields_.end() || is_null(*found->value) ? nullptr : found->value;
}

bool YamlReader::has_suggested(std::string_view key) const {
    return std::find(suggested_.begin(), suggested_.end(), key) != suggested_.end();
}

const YamlNode* YamlReader::require(std::string_view key, std::string_view example) {
    const YamlNode* node = find(key);
    if (node == nullptr && node_.kind == YamlKind::mapping && !has_suggested(key)) {
        problem(at(), fmt::format("{} is missing; write it like {}", key, example));
    }
    return node;
}

const YamlNode* YamlReader::scalar(std::string_view key, std::string_view wanted) {
    const YamlNode* node = find(key);
    if (node != nullptr && node->kind != YamlKind::scalar) {
        refuse(key, *node, wanted);
        return nullptr;
    }
    return node;
}

void YamlReader::refuse(std::string_view key, const YamlNode& node, std::string_view wanted) {
    problem(node.at, fmt::format("{} must be {}, not {}", key, wanted, describe(node)));
}

bool YamlReader::check_text(std::string_view what, const YamlNode& node) {
    if (is_null(node)) {
        problem(node.at, fmt::format("{} is empty; put \"\" or \"null\" in quotes", what));
        return false;
    }
    if (node.kind != YamlKind::scalar) {
        refuse(what, node, "a text");
        return false;
    }
    if (node.text.size() > kMaxTextBytes) {
        problem(
            node.at,
            fmt::format(
                "{} has {} bytes; at most {} are allowed", what, node.text.size(), kMaxTextBytes
            )
        );
        return false;
    }
    return true;
}

std::optional<std::string> YamlReader::text(std::string_view key) {
    const YamlNode* node = find(key);
    return node != nullptr && check_text(key, *node) ? std::optional(node->text) : std::nullopt;
}

std::optional<double> YamlReader::number(std::string_view key) {
    const YamlNode* node = scalar(key, "a number");
    if (node == nullptr) {
        return std::nullopt;
    }
    const auto value = to_finite_number(node->text);
    if (!value) {
        refuse(key, *node, wanted_number(node->text));
    }
    return value;
}

std::optional<bool> YamlReader::boolean(std::string_view key) {
    const YamlNode* node = scalar(key, "true or false");
    if (node == nullptr) {
        return std::nullopt;
    }
    const auto value = to_boolean(node->text);
    if (!value) {
        refuse(key, *node, "true or false");
    }
    return value;
}

std::optional<std::uint64_t> YamlReader::unsigned_number(std::string_view key) {
    const std::string_view wanted = "a whole number from 0 to 18446744073709551615";
    const YamlNode* node = scalar(key, wanted);
    if (node == nullptr) {
        return std::nullopt;
    }
    const auto value = to_unsigned_number(node->text);
    if (!value) {
        refuse(key, *node, wanted);
    }
    return value;
}

std::optional<std::int64_t> YamlReader::integer(
    std::string_view key, std::int64_t low, std::int64_t high
) {
    const std::string wanted = fmt::format("a whole number from {} to {}", low, high);
    const YamlNode* node = scalar(key, wanted);
    if (node == nullptr) {
        return std::nullopt;
    }
    const auto value = to_whole_number(node->text);
    if (!value || *value < low || *value > high) {
        refuse(key, *node, wanted);
        return std::nullopt;
    }
    return value;
}

std::optional<Duration> YamlReader::duration(std::string_view key, bool may_be_zero) {
    const std::string_view wanted = "a duration like 90s, 30m, 1.5h or 2d";
    const YamlNode* node = scalar(key, wanted);
    if (node == nullptr) {
        return std::nullopt;
    }
    const auto value = parse_duration(node->text);
    if (!value) {
        refuse(key, *node, wanted);
        return std::nullopt;
    }
    if (*value == Duration(0) && !may_be_zero) {
        problem(node->at, fmt::format("{} must be longer than 0; leave it out for no limit", key));
        return std::nullopt;
    }
    return *value;
}

std::span<const YamlNode> YamlReader::items(std::string_view key) {
    const YamlNode* node = find(key);
    if (node == nullptr) {
        return {};
    }
    if (node->kind != YamlKind::sequence) {
        refuse(key, *node, "a list like [a, b]");
        return {};
    }
    return node->items;
}

std::vector<std::string> YamlReader::texts(std::string_view key) {
    std::vector<std::string> texts;
    for (const YamlNode& item : items(key)) {
        if (check_text(fmt::format("an item of {}", key), item)) {
            texts.push_back(item.text);
        }
    }
    return texts;
}

bool YamlReader::is_choice(const YamlNode& node, std::string_view name, int number) {
    return node.kind == YamlKind::scalar &&
           (node.text == name || (number >= 0 && to_whole_number(node.text) == number));
}

void YamlReader::refuse_choice(
    std::string_view key, const YamlNode& node, std::vector<std::string_view> names
) {
    const auto near = node.kind == YamlKind::scalar ? did_you_mean(node.text, names) : std::nullopt;
    // The protocol's own word for nothing said is accepted but recommended to nobody.
    std::erase_if(names, [](std::string_view name) { return name.ends_with("UNSPECIFIED"); });
    problem(
        node.at,
        fmt::format(
            "{} must be one of {}, not {}{}",
            key,
            fmt::join(names, ", "),
            describe(node),
            near ? fmt::format("; did you mean {}?", *near) : ""
        )
    );
}

void YamlReader::refuse_for_now(std::string_view key, std::string_view instead) {
    const YamlNode* node = find(key);
    if (node != nullptr && !(node->kind == YamlKind::scalar && node->text.empty())) {
        problem(node->at, fmt::format("{} is not supported yet; {}", key, instead));
    }
}

void YamlReader::problem(Place at, std::string message) {
    findings_.problem(at, message + subject_);
}

void YamlReader::notice(Place at, std::string message) {
    findings_.notice(at, message + subject_);
}

std::string to_camel_case(std::string_view key) {
    std::string camel;
    for (std::size_t i = 0; i < key.size(); ++i) {
        const bool joins =
            key[i] == '_' && i > 0 && i + 1 < key.size() && key[i + 1] >= 'a' && key[i + 1] <= 'z';
        if (joins) {
            camel += static_cast<char>(key[++i] - 'a' + 'A');
        } else {
            camel += key[i];
        }
    }
    return camel;
}

}  // namespace tuner
