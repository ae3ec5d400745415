#include "tuner/formats/yaml_syntax.h"

#include "tuner/formats/utf8.h"
#include "tuner/formats/yaml_document.h"

#include <algorithm>

#include <fmt/format.h>

namespace tuner {

namespace {

constexpr std::size_t npos = std::string_view::npos;

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\n' && c != '\r' && c != '\t') || byte == 0x7F;
}

bool is_structure(char c) {
    return std::string_view("\n[]{},:&*!").find(c) != npos;
}

// Where the quoted text beginning at `begin` ends; npos when it does not.
std::size_t find_closing_quote(std::string_view text, std::size_t begin) {
    const char quote = text[begin];
    for (std::size_t i = begin + 1; i < text.size(); ++i) {
        if (quote == '"' && text[i] == '\\') {
            ++i;
        } else if (text[i] == quote) {
            const bool doubled = quote == '\'' && i + 1 < text.size() && text[i + 1] == quote;
            if (!doubled) {
                return i;
            }
            ++i;
        }
    }
    return npos;
}

struct Explanation {
    std::string_view library;  // how the library's message begins
    std::string_view message;
};

constexpr Explanation kExplanations[] = {
    {"illegal map value",
     "this \": \" is not expected here: is the indentation right, or does a text with a colon need "
     "quotes?"},
    {"end of map not found", "the indentation does not fit the lines above"},
    {"end of sequence not found", "the indentation does not fit the lines above"},
    {"illegal block entry",
     "this \"-\" is not expected here: a list begins on a line of its own below its key"},
    {"illegal map key", "a key is not expected here: is the indentation right?"},
    {"illegal flow end", "this bracket closes nothing"},
    {"unknown token", "a value cannot begin with this character; put the text in quotes"},
    {"unknown escape character",
     "a double-quoted text has an unknown \\ escape; double the \\ or use single quotes"},
    {"the referenced anchor is not defined",
     "aliases (*) are not allowed in a study file; put a text that begins with * in quotes"},
    {"alias not found", "a text that begins with * needs quotes"},
    {"anchor not found", "a text that begins with & needs quotes"},
    {"illegal character found while scanning a", "a text that begins with * or & needs quotes"},
    {"illegal tab", "YAML does not allow tabs as indentation; use spaces"},
    {"illegal document indicator", "a second document begins inside a quoted text"},
};

}  // namespace

YamlSource::YamlSource(std::string_view text) : text_(text) {
    if (text_.starts_with("\xEF\xBB\xBF")) {
        text_.remove_prefix(3);
    }
    if (text_.size() > kMaxYamlBytes) {
        starts_ = {0};
        return;
    }
    starts_.push_back(0);
    for (std::size_t i = 0; i < text_.size(); ++i) {
        if (text_[i] == '\n') {
            starts_.push_back(i + 1);
        }
    }
}

std::optional<Problem> YamlSource::find_problem() const {
    const auto at = [&](std::size_t offset, std::string message) {
        const Place place = place_at(offset);
        return Problem{place.line, place.column, std::move(message)};
    };
    if (text_.size() > kMaxYamlBytes) {
        return at(
            0,
            fmt::format(
                "the file has {} bytes; at most {} are allowed", text_.size(), kMaxYamlBytes
            )
        );
    }
    if (std::count_if(text_.begin(), text_.end(), is_structure) >
        static_cast<std::ptrdiff_t>(kMaxYamlMarks)) {
        return at(
            0,
            fmt::format(
                "the file has more than {} lines, brackets, commas and other marks", kMaxYamlMarks
            )
        );
    }
    if (const auto bad = find_invalid_utf8(text_); bad != npos) {
        return at(bad, "this is not UTF-8; save the file as UTF-8");
    }
    if (const auto found = std::find_if(text_.begin(), text_.end(), is_control);
        found != text_.end()) {
        return at(
            static_cast<std::size_t>(found - text_.begin()),
            fmt::format("the control character 0x{:02x} does not belong in a text file", *found)
        );
    }
    return find_tab();
}

