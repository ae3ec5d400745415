#include "tests/house/house_rules.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>

#include <fmt/format.h>

namespace house {

namespace {

using Paths = std::vector<std::string>;

struct Floor {
    std::string folder;
    Paths may_include;
};

// ARCHITECTURE.md: includes go down, never sideways or up. The first row that fits a file counts.
const std::vector<Floor> kFloors{
    {"tuner/base/", {"tuner/base/"}},
    {"tuner/study/", {"tuner/study/", "tuner/base/"}},
    {"tuner/optimizer/", {"tuner/optimizer/", "tuner/base/", "tuner/study/"}},
    {"tuner/formats/", {"tuner/formats/", "tuner/base/", "tuner/study/"}},
    {"tuner/storage/", {"tuner/storage/", "tuner/base/", "tuner/study/", "tuner/formats/"}},
    {"tuner/executor/", {"tuner/executor/", "tuner/base/", "tuner/study/", "tuner/formats/"}},
    {"tuner/shim/",
     {"tuner/shim/",
      "tuner/base/",
      "tuner/formats/attempt_files.h",
      "tuner/formats/durable_file.h",
      "tuner/formats/event_file.h",
      "tuner/formats/event_line.h",
      "tuner/formats/event_message.h",
      "tuner/formats/proc_files.h"}},
    {"tuner/scheduler/",
     {"tuner/scheduler/",
      "tuner/base/",
      "tuner/study/",
      "tuner/formats/event_json.h",
      "tuner/optimizer/optimizer.h",
      "tuner/optimizer/pruner.h",
      "tuner/optimizer/catalog.h",
      "tuner/storage/",
      "tuner/executor/"}},
    {"tuner/service/",
     {"tuner/service/",
      "tuner/base/",
      "tuner/study/",
      "tuner/optimizer/",
      "tuner/formats/",
      "tuner/storage/",
      "tuner/executor/",
      "tuner/scheduler/"}},
    {"tuner/api/",
     {"tuner/api/", "tuner/base/", "tuner/study/", "tuner/formats/", "tuner/service/"}},
    {"tuner/cli/", {"tuner/cli/", "tuner/base/", "tuner/study/", "tuner/formats/"}},
    {"tuner/app/", {"tuner/"}},
    {"tuner/", {}},
    {"trainer/", {"trainer/"}},
};

struct Library {
    std::string header;  // what its includes start with
    Paths homes;         // where they may stand
    bool sources_only = false;
};

// The first row that fits an include counts. {fmt} may be included everywhere.
const std::vector<Library> kLibraries{
    {"sqlite3.h", {"tuner/storage/sqlite"}, true},
    {"nlohmann/json_fwd.hpp", {"tuner/formats/", "tuner/api/", "tuner/cli/"}},
    {"nlohmann/", {"tuner/formats/", "tuner/api/", "tuner/cli/", "trainer/"}, true},
    {"yaml-cpp/", {"tuner/formats/"}, true},
    {"boost/asio.hpp", {}},
    {"boost/beast", {"tuner/api/", "tuner/cli/http_client"}},
    {"boost/asio/",
     {"tuner/executor/",
      "tuner/storage/storage_thread",
      "tuner/scheduler/",
      "tuner/service/",
      "tuner/api/",
      "tuner/cli/",
      "tuner/app/"}},
    {"boost/crc.hpp", {"tuner/formats/event_file.cpp"}},
    {"boost/random/", {"tuner/optimizer/"}},
    {"boost/math/", {"tuner/optimizer/"}},
    {"boost/", {"tuner/executor/", "tuner/scheduler/", "tuner/api/", "tuner/cli/", "tuner/app/"}},
    {"Eigen/", {"tuner/optimizer/", "trainer/"}},
    {"nlopt", {"tuner/optimizer/"}},
    {"CLI/", {"tuner/cli/", "tuner/app/", "trainer/"}},
    {"spdlog/", {"tuner/base/log.cpp"}},
    {"zlib.h", {"tuner/formats/inflate.cpp"}},
    {"tl/", {"tuner/base/result.h"}},
    {"random", {"trainer/"}},  // its distributions differ between libraries: base/random.h
};

struct Word {
    std::regex pattern;
    Paths homes;
    std::string instead;
};

const std::vector<Word> kWords{
    {std::regex(R"(\bdetached\b)"),
     {"tuner/scheduler/task_group."},
     "detached has one home: start it in a TaskGroup"},
    // base/contract.cpp writes where nothing else can be relied on any more.
    {std::regex(R"(\bstd::(cout|cerr|clog)\b|\b(printf|fprintf|puts|fputs)\s*\(|\bfmt::print)"),
     {"tuner/cli/", "tuner/app/", "trainer/", "tuner/base/contract.cpp"},
     "only cli, app and trainer print: log it (base/log.h) or return it"},
    // nlohmann_json 3.11 gives a null its type before the memory, so a failed allocation crashes.
    {std::regex(R"re(\b(json|Json|ordered_json) \w+;|\[ +\](\.push_back\(|\[))re"),
     {"trainer/"},
     "no JSON becomes an object or a list later: begin with ::object(), ::array() or append()"},
};

bool starts_with_any(const std::string& text, const Paths& prefixes) {
    return std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) {
        return text.starts_with(prefix);
    });
}

