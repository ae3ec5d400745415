#include "tuner/api/router.h"

#include "tuner/api/routes.h"

#include <array>

#include <catch2/catch.hpp>

using tuner::find_route;
using tuner::parse_target;

namespace {

tuner::RouteMatch find(const char* verb, const char* target) {
    return find_route(tuner::api_routes(), verb, *parse_target(target));
}

std::string pattern(const char* verb, const char* target) {
    const auto match = find(verb, target);
    return match.route == nullptr ? "none" : std::string(match.route->pattern);
}

}  // namespace

TEST_CASE("a path finds its route and what stands for its names", "[router]") {
    const auto match = find("GET", "/v1/studies/babyweight-1/trials/3");
    REQUIRE(match.route != nullptr);
    CHECK(match.route->pattern == "/v1/studies/{study}/trials/{trial}");
    CHECK(match.captures == std::vector<std::string>{"babyweight-1", "3"});
}

TEST_CASE(
    "a verb after a bare colon belongs to the call and an escaped one to the name", "[router]"
) {
    CHECK(pattern("POST", "/v1/studies/x:stop") == "/v1/studies/{study}:stop");
    CHECK(find("POST", "/v1/studies/x%3Astop").route == nullptr);
    const auto match = find("POST", "/v1/studies/%2Fhome%2Fa%3Ab.yaml:resume");
    REQUIRE(match.route != nullptr);
    CHECK(match.captures == std::vector<std::string>{"/home/a:b.yaml"});
}

TEST_CASE("a path with another verb says which verbs it takes", "[router]") {
    CHECK(find("PUT", "/v1/studies/x").allow == "GET, PATCH, DELETE");
    CHECK(find("HEAD", "/healthz").allow == "GET");
    CHECK(find("GET", "/v1/studies/x:stop").allow == "POST");
}

TEST_CASE("a path that no route has finds nothing", "[router]") {
    for (const auto* path :
         {"/",
          "//",
          "/v1",
          "/v1/studies/",
          "/v1/studies/x:explode",
          "/v1/studies//trials",
          "/v1/studies/x/trials/",
          "/v1/studies/..%2F..%2Fetc",
          "/V1/studies"}) {
        CAPTURE(path);
        const auto match = find("POST", path);
        CHECK((match.route == nullptr || match.route->verb != "GET"));
        CHECK(find("POST", path).route == nullptr);
    }
    CHECK(find("GET", "/v1/studies/x/log/../..").route == nullptr);
}

TEST_CASE("only the health check is open to everybody", "[router]") {
    for (const auto& route : tuner::api_routes()) {
        CAPTURE(route.pattern);
        CHECK((route.access == tuner::Access::open) == (route.pattern == "/healthz"));
    }
}

TEST_CASE("a target is taken apart into encoded segments and decoded query", "[target]") {
    const auto target = parse_target("/v1/a%2Fb?x=1%262&y=a+b&z");
    REQUIRE(target);
    CHECK(target->segments == std::vector<std::string>{"v1", "a%2Fb"});
    CHECK(target->query == tuner::NamedTexts{{"x", "1&2"}, {"y", "a b"}, {"z", ""}});
}

TEST_CASE("a target that is no clean path is refused", "[target]") {
    for (const auto* text :
         {"",
          "*",
          "v1/studies",
          "http://127.0.0.1/v1/studies",
          "/a b",
          "/%",
          "/%2",
          "/%zz",
          "/%00",
          "/%0a",
          "/%ff",
          "/%c0%af",
          "/%ed%a0%80",
          "/x?y=%ff",
          "/x?%01=2"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_target(text));
    }
}