// Tabs are tolerated as indentation of JSON only.
std::optional<Problem> YamlSource::find_tab() const {
    const auto first = text_.find_first_not_of(" \t\r\n");
    if (first == npos || text_[first] == '{' || text_[first] == '[') {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < starts_.size(); ++i) {
        const std::size_t start = starts_[i];
        const std::size_t content = std::min(text_.find_first_not_of(" \t", start), text_.size());
        const bool is_blank = content == text_.size() || text_[content] == '\n' ||
                              text_[content] == '\r' || text_[content] == '#';
        // Within the indentation only: the next tab may be a megabyte away, once for every line.
        const std::size_t tab = text_.substr(start, content - start).find('\t');
        if (!is_blank && tab != npos) {
            return Problem{
                static_cast<int>(i) + 1,
                static_cast<int>(tab) + 1,
                "this line is indented with a tab; YAML needs spaces"};
        }
    }
    return std::nullopt;
}

std::size_t YamlSource::offset_of(int line, int column) const {
    const auto index = static_cast<std::size_t>(std::max(line, 0));
    if (index >= starts_.size()) {
        return text_.size();
    }
    return std::min(starts_[index] + static_cast<std::size_t>(std::max(column, 0)), text_.size());
}

std::size_t YamlSource::line_index(std::size_t offset) const {
    const auto after = std::upper_bound(starts_.begin(), starts_.end(), offset);
    return static_cast<std::size_t>(after - starts_.begin()) - 1;
}

Place YamlSource::place_at(std::size_t offset) const {
    offset = std::min(offset, text_.size());
    const std::size_t line = line_index(offset);
    // On from the last place or back from it, whichever is near: a line may be the whole file.
    if (line != last_.line || offset < starts_[line] + (last_.offset - starts_[line]) / 2) {
        last_ = {line, starts_[line], 0};
    }
    const auto [from, to] = std::minmax(offset, last_.offset);
    const std::size_t between = count_characters(text_.substr(from, to - from));
    last_.characters += offset < last_.offset ? -between : between;
    last_.offset = offset;
    return {static_cast<int>(line) + 1, static_cast<int>(last_.characters) + 1};
}

Place YamlSource::place_of(int line, int column) const {
    return place_at(offset_of(line, column));
}

Place YamlSource::place_before(std::size_t offset) const {
    const auto last = text_.substr(0, offset).find_last_not_of(" \t\r\n");
    return place_at(last == npos ? 0 : last);
}

bool YamlSource::has_null_at(std::size_t offset) const {
    const std::string_view rest = text_.substr(std::min(offset, text_.size()));
    return rest.starts_with('~') || rest.starts_with("null") || rest.starts_with("Null") ||
           rest.starts_with("NULL");
}

bool YamlSource::is_closed_quote(std::size_t offset) const {
    const bool is_quote = offset < text_.size() && (text_[offset] == '"' || text_[offset] == '\'');
    return !is_quote || find_closing_quote(text_, offset) != npos;
}

std::size_t YamlSource::find_open_quote(std::size_t offset) const {
    while ((offset = text_.find_first_of("\"'", offset)) != npos) {
        const std::size_t end = find_closing_quote(text_, offset);
        if (end == npos) {
            return offset;
        }
        offset = end + 1;
    }
    return npos;
}

Problem explain(const SyntaxError& error, const YamlSource& source) {
    const Place place = source.place_of(error.line, error.column);
    const std::string_view message = error.message;
    if (message.ends_with("flow not found") && !error.open_flows.empty()) {
        const Place open = error.open_flows.back();
        return {open.line, open.column, "this bracket is never closed; add ] or }"};
    }
    if (message.starts_with("illegal EOF in scalar")) {
        const std::size_t quote = source.find_open_quote(error.last_offset);
        const Place open = quote == npos ? place : source.place_at(quote);
        return {open.line, open.column, "this text has an opening quote but no closing one"};
    }
    for (const Explanation& explanation : kExplanations) {
        if (message.starts_with(explanation.library)) {
            return {place.line, place.column, std::string(explanation.message)};
        }
    }
    return {place.line, place.column, fmt::format("this is not YAML: {}", message)};
}

}  // namespace tuner
