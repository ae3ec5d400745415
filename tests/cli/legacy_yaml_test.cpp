#include "tuner/cli/legacy_yaml.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace {

std::string yaml_of(const char* json) {
    return tuner::to_legacy_yaml(nlohmann::ordered_json::parse(json));
}

std::string quoting(const std::string& text) {
    return tuner::to_legacy_yaml(nlohmann::ordered_json(text));
}

}  // namespace

TEST_CASE("keys are sorted at every level and lists are not indented", "[legacy_yaml]") {
    CHECK(
        yaml_of(R"({"state": "SUCCEEDED", "jobId": "j1", "trainingInput": {"params": [
            {"type": "INTEGER", "minValue": 8.0}, {"b": [[1, 2], []], "a": {}}], "args": ["--x=1"]}})"
        ) ==
        "jobId: j1\n"
        "state: SUCCEEDED\n"
        "trainingInput:\n"
        "  args:\n"
        "  - --x=1\n"
        "  params:\n"
        "  - minValue: 8.0\n"
        "    type: INTEGER\n"
        "  - a: {}\n"
        "    b:\n"
        "    - - 1\n"
        "      - 2\n"
        "    - []\n"
    );
}

TEST_CASE("texts that a reader would take for something else are quoted", "[legacy_yaml]") {
    for (const auto* text : {"10",   "5006", "1.8",  "2016-10-03T07:32:09Z",
                             "1e5",  ".5",   "-3",   "true",
                             "No",   "null", "~",    "",
                             "0x1F", "-",    "a: b", "a #b",
                             " a",   "a ",   "a:",   "[x]",
                             "{x}",  "*x",   "&x",   "!x",
                             "%x",   "@x",   "`x",   "#x",
                             "\"x",  "|",    ">"}) {
        CAPTURE(text);
        CHECK(quoting(text) == "'" + std::string(text) + "'\n");
    }
    CHECK(quoting("it's: so") == "'it''s: so'\n");
    CHECK(quoting("line\nbreak") == "\"line\\nbreak\"\n");
}

TEST_CASE("other texts stand as they are", "[legacy_yaml]") {
    for (const auto* text :
         {"rmse",
          "--bucket=b",
          "gs://b/o",
          "STANDARD_1",
          "it's",
          "us-central1",
          "a b",
          "trainer.task",
          "n1-highmem-2",
          "a,b",
          "x=1",
          "Größe",
          "-x",
          "?x",
          ":x"}) {
        CAPTURE(text);
        CHECK(quoting(text) == std::string(text) + "\n");
    }
}
