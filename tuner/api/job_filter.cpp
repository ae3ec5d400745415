#include "tuner/api/job_filter.h"

#include "tuner/formats/json_text.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace tuner {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kOperators[] = {"!=", "<=", ">=", ":", "=", "<", ">"};

std::string lower(std::string_view text) {
    std::string small(text);
    std::transform(small.begin(), small.end(), small.begin(), [](unsigned char c) {
        return static_cast<char>(std::tolower(c));
    });
    return small;
}

// Whether a text fits a pattern in which * is any text; in time linear in both but for the stars.
bool fits(std::string_view text, std::string_view pattern) {
    std::size_t t = 0;
    std::size_t p = 0;
    std::size_t star = std::string_view::npos;
    std::size_t mark = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            mark = t;
        } else if (p < pattern.size() && pattern[p] == text[t]) {
            ++p;
            ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++mark;
        } else {
            return false;
        }
    }
    return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

// The values at a path, all of them where it leads through lists.
void collect(const Json& value, std::string_view path, std::vector<const Json*>& found) {
    if (value.is_array()) {
        for (const Json& item : value) {
            collect(item, path, found);
        }
        return;
    }
    if (path.empty()) {
        found.push_back(&value);
        return;
    }
    const std::string key(path.substr(0, path.find('.')));
    if (value.is_object() && value.contains(key)) {
        collect(value.at(key), path.substr(std::min(key.size() + 1, path.size())), found);
    }
}

std::string text_of(const Json& value) {
    return value.is_string() ? value.get<std::string>() : to_line(value);
}

std::optional<double> number_of(const std::string& text) {
    double number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional(number)
                                                                    : std::nullopt;
}

int compare(const std::string& a, const std::string& b) {
    const auto x = number_of(a);
    const auto y = number_of(b);
    if (x && y) {
        return *x < *y ? -1 : static_cast<int>(*x > *y);
    }
    return a.compare(b);
}

bool holds(const std::string& value, std::string_view op, const std::string& wanted) {
    if (op == ":") {
        return fits(lower(value), lower(wanted));
    }
    const int order = compare(value, wanted);
    return op == "="    ? order == 0
           : op == "<"  ? order < 0
           : op == "<=" ? order <= 0
           : op == ">"  ? order > 0
                        : order >= 0;
}

JobFilter term(std::string key, std::string_view op, std::string wanted) {
    return [key = std::move(key), op, wanted = std::move(wanted)](const Json& job) {
        std::vector<const Json*> values;
        collect(job, key, values);
        if (op == "!=") {
            return std::none_of(values.begin(), values.end(), [&](const Json* value) {
                return holds(text_of(*value), "=", wanted);
            });
        }
        return std::any_of(values.begin(), values.end(), [&](const Json* value) {
            return holds(text_of(*value), op, wanted);
        });
    };
}

JobFilter both(JobFilter a, JobFilter b) {
    return [a = std::move(a), b = std::move(b)](const Json& job) { return a(job) && b(job); };
}

JobFilter either(JobFilter a, JobFilter b) {
    return [a = std::move(a), b = std::move(b)](const Json& job) { return a(job) || b(job); };
}

JobFilter negation(JobFilter a) {
    return [a = std::move(a)](const Json& job) { return !a(job); };
}

// Reads from the front of the text; the first thing that is wrong ends it.
class FilterParser {
  public:
    explicit FilterParser(std::string_view text) : text_(text), rest_(text) {}

    Result<JobFilter> parse() {
        Result<JobFilter> filter = any_of();
        skip_blanks();
        if (filter && !rest_.empty()) {
            return wrong("what follows is not understood");
        }
        return filter;
    }

  private:
    tl::unexpected<Error> wrong(std::string_view what) const {
        return invalid(fmt::format(
            "filter '{}', character {}: {}; write it like state:FAILED AND jobId:census*",
            text_,
            text_.size() - rest_.size() + 1,
            what
        ));
    }

    void skip_blanks() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(" \t\n"), rest_.size()));
    }

    // Takes a word that stands alone.
    bool take_word(std::string_view word) {
        skip_blanks();
        const bool is_next =
            rest_.starts_with(word) &&
            (rest_.size() == word.size() ||
             std::string_view(" \t\n(").find(rest_[word.size()]) != std::string_view::npos);
        rest_.remove_prefix(is_next ? word.size() : 0);
        return is_next;
    }

    Result<JobFilter> any_of() {
        Result<JobFilter> filter = all_of();
        while (filter && take_word("OR")) {
            Result<JobFilter> other = all_of();
            if (!other) {
                return other;
            }
            filter = either(std::move(*filter), std::move(*other));
        }
        return filter;
    }

    bool another_follows() {
        if (take_word("AND")) {
            return true;
        }
        const std::string_view before = rest_;
        const bool ends = rest_.empty() || rest_.front() == ')' || take_word("OR");
        rest_ = before;
        return !ends;
    }

    Result<JobFilter> all_of() {
        Result<JobFilter> filter = one();
        while (filter && another_follows()) {
            Result<JobFilter> other = one();
            if (!other) {
                return other;
            }
            filter = both(std::move(*filter), std::move(*other));
        }
        return filter;
    }

    Result<JobFilter> one() {
        if (++depth_ > kMaxFilterDepth) {
            return wrong("it is nested too deeply");
        }
        Result<JobFilter> filter = one_within();
        --depth_;
        return filter;
    }

    Result<JobFilter> one_within() {
        if (take_word("NOT") || take('-')) {
            return one().map([](JobFilter inner) { return negation(std::move(inner)); });
        }
        if (!take('(')) {
            return comparison();
        }
        Result<JobFilter> inner = any_of();
        skip_blanks();
        if (inner && !take(')')) {
            return wrong("a ) is missing");
        }
        return inner;
    }

    bool take(char c) {
        skip_blanks();
        const bool is_next = rest_.starts_with(c);
        rest_.remove_prefix(is_next ? 1 : 0);
        return is_next;
    }

    Result<JobFilter> comparison() {
        const std::size_t length = std::min(rest_.find_first_of(" \t\n()!<>=:\""), rest_.size());
        const std::string key(rest_.substr(0, length));
        if (key.empty()) {
            return wrong("a key is missing");
        }
        rest_.remove_prefix(length);
        for (const std::string_view op : kOperators) {
            if (rest_.starts_with(op)) {
                rest_.remove_prefix(op.size());
                return value().map([&](std::string wanted) {
                    return term(key, op, std::move(wanted));
                });
            }
        }
        return wrong("an operator is missing: one of : = != < <= > >=");
    }

    Result<std::string> value() {
        if (!rest_.starts_with('"')) {
            const std::size_t length = std::min(rest_.find_first_of(" \t\n)"), rest_.size());
            std::string word(rest_.substr(0, length));
            rest_.remove_prefix(length);
            return word.empty() ? Result<std::string>(wrong("a value is missing")) : word;
        }
        const std::size_t end = rest_.find('"', 1);
        if (end == std::string_view::npos) {
            return wrong("the closing quote is missing");
        }
        std::string quoted(rest_.substr(1, end - 1));
        rest_.remove_prefix(end + 1);
        return quoted;
    }

    std::string_view text_;
    std::string_view rest_;
    int depth_ = 0;
};

}  // namespace

Result<JobFilter> parse_job_filter(std::string_view text) {
    if (text.find_first_not_of(" \t\n") == std::string_view::npos) {
        return JobFilter([](const Json&) { return true; });
    }
    return FilterParser(text).parse();
}

}  // namespace tuner
