#include "tuner/cli/table.h"

#include "tuner/base/contract.h"
#include "tuner/cli/printable.h"

#include <algorithm>
#include <string_view>

namespace tuner {

namespace {

void append_padded(std::string& line, const std::string& cell, std::size_t width, Align align) {
    const std::string padding(width - std::min(width, display_width(cell)), ' ');
    line += align == Align::right ? padding + cell : cell + padding;
}

std::string csv_cell(const std::string& cell) {
    if (cell.find_first_of(",\"\r\n") == std::string::npos) {
        return cell;
    }
    std::string quoted = "\"";
    for (const char c : cell) {
        quoted += c == '"' ? std::string_view("\"\"") : std::string_view(&c, 1);
    }
    return quoted + '"';
}

std::string csv_line(const std::vector<std::string>& cells) {
    std::string line;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        line += (i == 0 ? "" : ",") + csv_cell(cells[i]);
    }
    return line + "\n";
}

}  // namespace

void Table::add(std::vector<std::string> cells) {
    expects(cells.size() == columns_.size(), "a row has a cell for each column");
    rows_.push_back(std::move(cells));
}

std::string Table::to_text() const {
    std::vector<std::string> titles;
    for (const Column& column : columns_) {
        titles.push_back(column.title);
    }
    std::vector<std::vector<std::string>> lines{titles};
    lines.insert(lines.end(), rows_.begin(), rows_.end());
    std::vector<std::size_t> widths(columns_.size(), 0);
    for (const auto& cells : lines) {
        for (std::size_t i = 0; i < cells.size(); ++i) {
            widths[i] = std::max(widths[i], display_width(cells[i]));
        }
    }
    std::string text;
    for (const auto& cells : lines) {
        std::string line;
        for (std::size_t i = 0; i < cells.size(); ++i) {
            line += i == 0 ? "" : "  ";
            append_padded(line, cells[i], widths[i], columns_[i].align);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        text += line + "\n";
    }
    return text;
}

std::string Table::to_csv() const {
    std::vector<std::string> titles;
    for (const Column& column : columns_) {
        titles.push_back(column.title);
    }
    std::string text = csv_line(titles);
    for (const auto& cells : rows_) {
        text += csv_line(cells);
    }
    return text;
}

}  // namespace tuner
