// The table of acceptance cases (tests/README.md) is true: each file that it names for a case has a
// test of that case's number.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>
#include <fmt/format.h>

namespace {

constexpr int kCases = 35;

const std::filesystem::path kTests = std::filesystem::path(TUNER_SOURCE_DIR) / "tests";

std::string text_of(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::smatch> matches(const std::string& text, const std::regex& pattern) {
    return {std::sregex_iterator(text.begin(), text.end(), pattern), std::sregex_iterator()};
}

// Whether a test in `source` bears the number of a case: TEST_CASE("A1 …") or "A1 A2 …", or
// def test_a1_… or test_a1_a2_….
bool has_test(const std::string& source, int number) {
    const std::string pattern =
        fmt::format("TEST_CASE\\(\\s*\"(A[0-9]+ )*A{0} |def test_(a[0-9]+_)*a{0}_", number);
    return std::regex_search(source, std::regex(pattern));
}

// What is wrong with a table whose files are read by `read`; "none yet" stands for no test at all,
// and "as A5" for those of another case.
template <class Read>
std::vector<std::string> findings_of(const std::string& table, const Read& read) {
    static const std::regex kRow("\\| A([0-9]+) \\|[^|]*\\|([^|]*)\\|\n");
    static const std::regex kFile("`([a-z0-9_/]+\\.(?:cpp|py))`");
    std::vector<std::string> findings;
    std::set<int> seen;
    for (const std::smatch& row : matches(table, kRow)) {
        const int number = std::stoi(row[1]);
        const std::string tests = row[2];
        seen.insert(number);
        const auto files = matches(tests, kFile);
        for (const std::smatch& file : files) {
            if (!has_test(read(file[1]), number)) {
                findings.push_back(fmt::format("{} has no test of A{}", file[1].str(), number));
            }
        }
        if (files.empty() && !std::regex_search(tests, std::regex("none yet|as A[0-9]+"))) {
            findings.push_back(fmt::format("A{} names no test", number));
        }
    }
    for (int number = 1; number <= kCases; ++number) {
        if (!seen.contains(number)) {
            findings.push_back(fmt::format("A{} is missing", number));
        }
    }
    return findings;
}

}  // namespace

TEST_CASE("every acceptance case has the tests that the table names", "[house][tree]") {
    const auto read = [](const std::string& file) { return text_of(kTests / file); };
    for (const std::string& finding : findings_of(text_of(kTests / "README.md"), read)) {
        FAIL_CHECK(finding);
    }
}

TEST_CASE("a case without the test that the table names is found", "[house]") {
    const auto read = [](const std::string& file) -> std::string {
        return file == "a_test.cpp" ? "TEST_CASE(\"A1 A2 x\")" : "def test_a3_x(self)";
    };
    std::string table;
    for (int number = 4; number <= 34; ++number) {
        table += fmt::format("| A{} | what | none yet |\n", number);
    }
    table += "| A1 | what | `a_test.cpp` |\n| A2 | what | `a_test.cpp`, `b_test.py` |\n";
    table += "| A3 | what | somewhere |\n";
    const std::vector<std::string> expected{
        "b_test.py has no test of A2", "A3 names no test", "A35 is missing"};
    CHECK(findings_of(table, read) == expected);
}
