#include "trainer/flags.h"

#include "trainer/errors.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace trainer {

namespace {

// A negative number is a value, anything else with a dash is a flag.
bool looks_like_flag(std::string_view arg) {
    if (arg.size() < 2 || arg[0] != '-') {
        return false;
    }
    return arg[1] != '.' && (arg[1] < '0' || arg[1] > '9');
}

template <class Number>
Number parse_number(std::string_view flag, std::string_view kind, const std::string& text) {
    Number value{};
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    if (error != std::errc() || stop != end) {
        throw UsageError(fmt::format("argument {}: invalid {} value: '{}'", flag, kind, text));
    }
    return value;
}

std::int64_t parse_integer(std::string_view flag, const std::string& text, IntegerRange range) {
    const auto value = parse_number<std::int64_t>(flag, "int", text);
    if (value < range.min || value > range.max) {
        throw UsageError(fmt::format(
            "argument {}: {} is not between {} and {}", flag, value, range.min, range.max
        ));
    }
    return value;
}

// Takes the values that follow a flag written without `=`; `next` moves past them.
std::vector<std::string> take_values(
    const FlagSpec& spec, std::span<const std::string> args, std::size_t& next
) {
    std::vector<std::string> values;
    const std::size_t most = spec.takes == Takes::some ? args.size() : 1;
    while (next < args.size() && values.size() < most && !looks_like_flag(args[next])) {
        values.push_back(args[next++]);
    }
    if (values.empty()) {
        throw UsageError(fmt::format("argument {}: expected a value", spec.name));
    }
    return values;
}

}  // namespace

Flags::Flags(std::span<const FlagSpec> specs, std::span<const std::string> args) {
    std::vector<std::string> unknown;
    for (std::size_t next = 0; next < args.size();) {
        const std::string& arg = args[next++];
        const std::size_t equals = arg.find('=');
        const std::string name = arg.substr(0, equals);
        const auto spec = std::find_if(specs.begin(), specs.end(), [&](const FlagSpec& known) {
            return known.name == name;
        });
        if (spec == specs.end()) {
            unknown.push_back(arg);
        } else if (equals == std::string::npos && spec->takes != Takes::nothing) {
            values_[name] = take_values(*spec, args, next);
        } else if (equals != std::string::npos && spec->takes == Takes::nothing) {
            throw UsageError(fmt::format("argument {}: takes no value", name));
        } else if (equals != std::string::npos) {
            values_[name] = {arg.substr(equals + 1)};
        } else {
            values_[name] = {};
        }
    }
    if (!unknown.empty()) {
        throw UsageError(fmt::format("unrecognized arguments: {}", fmt::join(unknown, " ")));
    }
}

bool Flags::has(std::string_view name) const {
    return values_.find(name) != values_.end();
}

std::string Flags::text(std::string_view name, std::string_view otherwise) const {
    const auto found = values_.find(name);
    return found == values_.end() ? std::string(otherwise) : found->second.front();
}

std::int64_t Flags::integer(std::string_view name, std::int64_t otherwise, IntegerRange range)
    const {
    const auto found = values_.find(name);
    if (found == values_.end()) {
        return otherwise;
    }
    return parse_integer(name, found->second.front(), range);
}

std::vector<int> Flags::integers(
    std::string_view name, std::vector<int> otherwise, IntegerRange range
) const {
    const auto found = values_.find(name);
    if (found == values_.end()) {
        return otherwise;
    }
    std::vector<int> numbers;
    for (const std::string& text : found->second) {
        numbers.push_back(static_cast<int>(parse_integer(name, text, range)));
    }
    return numbers;
}

double Flags::positive(std::string_view name, double otherwise) const {
    const auto found = values_.find(name);
    if (found == values_.end()) {
        return otherwise;
    }
    const auto value = parse_number<double>(name, "float", found->second.front());
    if (!std::isfinite(value) || value <= 0) {
        throw UsageError(
            fmt::format("argument {}: {} is not a number above 0", name, found->second.front())
        );
    }
    return value;
}

std::string usage_text(std::string_view program, std::span<const FlagSpec> specs) {
    std::string text = fmt::format("usage: {} [FLAG=VALUE …]\n", program);
    for (const FlagSpec& spec : specs) {
        text += fmt::format("  {:<18} {}\n", spec.name, spec.help);
    }
    return text;
}

}  // namespace trainer
