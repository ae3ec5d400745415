// schemas/openapi.yaml and the router's table name the same calls.

#include "tuner/api/routes.h"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <set>
#include <string>

#include <catch2/catch.hpp>

namespace {

std::string upper(std::string text) {
    std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) {
        return static_cast<char>(std::toupper(c));
    });
    return text;
}

// "GET /healthz" for each operation of the document: paths are indented by two, verbs by four.
std::set<std::string> documented_calls() {
    std::ifstream file(TUNER_SCHEMAS_DIR "/openapi.yaml");
    std::set<std::string> calls;
    std::string path;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("  /") && line.ends_with(":")) {
            path = line.substr(2, line.size() - 3);
        }
        for (const std::string verb : {"get", "post", "patch", "delete"}) {
            if (line == "    " + verb + ":") {
                calls.insert(upper(verb) + " " + path);
            }
        }
    }
    return calls;
}

}  // namespace

TEST_CASE("the OpenAPI document and the router name the same calls", "[openapi]") {
    std::set<std::string> routed;
    for (const tuner::Route& route : tuner::api_routes()) {
        routed.insert(std::string(route.verb) + " " + std::string(route.pattern));
    }
    CHECK(documented_calls() == routed);
}
