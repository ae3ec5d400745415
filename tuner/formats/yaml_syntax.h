// YamlSource is the text of a YAML file with its lines: it turns yaml-cpp's byte columns into
// places for people, and checks before parsing what a parser should not even see.
//
// explain() says in the reader's words what yaml-cpp says in its own. Private to yaml_document.cpp.

#pragma once

#include "tuner/formats/problem.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tuner {

class YamlSource {
  public:
    // The text must outlive this; a byte order mark is skipped.
    explicit YamlSource(std::string_view text);

    std::string_view text() const { return text_; }

    // What makes the text unfit for a YAML parser: size, structure beyond kMaxYamlMarks, bytes that
    // are not UTF-8, control characters, tabs as indentation.
    std::optional<Problem> find_problem() const;

    // Lines and byte columns from 0, as yaml-cpp counts; places beyond the text become its end.
    std::size_t offset_of(int line, int column) const;
    Place place_of(int line, int column) const;
    Place place_at(std::size_t offset) const;

    // The last character before `offset` that is not white space: where a value was expected.
    Place place_before(std::size_t offset) const;

    // Whether a null is written out at `offset`: ~ or null.
    bool has_null_at(std::size_t offset) const;

    // Whether the quoted text that begins at `offset` ends; true for what is not a quoted text.
    bool is_closed_quote(std::size_t offset) const;

    // The first quote from `offset` on that is never closed; npos when there is none.
    std::size_t find_open_quote(std::size_t offset) const;

  private:
    std::size_t line_index(std::size_t offset) const;
    std::optional<Problem> find_tab() const;

    std::string_view text_;
    std::vector<std::size_t> starts_;  // of each line

    // The place found last: places are asked for from front to back, and a line may be the whole
    // file, so counting goes on from there.
    struct Last {
        std::size_t line = 0;
        std::size_t offset = 0;
        std::size_t characters = 0;  // of the line before the offset
    };

    mutable Last last_;
};

// What yaml-cpp said and what had been read by then.
struct SyntaxError {
    std::string message;
    int line = 0;
    int column = 0;
    std::size_t last_offset = 0;
    std::vector<Place> open_flows;
};

Problem explain(const SyntaxError& error, const YamlSource& source);

}  // namespace tuner
