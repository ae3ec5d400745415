#include "trainer/predict.h"

#include "trainer/errors.h"

#include <sstream>

#include <catch2/catch.hpp>

using trainer::WideAndDeep;

namespace {

constexpr const char* kBoy =
    R"x({"key":"b1","is_male":"True","mother_age":26.0,"plurality":"Single(1)","gestation_weeks":39})x"
    "\n";
constexpr const char* kGirl =
    R"x({"key":"girl-2","is_male":"False","mother_age":26,"plurality":"Single(1)","gestation_weeks":39})x"
    "\n";

// A linear model that says 7.25 for boys and 7 for all others.
std::string answer(const std::string& instances) {
    WideAndDeep model({.hidden = {}, .mean_weight = 7}, 1, 0);
    model.weights()[0][0] = 0.25F;
    std::istringstream in(instances);
    std::ostringstream out;
    trainer::predict(model, in, out);
    return out.str();
}

std::string complaint(const std::string& instances) {
    try {
        return answer(instances);
    } catch (const trainer::Failure& failure) {
        return failure.what();
    }
}

std::string with(const std::string& field, const std::string& value) {
    std::string line = kBoy;
    const std::size_t begin = line.find("\"" + field + "\":") + field.size() + 3;
    return line.replace(begin, line.find_first_of(",}", begin) - begin, value);
}

}  // namespace

TEST_CASE("predictions come as a table with the rows in order", "[predict]") {
    CHECK(
        answer(std::string(kBoy) + kGirl) ==
        "KEY     PREDICTIONS\n"
        "b1      [7.25]\n"
        "girl-2  [7.0]\n"
    );
}

TEST_CASE("predictions come as JSON lines for programs", "[predict]") {
    WideAndDeep model({.hidden = {}, .mean_weight = 7}, 1, 0);
    std::istringstream in(std::string(kBoy) + kGirl);
    std::ostringstream out;
    trainer::predict(model, in, out, true);
    CHECK(
        out.str() ==
        "{\"key\": \"b1\", \"predictions\": [7.0]}\n"
        "{\"key\": \"girl-2\", \"predictions\": [7.0]}\n"
    );
}

TEST_CASE("a byte order mark, CRLF and a missing last newline are fine", "[predict]") {
    std::string text = std::string("\xef\xbb\xbf") + kBoy;
    text.pop_back();
    CHECK(answer(text) == "KEY  PREDICTIONS\nb1   [7.25]\n");
    CHECK(answer(text + "\r\n") == answer(text));
}

TEST_CASE("a missing key is nokey and is_male may be a boolean", "[predict]") {
    CHECK_THAT(
        answer(R"x({"is_male":true,"mother_age":26,"plurality":"Single(1)","gestation_weeks":39})x"
        ),
        Catch::Contains("nokey  [7.25]")
    );
}

TEST_CASE("the complaints about a whole file are gcloud's", "[predict]") {
    CHECK(complaint("") == "No valid instance was found in input file.");
    CHECK(
        complaint(std::string(kBoy) + "\n" + kGirl) ==
        "Empty line is not allowed in the instances file."
    );
    CHECK_THAT(
        complaint(std::string(kBoy) + "{oops\n"),
        Catch::StartsWith("Input instances are not in JSON format.")
    );
}

TEST_CASE("an instance that is wrong is named with its line and field", "[predict]") {
    const std::string boy = kBoy;
    CHECK(
        complaint(boy + with("mother_age", "\"old\"")) ==
        "line 2: \"mother_age\" is missing or not a number"
    );
    CHECK(complaint(with("plurality", "1")) == "line 1: \"plurality\" is missing or not a string");
    CHECK_THAT(
        complaint(with("is_male", "\"boy\"")), Catch::StartsWith("line 1: \"is_male\" must be")
    );
    CHECK_THAT(complaint("[1]\n"), Catch::StartsWith("line 1: an instance is a JSON object"));
}
