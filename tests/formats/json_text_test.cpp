#include "tuner/formats/json_text.h"

#include "tests/support/failing_memory.h"
#include "tuner/formats/utf8.h"

#include <ctime>
#include <new>
#include <string>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using tuner::ErrorCode;
using tuner::parse_json;

namespace {

std::string repeated(std::size_t count, std::string_view text) {
    std::string all;
    for (std::size_t i = 0; i < count; ++i) {
        all += text;
    }
    return all;
}

std::string nested(std::size_t depth) {
    return repeated(depth, "[") + repeated(depth, "]");
}

std::string problem_of(std::string_view text) {
    const auto json = parse_json(text);
    REQUIRE_FALSE(json);
    CHECK(json.error().code == ErrorCode::invalid_argument);
    CHECK(json.error().message.size() < 300);
    CHECK(tuner::find_invalid_utf8(json.error().message) == std::string::npos);
    return json.error().message;
}

}  // namespace

TEST_CASE("sound JSON becomes a document", "[json]") {
    CHECK(parse_json(R"({"a": [1, 2.5, "x", true, null]})")->at("a").size() == 5);
    CHECK(parse_json("3")->get<int>() == 3);
}

TEST_CASE("ordered JSON keeps the order of the text", "[json]") {
    CHECK(tuner::parse_ordered_json(R"({"b":1,"a":2})")->dump() == R"({"b":1,"a":2})");
}

TEST_CASE("nesting of JSON is allowed up to its limit and refused past it", "[json]") {
    CHECK(parse_json(nested(tuner::kMaxJsonDepth)));
    CHECK(problem_of(nested(tuner::kMaxJsonDepth + 1)).find("deeper than 64") != std::string::npos);
}

TEST_CASE("a million open brackets are refused quickly", "[json]") {
    const std::clock_t start = std::clock();
    problem_of(repeated(1'000'000, "["));
    problem_of(repeated(200'000, "{\"a\":"));
    CHECK(std::clock() - start < 2 * CLOCKS_PER_SEC);
}

TEST_CASE("the number of JSON values is limited", "[json]") {
    const auto list = [](std::size_t count) { return "[" + repeated(count - 1, "1,") + "1]"; };
    CHECK(parse_json(list(tuner::kMaxJsonValues - 1)));
    CHECK(problem_of(list(tuner::kMaxJsonValues)).find("100000 values") != std::string::npos);
}

TEST_CASE("the size of a text is limited", "[json]") {
    CHECK(parse_json("1" + std::string(tuner::kMaxJsonBytes - 1, ' ')));
    CHECK(
        problem_of("1" + std::string(tuner::kMaxJsonBytes, ' ')).find("1048577 bytes") !=
        std::string::npos
    );
}

TEST_CASE("a key that stands twice is refused wherever it is", "[json]") {
    CHECK(problem_of(R"({"a":1,"a":2})") == "not acceptable JSON: the key \"a\" stands twice");
    problem_of(R"([{"x":{"b":1,"c":[{"b":2}],"b":3}}])");
    CHECK(parse_json(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})"));
}

TEST_CASE("text that is not UTF-8 is refused and not quoted", "[json]") {
    CHECK(problem_of("{\"a\":\"\xff\"}") == "not acceptable JSON: byte 7 is not UTF-8");
    problem_of("\"\xc0\x80\"");
    problem_of("\"\xed\xa0\x80\"");
    problem_of("\"\xf4\x90\x80\x80\"");
    problem_of("\"\xe2\x82");
    CHECK(parse_json("\"\xe2\x82\xac\xf0\x9f\x98\x80\""));
}

TEST_CASE("broken JSON says where it is broken", "[json]") {
    CHECK(problem_of("{\"a\":}").find("line 1, column 6") != std::string::npos);
    CHECK(problem_of("").find("unexpected end of input") != std::string::npos);
    problem_of("{\"a\":1} x");
    problem_of("NaN");
    problem_of("\"" + std::string(500'000, 'x'));
    problem_of("{\"a\":1e999}");
    problem_of("[1,]");
    problem_of("\"\\ud800\"");
}

TEST_CASE("a long duplicate key is cut in the message", "[json]") {
    const std::string key = "\"" + repeated(50'000, "\xe2\x82\xac") + "\":1";
    problem_of("{" + key + "," + key + "}");
}

TEST_CASE("invalid bytes become replacement characters", "[utf8]") {
    CHECK(tuner::to_valid_utf8("a\xff\xe2\x82z") == "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDz");
    CHECK(tuner::to_valid_utf8("\xe2\x82\xac") == "\xe2\x82\xac");
    CHECK(tuner::count_characters("a\xe2\x82\xac") == 2);
    CHECK(tuner::cut_utf8("a\xe2\x82\xac", 3) == "a");
    CHECK(tuner::cut_utf8("a\xe2\x82\xac", 4) == "a\xe2\x82\xac");
}

TEST_CASE("a list that begins in a document is there or not wherever memory fails", "[json]") {
    const nlohmann::ordered_json item = {{"id", 1}, {"state", "completed"}};
    std::size_t nth = 0;
    bool failed = true;
    while (failed) {
        nlohmann::ordered_json document = nlohmann::ordered_json::object();
        {
            const tuner::test::FailingMemory failing(++nth);
            try {
                tuner::append(document, "trials", item);
                failed = false;
            } catch (const std::bad_alloc&) {
            }
        }
        const std::string text = tuner::to_line(document);
        CAPTURE(nth);
        CHECK((!failed || text == "{}" || text == R"({"trials":[]})"));
    }
    CHECK(nth > 5);  // it does allocate
}
