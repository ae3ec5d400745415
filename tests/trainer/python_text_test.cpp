#include "trainer/python_text.h"

#include <cmath>
#include <limits>

#include <catch2/catch.hpp>

using trainer::python_json;
using trainer::python_text;

TEST_CASE("numbers are written as Python writes them", "[python_text]") {
    CHECK(python_text(0.987) == "0.987");
    CHECK(python_text(0.1 + 0.2) == "0.30000000000000004");
    CHECK(python_text(1e-5) == "1e-05");
    CHECK(python_text(1.5e-7) == "1.5e-07");
    CHECK(python_text(0.0001) == "0.0001");
    CHECK(python_text(0.0) == "0.0");
    CHECK(python_text(-2.0) == "-2.0");
    CHECK(python_text(100000.0) == "100000.0");
    CHECK(python_text(1e15) == "1000000000000000.0");
    CHECK(python_text(1e16) == "1e+16");
    CHECK(python_text(1.25e300) == "1.25e+300");
    CHECK(python_text(1525851440.123456) == "1525851440.123456");
}

TEST_CASE("a float is written with a float's digits", "[python_text]") {
    CHECK(python_text(1.03186F) == "1.03186");
    CHECK(python_json(1.0391F) == "1.0391");
}

TEST_CASE("what is no number has Python's names in text and in JSON", "[python_text]") {
    constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    CHECK(python_text(kNan) == "nan");
    CHECK(python_text(kInfinity) == "inf");
    CHECK(python_text(-kInfinity) == "-inf");
    CHECK(python_json(kNan) == "NaN");
    CHECK(python_json(kInfinity) == "Infinity");
    CHECK(python_json(-kInfinity) == "-Infinity");
}

TEST_CASE("strings are quoted and escaped as ascii", "[python_text]") {
    CHECK(python_json("a\"b") == R"("a\"b")");
    CHECK(python_json("\xc3\xa4") == R"("\u00e4")");
    CHECK(python_json("\xff") == R"("\ufffd")");
}
