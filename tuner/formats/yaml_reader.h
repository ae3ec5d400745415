// A YamlReader reads the fields of one mapping as the types they must have and collects what is
// wrong with them: one reader for every dialect of study files.
//
// It knows all keys of its mapping, so an unknown one is a problem at once, with the key that was
// likely meant. Keys are lowerCamelCase and may be written in snake_case. A field that is null is
// absent. A question about a field that is absent or wrong answers nothing, so a caller checks once
// at the end whether there were problems. Lives on the stack of one parse.

#pragma once

#include "tuner/base/time.h"
#include "tuner/formats/yaml_document.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tuner {

// One allowed name of an enum in files; `number` is its proto number, -1 when it has none.
template <class Enum>
struct Choice {
    std::string_view name;
    int number;
    Enum value;
};

class YamlReader {
  public:
    using Keys = std::span<const std::string_view>;
    // Where a key belongs that is unknown here.
    using SectionOf = std::optional<std::string_view> (*)(std::string_view key);

    // `what` names the mapping in messages: "trainingInput". A node that is no mapping is a problem
    // and reads as empty.
    YamlReader(
        const YamlNode& node,
        std::string what,
        Keys keys,
        Findings& findings,
        SectionOf section_of = nullptr
    );

    Place at() const { return node_.at; }

    Findings& findings() { return findings_; }

    // Added to every message from now on: " (parameter batch_size)".
    void set_subject(std::string subject) { subject_ = std::move(subject); }

    // The value of a field; null when it is absent.
    const YamlNode* find(std::string_view key) const;

    // Whether some unknown key was likely meant to be `key`.
    bool has_suggested(std::string_view key) const;

    // The same as find, with a problem when it is absent and was not misspelled; `example` says how
    // it would look.
    const YamlNode* require(std::string_view key, std::string_view example);

    std::optional<std::string> text(std::string_view key);
    std::optional<double> number(std::string_view key);
    std::optional<bool> boolean(std::string_view key);
    std::optional<std::uint64_t> unsigned_number(std::string_view key);
    // From `low` to `high`, both included.
    std::optional<std::int64_t> integer(std::string_view key, std::int64_t low, std::int64_t high);
    // "30m", "7200s" or seconds.
    std::optional<Duration> duration(std::string_view key, bool may_be_zero = false);
    // A list of scalars as they are spelled.
    std::vector<std::string> texts(std::string_view key);
    // The items of a list; none with a problem when it is no list.
    std::span<const YamlNode> items(std::string_view key);

    template <class Enum>
    std::optional<Enum> choice(std::string_view key, std::span<const Choice<Enum>> choices) {
        const YamlNode* node = find(key);
        if (node == nullptr) {
            return std::nullopt;
        }
        std::vector<std::string_view> names;
        for (const Choice<Enum>& choice : choices) {
            if (is_choice(*node, choice.name, choice.number)) {
                return choice.value;
            }
            names.push_back(choice.name);
        }
        refuse_choice(key, *node, std::move(names));
        return std::nullopt;
    }

    // A problem for a field that a later release will honour: refused, never ignored, unless it is
    // an empty text. `instead` says what to do today.
    void refuse_for_now(std::string_view key, std::string_view instead);

    void problem(Place at, std::string message);
    void notice(Place at, std::string message);

  private:
    void read_keys(Keys keys, SectionOf section_of);
    void refuse_key(const YamlMember& member, Keys keys, SectionOf section_of);
    const YamlNode* scalar(std::string_view key, std::string_view wanted);
    void refuse(std::string_view key, const YamlNode& node, std::string_view wanted);
    bool check_text(std::string_view what, const YamlNode& node);
    static bool is_choice(const YamlNode& node, std::string_view name, int number);
    void refuse_choice(
        std::string_view key, const YamlNode& node, std::vector<std::string_view> names
    );

    struct Field {
        std::string key;  // as the dialect spells it
        const YamlNode* value;
    };

    const YamlNode& node_;
    std::string what_;
    Findings& findings_;
    std::string subject_;
    std::vector<Field> fields_;
    std::vector<std::string_view> suggested_;
};

// "max_trials" as "maxTrials".
std::string to_camel_case(std::string_view key);

}  // namespace tuner
