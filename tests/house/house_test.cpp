// The tree keeps the rules of the house (ARCHITECTURE.md), and each rule is shown to see what it
// forbids.

#include "tests/house/house_rules.h"

#include <fstream>
#include <iterator>

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace house;

namespace {

const std::filesystem::path kRoot = TUNER_SOURCE_DIR;

const std::vector<File>& tree() {
    static const std::vector<File> files = read_tree(kRoot);
    return files;
}

std::string text_of(const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

void check_none(const Findings& findings) {
    for (const std::string& finding : findings) {
        FAIL_CHECK(finding);
    }
}

Findings floors(const char* path, const char* include) {
    return check_floors({{path, std::string("\n#include ") + include + "\n"}});
}

Findings libraries(const char* path, const char* include) {
    return check_libraries({{path, std::string("#include ") + include + "\n"}});
}

Findings words(const char* path, const char* line) {
    return check_words({{path, std::string(line) + "\n"}});
}

File lines(const char* path, std::size_t count) {
    return {path, std::string(count, '\n')};
}

}  // namespace

TEST_CASE("the tree is read", "[house][tree]") {
    CHECK(tree().size() > 50);
}

TEST_CASE("includes go down and never sideways or up", "[house][tree]") {
    check_none(check_floors(tree()));
}

TEST_CASE("every library has its home", "[house][tree]") {
    check_none(check_libraries(tree()));
}

TEST_CASE("files are short", "[house][tree]") {
    check_none(check_sizes(tree()));
}

TEST_CASE("no file has a name that says nothing", "[house][tree]") {
    check_none(check_file_names(tree()));
}

TEST_CASE("every header opens with its essay", "[house][tree]") {
    check_none(check_headers(tree()));
}

TEST_CASE("words with a home stay there", "[house][tree]") {
    check_none(check_words(tree()));
}

TEST_CASE("every failpoint stands once and is one that tests/chaos reaches", "[house][tree]") {
    check_none(check_failpoints(tree(), text_of(kRoot / "tests/chaos/failpoints.txt")));
}

TEST_CASE("every test has a name that ctest can read", "[house][tree]") {
    check_none(check_test_names(tree()));
}

TEST_CASE("every source is built", "[house][tree]") {
    const std::string product = text_of(kRoot / "CMakeLists.txt");
    check_none(check_listed(tree(), "tuner/", product));
    check_none(check_listed(tree(), "trainer/", product));
    const std::string tests =
        text_of(kRoot / "tests/CMakeLists.txt") + text_of(kRoot / "tests/fuzz/CMakeLists.txt");
    check_none(check_listed(tree(), "tests/", tests, "tests/"));
}

TEST_CASE("an include up or sideways is found with its file and line", "[house]") {
    CHECK(
        floors("tuner/base/id.h", R"("tuner/study/trial.h")") ==
        Findings{"tuner/base/id.h:2: tuner/base/ must not include tuner/study/trial.h; it may "
                 "include tuner/base/"}
    );
    for (const auto& [path, include] : std::vector<std::pair<const char*, const char*>>{
             {"tuner/study/a.h", R"("tuner/formats/study_json.h")"},
             {"tuner/optimizer/a.cpp", R"("tuner/formats/study_json.h")"},
             {"tuner/formats/a.cpp", R"("tuner/optimizer/catalog.h")"},
             {"tuner/storage/a.cpp", R"("tuner/executor/executor.h")"},
             {"tuner/executor/a.cpp", R"("tuner/storage/storage.h")"},
             {"tuner/shim/main.cpp", R"("tuner/formats/study_json.h")"},
             {"tuner/shim/main.cpp", R"("tuner/study/trial.h")"},
             {"tuner/scheduler/a.cpp", R"("tuner/optimizer/tpe.h")"},
             {"tuner/scheduler/a.cpp", R"("tuner/service/tuning_service.h")"},
             {"tuner/service/a.cpp", R"("tuner/api/router.h")"},
             {"tuner/api/a.cpp", R"("tuner/scheduler/event_feed.h")"},
             {"tuner/api/a.cpp", R"("tuner/storage/storage.h")"},
             {"tuner/cli/a.cpp", R"("tuner/service/tuning_service.h")"},
             {"tuner/attic/a.cpp", R"("tuner/base/id.h")"},
             {"tuner/app/a.cpp", R"("trainer/task.h")"},
             {"trainer/a.cpp", R"("tuner/base/random.h")"},
             {"tuner/study/a.cpp", R"("trial.h")"}}) {
        CAPTURE(path, include);
        CHECK(floors(path, include).size() == 1);
    }
}

TEST_CASE("an include downwards is no finding", "[house]") {
    for (const auto& [path, include] : std::vector<std::pair<const char*, const char*>>{
             {"tuner/base/id.h", "<compare>"},
             {"tuner/shim/main.cpp", R"("tuner/formats/attempt_files.h")"},
             {"tuner/executor/a.cpp", R"("tuner/formats/attempt_files.h")"},
             {"tuner/scheduler/a.cpp", R"("tuner/optimizer/catalog.h")"},
             {"tuner/api/a.cpp", R"("tuner/service/tuning_service.h")"},
             {"tuner/app/a.cpp", R"("tuner/optimizer/tpe.h")"},
             {"tests/api/a.cpp", R"("tuner/storage/storage.h")"},
             {"trainer/a.cpp", R"("trainer/task.h")"}}) {
        CAPTURE(path, include);
        CHECK(floors(path, include).empty());
    }
}

TEST_CASE("a library away from its home is found", "[house]") {
    CHECK(
        libraries("tuner/storage/storage.cpp", "<sqlite3.h>") ==
        Findings{"tuner/storage/storage.cpp:1: sqlite3.h may be included only in "
                 "tuner/storage/sqlite"}
    );
    for (const auto& [path, include] : std::vector<std::pair<const char*, const char*>>{
             {"tuner/study/a.cpp", "<nlohmann/json_fwd.hpp>"},
             {"tuner/formats/a.h", "<nlohmann/json.hpp>"},
             {"tuner/formats/a.h", "<yaml-cpp/yaml.h>"},
             {"tuner/app/a.cpp", "<yaml-cpp/yaml.h>"},
             {"tuner/cli/table.cpp", "<boost/beast/http.hpp>"},
             {"tuner/executor/a.cpp", "<boost/asio.hpp>"},
             {"tests/executor/a.cpp", "<boost/asio.hpp>"},
             {"tuner/storage/storage.h", "<boost/asio/awaitable.hpp>"},
             {"tuner/shim/main.cpp", "<boost/asio/awaitable.hpp>"},
             {"tuner/service/a.cpp", "<Eigen/Core>"},
             {"tuner/formats/a.cpp", "<CLI/CLI.hpp>"},
             {"tuner/api/a.cpp", "<spdlog/spdlog.h>"},
             {"tuner/optimizer/a.cpp", "<random>"}}) {
        CAPTURE(path, include);
        CHECK(libraries(path, include).size() == 1);
    }
}

TEST_CASE("a library at home and the formatter anywhere are no finding", "[house]") {
    for (const auto& [path, include] : std::vector<std::pair<const char*, const char*>>{
             {"tuner/storage/sqlite.cpp", "<sqlite3.h>"},
             {"tuner/formats/a.h", "<nlohmann/json_fwd.hpp>"},
             {"tuner/api/a.cpp", "<nlohmann/json.hpp>"},
             {"tuner/cli/http_client.cpp", "<boost/beast/http.hpp>"},
             {"tuner/storage/storage_thread.h", "<boost/asio/awaitable.hpp>"},
             {"trainer/a.h", "<Eigen/Dense>"},
             {"tests/formats/a.cpp", "<nlohmann/json.hpp>"},
             {"tuner/study/a.cpp", "<fmt/format.h>"}}) {
        CAPTURE(path, include);
        CHECK(libraries(path, include).empty());
    }
}

TEST_CASE("Beast in too many files is found", "[house]") {
    std::vector<File> files;
    for (std::size_t i = 0; i < kMaxBeastFiles; ++i) {
        files.push_back({fmt::format("tuner/api/{}.cpp", i), "#include <boost/beast/http.hpp>\n"});
    }
    CHECK(check_libraries(files).empty());
    files.push_back({"tuner/api/more.cpp", "#include <boost/beast/core.hpp>\n"});
    CHECK(
        check_libraries(files) == Findings{"tuner/api/more.cpp:1: Beast is in more than 8 files"}
    );
}

TEST_CASE("a file past its limit is found and one at it is not", "[house]") {
    CHECK(check_sizes({lines("tuner/study/a.h", kMaxHeaderLines)}).empty());
    CHECK(check_sizes({lines("tuner/study/a.cpp", kMaxSourceLines)}).empty());
    CHECK(check_sizes({lines("tests/study/a_test.cpp", kMaxTestLines)}).empty());
    CHECK(
        check_sizes({lines("tuner/study/a.h", kMaxHeaderLines + 1)}) ==
        Findings{"tuner/study/a.h:151: 151 lines; at most 150: split it"}
    );
    CHECK(check_sizes({lines("trainer/a.cpp", kMaxSourceLines + 1)}).size() == 1);
    CHECK(check_sizes({lines("tests/study/a_test.cpp", kMaxTestLines + 1)}).size() == 1);
    const std::vector<File> base(kMaxBaseLines / 100 + 1, lines("tuner/base/a.h", 100));
    CHECK(check_sizes(base).size() == 1);
}

TEST_CASE("a name that says nothing is found", "[house]") {
    for (const auto* path :
         {"tuner/study/util.h",
          "tuner/utils/a.h",
          "tuner/api/http_common.cpp",
          "tests/support/helpers.h",
          "tuner/scheduler/manager.h",
          "trainer/misc.cpp"}) {
        CAPTURE(path);
        CHECK(check_file_names({{path, ""}}).size() == 1);
    }
    CHECK(check_file_names({{"tuner/study/commonality.h", ""}}).empty());
}

TEST_CASE("a header without essay or guard is found", "[house]") {
    const auto header = [](const char* text) { return check_headers({{"tuner/study/a.h", text}}); };
    CHECK(header("// A is one.\n//\n// More.\n\n#pragma once\n\nint a();\n").empty());
    CHECK(header("#pragma once\n") == Findings{"tuner/study/a.h:1: a header opens with its essay"});
    CHECK(
        header("// A is one.\n\n#include <string>\n#pragma once\n") ==
        Findings{"tuner/study/a.h:3: #pragma once stands right after the essay"}
    );
    CHECK(header("").size() == 2);
    CHECK(check_headers({{"tuner/study/a.cpp", "int a;\n"}}).empty());
}

TEST_CASE("a word away from its home is found in code only", "[house]") {
    CHECK(words("tuner/api/a.cpp", "co_spawn(e, f(), asio::detached);").size() == 1);
    CHECK(words("tuner/scheduler/task_group.h", "co_spawn(e, f(), asio::detached);").empty());
    CHECK(words("tuner/api/a.cpp", "// never detached").empty());
    CHECK(words("tuner/api/a.cpp", "/* never\ndetached */ int a;").empty());
    CHECK(words("tuner/api/a.cpp", R"(log("a \"detached\" shim");)").empty());
    CHECK(words("tuner/api/a.cpp", R"x(log(R"(detached)");)x").empty());
    CHECK(words("tuner/api/a.cpp", "int a = 1'000; f(detached); char c = '\\'';").size() == 1);
    for (const auto* line :
         {"std::cout << 1;", "std::cerr << 1;", "printf(text);", "std::puts(text);"}) {
        CAPTURE(line);
        CHECK(words("tuner/study/a.cpp", line).size() == 1);
        CHECK(words("tuner/cli/a.cpp", line).empty());
        CHECK(words("trainer/a.cpp", line).empty());
    }
    CHECK(words("tuner/study/a.cpp", "std::snprintf(buffer, 3, text);").empty());
}

TEST_CASE("JSON that crashes where memory fails as it grows out of nothing is found", "[house]") {
    for (const auto* line :
         {"Json answer;",
          "nlohmann::ordered_json document;",
          R"(answer["jobs"].push_back(job);)",
          R"(spec["cluster"]["workers"] = 1;)"}) {
        CAPTURE(line);
        CHECK(words("tuner/api/a.cpp", line).size() == 1);
    }
    for (const auto* line :
         {"Json answer = Json::object();",
          R"(append(answer, "jobs", job);)",
          R"(answer["job"] = std::move(job);)",
          "const Json& answer;"}) {
        CAPTURE(line);
        CHECK(words("tuner/api/a.cpp", line).empty());
    }
}

TEST_CASE("a note of work to do without a number is found", "[house]") {
    CHECK(
        words(
            "tests/a.cpp",
            "// TO"
            "DO: later"
        ) == Findings{"tests/a.cpp:1: write TO"
                      "DO(#issue): what is to do"}
    );
    CHECK(
        words(
            "tuner/study/a.cpp",
            "// FIX"
            "ME"
        )
            .size() == 1
    );
    CHECK(words(
              "tuner/study/a.cpp",
              "// TO"
              "DO(#12): later"
    )
              .empty());
}

TEST_CASE("a test name that ctest would misread is found", "[house]") {
    const auto named = [](const std::string& name) {
        return check_test_names(
            {{"tests/a_test.cpp",
              "\nTEST_"
              "CASE(\n\"" +
                  name + "\", \"[a]\") {}\n"}}
        );
    };
    CHECK(named("a (good) name: one, two").empty());
    CHECK(named("one; two") == Findings{"tests/a_test.cpp:3: ctest misreads ; [ ] in a test name"});
    CHECK(named("in [0 to 1)").size() == 1);
}

TEST_CASE("a source that is not built is found", "[house]") {
    const std::vector<File> files{{"tuner/study/a.cpp", ""}, {"tests/study/a_test.cpp", ""}};
    CHECK(check_listed(files, "tuner/", "add_floor(study SOURCES tuner/study/a.cpp)").empty());
    CHECK(
        check_listed(files, "tuner/", "# tuner/study/a.cpp\ntuner/study/a.cpp.in") ==
        Findings{"tuner/study/a.cpp:1: is not listed in CMakeLists.txt"}
    );
    CHECK(check_listed(files, "tests/", "study/a_test.cpp", "tests/").empty());
    CHECK(check_listed(files, "tests/", "", "tests/").size() == 1);
}

TEST_CASE("a failpoint that stands twice, or on one side only, is found", "[house]") {
    const File once{"tuner/a.cpp", "\n    failpoint(\"a.b\");\n"};
    const File again{"tuner/b.cpp", "failpoint(\"a.b\");\n"};
    CHECK(check_failpoints({once}, "# head\n\na.b  - 1  what\n").empty());
    CHECK(
        check_failpoints({once, again}, "a.b  - 1\n") ==
        Findings{"tuner/b.cpp:1: another place has this failpoint's name"}
    );
    CHECK(
        check_failpoints({once}, "") ==
        Findings{"tuner/a.cpp:2: is not in tests/chaos/failpoints.txt"}
    );
    CHECK(
        check_failpoints({}, "a.b - 1\n") ==
        Findings{"tests/chaos/failpoints.txt: no source has the failpoint a.b"}
    );
}
