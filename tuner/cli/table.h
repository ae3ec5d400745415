// A Table is rows under titles, printed with aligned columns for people or as CSV for programs.
//
// Columns of numbers are aligned right. Widths are those of a terminal, so names in any script line
// up. Pure.

#pragma once

#include <string>
#include <vector>

namespace tuner {

enum class Align { left, right };

struct Column {
    std::string title;
    Align align = Align::left;
};

class Table {
  public:
    explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

    // One row, a cell for each column.
    void add(std::vector<std::string> cells);

    bool is_empty() const { return rows_.empty(); }

    // Titles and rows, two spaces between columns, no space at the ends of lines.
    std::string to_text() const;

    // RFC 4180 with line feeds: cells with a comma, a quote or an end of line are quoted.
    std::string to_csv() const;

  private:
    std::vector<Column> columns_;
    std::vector<std::vector<std::string>> rows_;
};

}  // namespace tuner
