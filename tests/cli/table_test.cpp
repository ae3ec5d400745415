#include "tuner/cli/table.h"

#include "tuner/cli/printable.h"
#include "tuner/cli/yaml_text.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using tuner::Align;
using tuner::Table;
using Json = nlohmann::ordered_json;

TEST_CASE("columns line up and numbers stand right", "[table]") {
    Table table({{"name", Align::left}, {"value", Align::right}, {"why", Align::left}});
    table.add({"a", "1", "x"});
    table.add({"longer", "100000", ""});
    CHECK(
        table.to_text() ==
        "name     value  why\n"
        "a            1  x\n"
        "longer  100000\n"
    );
}

TEST_CASE("widths are those of a terminal in any script", "[table]") {
    CHECK(tuner::display_width("abc") == 3);
    CHECK(tuner::display_width("é") == 1);
    CHECK(tuner::display_width("e\xcc\x81") == 1);
    CHECK(tuner::display_width("日本") == 4);
    CHECK(tuner::display_width("\xff") == 1);
    Table table({{"n", Align::left}, {"v", Align::right}});
    table.add({"日本", "1"});
    table.add({"abcde", "2"});
    CHECK(table.to_text() == "n      v\n日本   1\nabcde  2\n");
}

TEST_CASE("CSV quotes what would break a line", "[table]") {
    Table table({{"a", Align::left}, {"b,c", Align::left}});
    table.add({"say \"hi\"", "two\nlines"});
    table.add({"plain", ""});
    CHECK(table.to_csv() == "a,\"b,c\"\n\"say \"\"hi\"\"\",\"two\nlines\"\nplain,\n");
}

TEST_CASE("a text that is too wide is cut at a character", "[printable]") {
    CHECK(tuner::cut_to_width("abcdef", 6) == "abcdef");
    CHECK(tuner::cut_to_width("abcdef", 5) == "abcd…");
    CHECK(tuner::cut_to_width("日本語", 5) == "日本…");
    CHECK(tuner::cut_to_width("日本語", 4) == "日…");
    CHECK(tuner::cut_to_width("abc", 1) == "…");
    CHECK(tuner::cut_to_width("abc", 0).empty());
}

TEST_CASE("nothing that is shown can drive a terminal", "[printable]") {
    CHECK(tuner::printable("a\x1b[31mb\nc\x07") == "a\\x1b[31mb c\\x07");
    CHECK(
        tuner::printable("\xc2\x9b"
                         "2J é") == "\\x9b2J é"
    );
}

TEST_CASE("flags are the text the trainer got and safe to paste", "[printable]") {
    CHECK(
        tuner::flags_text({{"batch_size", 35}, {"lr", 0.1}, {"ratio", 2.0}, {"opt", "adam"}}) ==
        "--batch_size=35 --lr=0.10000000000000001 --ratio=2 --opt=adam"
    );
    CHECK(tuner::flags_text({{"opt", "a b"}}) == "'--opt=a b'");
    CHECK(tuner::flags_text({{"opt", "it's $(rm)"}}) == "'--opt=it'\\''s $(rm)'");
    CHECK(tuner::flags_text(Json::object()).empty());
    CHECK(tuner::shell_quoted("") == "''");
    CHECK(tuner::shell_quoted("~") == "'~'");
}

TEST_CASE("cells have few digits for people and all for programs", "[printable]") {
    using tuner::Digits;
    CHECK(tuner::cell_text(0.00094000000000000008, Digits::few) == "0.00094");
    CHECK(tuner::cell_text(0.1234567, Digits::few) == "0.1235");
    CHECK(tuner::cell_text(0.1234567, Digits::all) == "0.1234567");
    CHECK(tuner::cell_text(123456789, Digits::few) == "123456789");
    CHECK(tuner::cell_text(nullptr, Digits::few) == "-");
    CHECK(tuner::cell_text(nullptr, Digits::all).empty());
    CHECK(tuner::metric_text(1.03912345) == "1.03912");
    CHECK(tuner::metric_text(nullptr) == "-");
}

TEST_CASE("JSON becomes YAML that reads back the same", "[yaml]") {
    const Json value{
        {"id", "babyweight-1"},
        {"state", "running"},
        {"best", {{"trial", 3}, {"objective", 1.5}}},
        {"list", {1, "two", nullptr, Json::array(), {{"a", true}, {"b", {1, 2}}}}},
        {"odd key", "yes"},
        {"time", "2026-11-24T10:02:11.120Z"},
        {"text", "a: b\n#c"},
        {"empty", Json::object()}};
    CHECK(
        tuner::to_yaml(value) ==
        "id: babyweight-1\n"
        "state: running\n"
        "best:\n"
        "  trial: 3\n"
        "  objective: 1.5\n"
        "list:\n"
        "  - 1\n"
        "  - two\n"
        "  - null\n"
        "  - []\n"
        "  - a: true\n"
        "    b:\n"
        "      - 1\n"
        "      - 2\n"
        "\"odd key\": \"yes\"\n"
        "time: \"2026-11-24T10:02:11.120Z\"\n"
        "text: \"a: b\\n#c\"\n"
        "empty: {}\n"
    );
    CHECK(tuner::to_yaml(Json::array({1, 2})) == "- 1\n- 2\n");
}
