// The rules of the house as functions from sources to findings, so that the test of the tree and
// the tests of the rules themselves use the same ones.
//
// A finding reads "tuner/study/trial.h:7: what is wrong and what would be right". No findings means
// that all is well. Nothing here touches a disk but read_tree.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace house {

inline constexpr std::size_t kMaxHeaderLines = 150;
inline constexpr std::size_t kMaxSourceLines = 300;
inline constexpr std::size_t kMaxTestLines = 500;
// All of tuner/base together. The plan said 500; it had 639 when first measured, a third of them
// essays and comments, and nothing in it that another floor could take. Failpoints and the broken
// world came after.
inline constexpr std::size_t kMaxBaseLines = 800;
inline constexpr std::size_t kMaxBeastFiles = 8;

struct File {
    std::string path;  // from the root of the repository, with /
    std::string text;
};

using Findings = std::vector<std::string>;

// Every .h and .cpp below tuner/, trainer/ and tests/ of `root`, by path.
std::vector<File> read_tree(const std::filesystem::path& root);

// The lines of a text with comments and the contents of literals made blank: what compiles.
std::vector<std::string> code_lines(const std::string& text);

// Which folder may include what of tuner/ and trainer/.
Findings check_floors(const std::vector<File>& files);

// Where each third-party library may be included.
Findings check_libraries(const std::vector<File>& files);

// Lines of each file and of tuner/base together.
Findings check_sizes(const std::vector<File>& files);

// Names that say nothing: util, common, helpers, manager, misc.
Findings check_file_names(const std::vector<File>& files);

// A header opens with its essay and is included once.
Findings check_headers(const std::vector<File>& files);

// Words that have one home: detached, standard output, JSON out of nothing; and a note of work to
// do has its issue.
Findings check_words(const std::vector<File>& files);

// A test name that CMake would take apart, so that ctest would leave out the tests behind it.
Findings check_test_names(const std::vector<File>& files);

// Every source below `folder` (one of the roots above) is named in the CMake text, from `folder`'s
// own CMakeLists.txt (tests) or the root's.
Findings check_listed(
    const std::vector<File>& files,
    const std::string& folder,
    const std::string& cmake,
    const std::string& relative_to = ""
);

// Every failpoint("NAME") of the product stands in one place and opens a line of `list`
// (tests/chaos/failpoints.txt), and the other way round.
Findings check_failpoints(const std::vector<File>& files, const std::string& list);

}  // namespace house