bool is_product(const File& file) {
    return file.path.starts_with("tuner/") || file.path.starts_with("trainer/");
}

std::vector<std::string> lines_of(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> lines;
    for (std::string line; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

std::string at(const File& file, std::size_t line) {
    return fmt::format("{}:{}: ", file.path, line);
}

// Behind the first `mark` from `from` on; npos when there is none.
std::size_t behind(const std::string& text, std::string_view mark, std::size_t from) {
    const std::size_t found = text.find(mark, from);
    return found == std::string::npos ? found : found + mark.size();
}

// Behind the closing quote of a literal without raw text that opens at `i`.
std::size_t behind_literal(const std::string& text, std::size_t i) {
    const char quote = text[i];
    for (++i; i < text.size() && text[i] != quote && text[i] != '\n'; ++i) {
        i += text[i] == '\\' ? 1 : 0;
    }
    return i + 1;
}

// Behind the comment or literal that begins at `i`, or `i` when code does.
std::size_t end_of_talk(const std::string& text, std::size_t i) {
    const std::string_view rest = std::string_view(text).substr(i);
    const bool in_word = i > 0 && std::isalnum(static_cast<unsigned char>(text[i - 1])) != 0;
    if (rest.starts_with("//")) {
        return text.find('\n', i);
    }
    if (rest.starts_with("/*")) {
        return behind(text, "*/", i + 2);
    }
    if (rest.starts_with("R\"") && !in_word) {
        const std::size_t open = text.find('(', i);
        return behind(text, ")" + text.substr(i + 2, open - i - 2) + "\"", i);
    }
    // A quote in a word separates digits: 1'000.
    if (rest.front() == '"' || (rest.front() == '\'' && !in_word)) {
        return behind_literal(text, i);
    }
    return i;
}

struct Include {
    std::size_t line;
    std::string target;
    bool quoted;
};

std::vector<Include> includes_of(const File& file) {
    static const std::regex directive(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
    std::vector<Include> includes;
    const std::vector<std::string> lines = lines_of(file.text);
    for (std::size_t i = 0; i < lines.size(); ++i) {
        if (std::smatch match; std::regex_search(lines[i], match, directive)) {
            includes.push_back({i + 1, match[2], match[1] == "\""});
        }
    }
    return includes;
}

}  // namespace

std::vector<File> read_tree(const std::filesystem::path& root) {
    std::vector<File> files;
    for (const auto* folder : {"tuner", "trainer", "tests"}) {
        if (!std::filesystem::exists(root / folder)) {
            continue;
        }
        for (const auto& entry : std::filesystem::recursive_directory_iterator(root / folder)) {
            const auto extension = entry.path().extension();
            if (entry.is_regular_file() && (extension == ".h" || extension == ".cpp")) {
                std::ifstream stream(entry.path(), std::ios::binary);
                files.push_back(
                    {std::filesystem::relative(entry.path(), root).generic_string(),
                     {std::istreambuf_iterator<char>(stream), {}}}
                );
            }
        }
    }
    std::sort(files.begin(), files.end(), [](const File& a, const File& b) {
        return a.path < b.path;
    });
    return files;
}

std::vector<std::string> code_lines(const std::string& text) {
    std::string code = text;
    for (std::size_t i = 0; i < code.size();) {
        const std::size_t end = std::min(end_of_talk(text, i), code.size());
        for (std::size_t j = i; j < end; ++j) {
            code[j] = code[j] == '\n' ? '\n' : ' ';
        }
        i = std::max(end, i + 1);
    }
    return lines_of(code);
}

Findings check_floors(const std::vector<File>& files) {
    Findings findings;
    for (const File& file : files) {
        const auto floor = std::find_if(kFloors.begin(), kFloors.end(), [&](const Floor& f) {
            return file.path.starts_with(f.folder);
        });
        for (const Include& include : includes_of(file)) {
            const bool ours =
                include.target.starts_with("tuner/") || include.target.starts_with("trainer/");
            if (include.quoted && !ours && !include.target.starts_with("tests/")) {
                findings.push_back(
                    at(file, include.line) + "\"" + include.target + "\" is not named from the root"
                );
            }
            if (floor != kFloors.end() && ours &&
                !starts_with_any(include.target, floor->may_include)) {
                findings.push_back(fmt::format(
                    "{}{} must not include {}; it may include {}",
                    at(file, include.line),
                    floor->folder,
                    include.target,
                    fmt::join(floor->may_include, " ")
                ));
            }
        }
    }
    return findings;
}

Findings check_libraries(const std::vector<File>& files) {
    Findings findings;
    std::size_t beast_files = 0;
    for (const File& file : files) {
        bool has_beast = false;
        for (const Include& include : includes_of(file)) {
            const auto library =
                std::find_if(kLibraries.begin(), kLibraries.end(), [&](const Library& l) {
                    return include.target.starts_with(l.header);
                });
            if (library == kLibraries.end() || (!is_product(file) && !library->homes.empty())) {
                continue;
            }
            has_beast = has_beast || library->header == "boost/beast";
            if (!starts_with_any(file.path, library->homes)) {
                findings.push_back(fmt::format(
                    "{}{} may be included only in {}",
                    at(file, include.line),
                    include.target,
                    library->homes.empty() ? "no file"
                                           : fmt::format("{}", fmt::join(library->homes, " "))
                ));
            } else if (library->sources_only && file.path.ends_with(".h")) {
                findings.push_back(
                    at(file, include.line) + include.target + " is for .cpp files only"
                );
            }
        }
        beast_files += has_beast ? 1 : 0;
        if (has_beast && beast_files == kMaxBeastFiles + 1) {
            findings.push_back(
                at(file, 1) + fmt::format("Beast is in more than {} files", kMaxBeastFiles)
            );
        }
    }
    return findings;
}

Findings check_sizes(const std::vector<File>& files) {
    Findings findings;
    std::size_t base = 0;
    for (const File& file : files) {
        const std::size_t lines = lines_of(file.text).size();
        std::size_t limit = file.path.ends_with(".h") ? kMaxHeaderLines : kMaxSourceLines;
        if (file.path.starts_with("tests/")) {
            limit = kMaxTestLines;
        }
        if (lines > limit) {
            findings.push_back(
                at(file, limit + 1) + fmt::format("{} lines; at most {}: split it", lines, limit)
            );
        }
        base += file.path.starts_with("tuner/base/") ? lines : 0;
    }
    if (base > kMaxBaseLines) {
        findings.push_back(
            fmt::format("tuner/base:1: {} lines in all; at most {}", base, kMaxBaseLines)
        );
    }
    return findings;
}

Findings check_file_names(const std::vector<File>& files) {
    static const std::regex forbidden(
        R"((^|[/_.])(utils?|commons?|helpers?|managers?|misc)([/_.]|$))"
    );
    Findings findings;
    for (const File& file : files) {
        if (std::smatch match; std::regex_search(file.path, match, forbidden)) {
            findings.push_back(
                at(file, 1) + fmt::format("\"{}\" says nothing: name what it is", match[2].str())
            );
        }
    }
    return findings;
}

Findings check_headers(const std::vector<File>& files) {
    Findings findings;
    for (const File& file : files) {
        if (!file.path.ends_with(".h")) {
            continue;
        }
        const std::vector<std::string> lines = lines_of(file.text);
        const auto essay_end =
            std::find_if(lines.begin(), lines.end(), [](const std::string& line) {
                return !line.starts_with("//");
            });
        if (essay_end == lines.begin()) {
            findings.push_back(at(file, 1) + "a header opens with its essay");
        }
        const auto after = std::find_if(essay_end, lines.end(), [](const std::string& line) {
            return !line.empty();
        });
        if (after == lines.end() || *after != "#pragma once") {
            const auto line = static_cast<std::size_t>(after - lines.begin()) + 1;
            findings.push_back(at(file, line) + "#pragma once stands right after the essay");
        }
    }
    return findings;
}

Findings check_words(const std::vector<File>& files) {
    static const std::regex note(R"(\b(TO)DO\b|\b(FIX)ME\b)");
    static const std::regex numbered_note(R"(\b(TO)DO\(#\d+\))");
    Findings findings;
    for (const File& file : files) {
        const std::vector<std::string> code = code_lines(file.text);
        const std::vector<std::string> lines = lines_of(file.text);
        for (std::size_t i = 0; i < lines.size(); ++i) {
            for (const Word& word : kWords) {
                if (is_product(file) && !starts_with_any(file.path, word.homes) &&
                    std::regex_search(code[i], word.pattern)) {
                    findings.push_back(at(file, i + 1) + word.instead);
                }
            }
            if (std::regex_search(lines[i], note) && !std::regex_search(lines[i], numbered_note)) {
                findings.push_back(at(file, i + 1) + "write TO" + "DO(#issue): what is to do");
            }
        }
    }
    return findings;
}

Findings check_test_names(const std::vector<File>& files) {
    static const std::regex test_case(R"re(TEST_CASE(?:_METHOD)?\(\s*(?:\w+,\s*)?"([^"]*)")re");
    Findings findings;
    for (const File& file : files) {
        const std::string& text = file.text;
        for (std::sregex_iterator match(text.begin(), text.end(), test_case), end; match != end;
             ++match) {
            const std::string name = (*match)[1];
            if (name.find_first_of(";[]\\") != std::string::npos) {
                const auto line = std::count(text.begin(), text.begin() + match->position(1), '\n');
                findings.push_back(
                    at(file, static_cast<std::size_t>(line) + 1) +
                    "ctest misreads ; [ ] in a test name"
                );
            }
        }
    }
    return findings;
}

Findings check_listed(
    const std::vector<File>& files,
    const std::string& folder,
    const std::string& cmake,
    const std::string& relative_to
) {
    static const std::regex comment("#[^\n]*");
    std::istringstream stream(std::regex_replace(cmake, comment, ""));
    std::vector<std::string> words;
    for (std::string word; stream >> word;) {
        word.erase(std::remove(word.begin(), word.end(), ')'), word.end());
        words.push_back(word);
    }
    Findings findings;
    for (const File& file : files) {
        if (file.path.starts_with(folder) && file.path.ends_with(".cpp") &&
            std::find(words.begin(), words.end(), file.path.substr(relative_to.size())) ==
                words.end()) {
            findings.push_back(at(file, 1) + "is not listed in " + relative_to + "CMakeLists.txt");
        }
    }
    return findings;
}

Findings check_failpoints(const std::vector<File>& files, const std::string& list) {
    static const std::regex call(R"re(failpoint\("([^"]*)"\))re");
    Findings findings;
    std::set<std::string> listed;
    std::istringstream stream(list);
    for (std::string line; std::getline(stream, line);) {
        if (!line.empty() && line.front() != '#') {
            listed.insert(line.substr(0, line.find(' ')));
        }
    }
    std::set<std::string> found;
    for (const File& file : files) {
        const std::vector<std::string> lines = lines_of(file.text);
        for (std::size_t i = 0; is_product(file) && i < lines.size(); ++i) {
            std::smatch match;
            if (!std::regex_search(lines[i], match, call)) {
                continue;
            }
            if (!found.insert(match[1]).second) {
                findings.push_back(at(file, i + 1) + "another place has this failpoint's name");
            } else if (listed.count(match[1]) == 0) {
                findings.push_back(at(file, i + 1) + "is not in tests/chaos/failpoints.txt");
            }
        }
    }
    for (const std::string& name : listed) {
        if (found.count(name) == 0) {
            findings.push_back("tests/chaos/failpoints.txt: no source has the failpoint " + name);
        }
    }
    return findings;
}

}  // namespace house
