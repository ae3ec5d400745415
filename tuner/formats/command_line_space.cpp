#include "tuner/formats/command_line_space.h"

#include "tuner/formats/did_you_mean.h"
#include "tuner/formats/problem.h"
#include "tuner/formats/yaml_scalar.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include <fmt/format.h>

namespace tuner {

namespace {

using namespace std::string_view_literals;

constexpr std::array kKinds{"uniform"sv, "log"sv, "int"sv, "logint"sv, "choice"sv, "values"sv};

// One argument between the brackets, and where it stands in the text.
struct Item {
    std::string text;
    std::size_t column = 0;  // from 0
};

// What is wrong at a column (from 0) of the text that is shown.
struct Fault {
    std::size_t column = 0;
    std::string message;
};

template <class T>
using Parsed = tl::expected<T, Fault>;

tl::unexpected<Fault> fault(std::size_t column, std::string message) {
    return tl::unexpected(Fault{column, std::move(message)});
}

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// "log" of "~log(…": nothing for a word that is none of ours, like ~/data.
std::optional<std::string_view> kind_of(std::string_view word) {
    if (!word.starts_with('~')) {
        return std::nullopt;
    }
    const std::size_t bracket = word.find('(');
    const std::string_view name = word.substr(1, bracket == word.npos ? 0 : bracket - 1);
    const bool is_name = !name.empty() && std::all_of(name.begin(), name.end(), is_letter);
    return is_name ? std::optional(name) : std::nullopt;
}

std::string_view trimmed(std::string_view text) {
    const std::size_t begin = text.find_first_not_of(' ');
    return begin == text.npos ? "" : text.substr(begin, text.find_last_not_of(' ') - begin + 1);
}

// The items of `text`, which begins at `column` and must end with the closing bracket.
Parsed<std::vector<Item>> split_items(std::string_view text, std::size_t column) {
    std::vector<Item> items;
    std::size_t at = 0;
    while (true) {
        at = std::min(text.find_first_not_of(' ', at), text.size());
        Item item{"", column + at};
        if (at < text.size() && text[at] == '"') {
            const std::size_t close = text.find('"', at + 1);
            if (close == text.npos) {
                return fault(column + at, "this quote is not closed");
            }
            item.text = text.substr(at + 1, close - at - 1);
            at = std::min(text.find_first_not_of(' ', close + 1), text.size());
        } else {
            const std::size_t end = std::min(text.find_first_of(",()", at), text.size());
            item.text = trimmed(text.substr(at, end - at));
            if (item.text.empty() && end < text.size()) {
                return fault(column + at, "a value is missing here; an empty text is \"\"");
            }
            at = end;
        }
        items.push_back(std::move(item));
        if (at == text.size()) {
            return fault(column + at, "a closing ) is missing");
        }
        if (text[at] == ')') {
            break;
        }
        if (text[at] != ',') {
            return fault(column + at, "a comma or a closing ) belongs here");
        }
        ++at;
    }
    if (at + 1 != text.size()) {
        return fault(column + at + 1, "nothing may stand behind the closing )");
    }
    return items;
}

Parsed<double> to_real(const Item& item) {
    const auto value = to_finite_number(item.text);
    return value ? Parsed<double>(*value)
                 : fault(item.column, fmt::format("{} is not a number", in_quotes(item.text)));
}

Parsed<std::int64_t> to_integer(const Item& item) {
    const auto value = to_whole_number(item.text);
    return value
               ? Parsed<std::int64_t>(*value)
               : fault(item.column, fmt::format("{} is not a whole number", in_quotes(item.text)));
}

// The domain of two bounds.
template <class Range, class Read>
Parsed<Domain> to_range(const std::vector<Item>& items, Scale scale, Read&& read) {
    if (items.size() != 2) {
        return fault(
            items.front().column,
            fmt::format("two bounds belong here, like (1,8), not {}", items.size())
        );
    }
    const auto min = read(items[0]);
    const auto max = min ? read(items[1]) : min;
    if (!max) {
        return tl::unexpected(max.error());
    }
    if (*max < *min) {
        return fault(
            items[1].column, fmt::format("{} is less than {}", items[1].text, items[0].text)
        );
    }
    if (scale == Scale::log && *min <= 0) {
        return fault(items[0].column, "a log scale needs bounds above 0");
    }
    return Domain(Range{*min, *max, scale});
}

Parsed<Domain> to_choices(const std::vector<Item>& items) {
    Categories choices;
    for (const Item& item : items) {
        const auto& known = choices.values;
        if (std::find(known.begin(), known.end(), item.text) != known.end()) {
            return fault(item.column, fmt::format("{} stands here twice", in_quotes(item.text)));
        }
        choices.values.push_back(item.text);
    }
    return Domain(std::move(choices));
}

Parsed<Domain> to_values(const std::vector<Item>& items) {
    DiscreteValues list;
    for (const Item& item : items) {
        const auto value = to_real(item);
        if (!value) {
            return tl::unexpected(value.error());
        }
        if (!list.values.empty() && *value <= list.values.back()) {
            return fault(item.column, "the values must go up");
        }
        list.values.push_back(*value);
    }
    return Domain(std::move(list));
}

Parsed<Domain> to_domain(
    std::string_view kind, std::size_t column, const std::vector<Item>& items
) {
    if (kind == "uniform" || kind == "log") {
        return to_range<RealRange>(items, kind == "log" ? Scale::log : Scale::linear, to_real);
    }
    if (kind == "int" || kind == "logint") {
        return to_range<IntegerRange>(
            items, kind == "logint" ? Scale::log : Scale::linear, to_integer
        );
    }
    if (kind == "choice") {
        return to_choices(items);
    }
    if (kind == "values") {
        return to_values(items);
    }
    const auto meant = did_you_mean(kind, kKinds);
    return fault(
        column,
        fmt::format(
            "there is no ~{}; there is: ~{}{}",
            kind,
            fmt::join(kKinds, " ~"),
            meant ? fmt::format(". Did you mean ~{}?", *meant) : ""
        )
    );
}

// The parameter of a flag and its word, which begins at `column` of the text that is shown.
Parsed<Parameter> to_parameter(std::string_view flag, std::string_view word, std::size_t column) {
    const std::string_view kind = *kind_of(word);
    const std::size_t begin = kind.size() + 2;
    if (!flag.starts_with("--") || flag.size() == 2) {
        return fault(column, "this must stand behind the --name of its parameter");
    }
    const auto items = split_items(word.substr(begin), column + begin);
    if (!items) {
        return tl::unexpected(items.error());
    }
    auto domain = to_domain(kind, column, *items);
    if (!domain) {
        return tl::unexpected(domain.error());
    }
    auto parameter = Parameter::create(std::string(flag.substr(2)), std::move(*domain));
    return parameter ? Parsed<Parameter>(std::move(*parameter))
                     : fault(0, parameter.error().message);
}

// Reads the words one after the other.
class SpaceParser {
  public:
    explicit SpaceParser(const std::vector<std::string>& words) : words_(words) {}

