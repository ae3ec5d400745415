// A YAML document as plain values with places: what every file format in YAML or JSON is read from.
//
// Loading is guarded before yaml-cpp builds anything: its events are taken one by one, so that
// size, depth and number of values are bounded, and what a study file has no use for – anchors,
// aliases, tags, merge keys, duplicate keys, a second document, tabs as indentation – is refused
// with its place. yaml-cpp's own node tree unfolds aliases without bound and keeps the first of
// two equal keys in silence. A byte order mark and CRLF are accepted. Pure.

#pragma once

#include "tuner/formats/problem.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

inline constexpr std::size_t kMaxYamlBytes = 1 << 20;
inline constexpr std::size_t kMaxYamlDepth = 32;
inline constexpr std::size_t kMaxYamlValues = 50'000;
// Line ends and the marks [ ] { } , : & * ! – what makes a scanner work, counted before it starts.
inline constexpr std::size_t kMaxYamlMarks = 100'000;

enum class YamlKind { null, scalar, sequence, mapping };

struct YamlMember;

struct YamlNode {
    YamlKind kind = YamlKind::null;
    Place at;
    std::string text;                 // of a scalar, as written but for quotes and escapes
    bool is_quoted = false;           // a quoted or block scalar: never a number, a boolean or null
    std::vector<YamlNode> items;      // of a sequence
    std::vector<YamlMember> members;  // of a mapping, in order

    // The value of a key; null when the mapping has no such key.
    const YamlNode* find(std::string_view key) const;
};

struct YamlMember {
    std::string key;
    Place at;
    YamlNode value;
};

// The document's root, or nothing when it cannot be understood as a whole; what is wrong goes to
// `findings` either way (a duplicate key leaves the rest of the document readable).
std::optional<YamlNode> load_yaml(std::string_view text, Findings& findings);

// Absent: no value, or null or ~ without quotes.
bool is_null(const YamlNode& node);

// "a list", "a mapping", "nothing", or the scalar, in quotes unless it is a number.
std::string describe(const YamlNode& node);

}  // namespace tuner