    Result<CommandLineSpace> parse() {
        for (std::size_t i = 0; i < words_.size(); ++i) {
            const std::string& word = words_[i];
            const std::size_t equals = word.find('=');
            const bool has_next = i + 1 < words_.size() && kind_of(words_[i + 1]).has_value();
            if (equals != word.npos && kind_of(std::string_view(word).substr(equals + 1))) {
                add(word.substr(0, equals), word.substr(equals + 1), "=");
            } else if (kind_of(word)) {
                add("", word, "");
            } else if (has_next && word.starts_with('-')) {
                add(word, words_[++i], " ");
            } else {
                space_.command.push_back(word);
            }
        }
        if (!problems_.empty()) {
            problems_.pop_back();  // the last end of line
            return invalid(problems_);
        }
        return std::move(space_);
    }

  private:
    void add(const std::string& flag, const std::string& word, std::string_view between) {
        auto parameter = to_parameter(flag, word, flag.size() + between.size());
        if (parameter && is_taken(parameter->name())) {
            parameter = fault(0, fmt::format("{} stands here twice", flag));
        }
        if (parameter) {
            space_.parameters.push_back(std::move(*parameter));
            return;
        }
        const Fault& wrong = parameter.error();
        const Problem problem{1, static_cast<int>(wrong.column) + 1, wrong.message};
        problems_ += to_text({problem}, flag + std::string(between) + word, "command line");
    }

    bool is_taken(const std::string& name) const {
        const auto& taken = space_.parameters;
        return std::any_of(taken.begin(), taken.end(), [&](const Parameter& parameter) {
            return parameter.name() == name;
        });
    }

    const std::vector<std::string>& words_;
    CommandLineSpace space_;
    std::string problems_;
};

}  // namespace

Result<CommandLineSpace> parse_command_line_space(const std::vector<std::string>& words) {
    return SpaceParser(words).parse();
}

}  // namespace tuner
