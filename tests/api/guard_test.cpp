#include "tuner/api/guard.h"

#include "tuner/api/routes.h"

#include <catch2/catch.hpp>

using tuner::Access;
using tuner::Credentials;
using tuner::Guard;

namespace {

const Guard guard({"127.0.0.1:7437", "localhost:7437", "[::1]:7437"}, "secret");

// 0 when the guard lets the call pass.
int status(const Credentials& credentials, Access access = Access::token) {
    const auto denied = guard.check(credentials, access);
    return denied ? denied->status : 0;
}

Credentials good() {
    return {{"127.0.0.1:7437"}, {}, {}, {"Bearer secret"}};
}

}  // namespace

TEST_CASE("the right host and token pass", "[guard]") {
    CHECK(status(good()) == 0);
    for (const auto* host : {"localhost:7437", "[::1]:7437"}) {
        Credentials credentials = good();
        credentials.hosts = {host};
        CHECK(status(credentials) == 0);
    }
}

TEST_CASE("any other host is refused even where no token is needed", "[guard]") {
    const std::vector<std::vector<std::string>> wrong{
        {},
        {""},
        {"127.0.0.1"},
        {"127.0.0.1:7438"},
        {"evil.example:7437"},
        {"127.0.0.1:7437.evil.example"},
        {"LOCALHOST:7437 "},
        {"127.0.0.1:7437", "127.0.0.1:7437"},
        {"127.0.0.1:7437", "evil.example"}};
    for (const auto& hosts : wrong) {
        Credentials credentials = good();
        credentials.hosts = hosts;
        CHECK(status(credentials) == 421);
        CHECK(status(credentials, Access::open) == 421);
    }
}

TEST_CASE("another site's page is refused even with the token", "[guard]") {
    for (const auto* origin :
         {"http://evil.example", "null", "https://127.0.0.1:7437", "http://127.0.0.1:7438", ""}) {
        CAPTURE(origin);
        Credentials credentials = good();
        credentials.origins = {origin};
        CHECK(status(credentials) == 403);
        CHECK(status(credentials, Access::open) == 403);
    }
    for (const auto* site : {"cross-site", "same-site", "anything"}) {
        Credentials credentials = good();
        credentials.fetch_sites = {site};
        CHECK(status(credentials) == 403);
    }
    Credentials own = good();
    own.origins = {"http://localhost:7437"};
    own.fetch_sites = {"same-origin"};
    CHECK(status(own) == 0);
}

TEST_CASE("without exactly one right token nothing but the open calls passes", "[guard]") {
    const std::vector<std::vector<std::string>> wrong{
        {},
        {""},
        {"secret"},
        {"Bearer "},
        {"Bearer secre"},
        {"Bearer secrets"},
        {"Bearer Secret"},
        {"Bearer secretsecret"},
        {"bearer secret"},
        {"Basic c2VjcmV0"},
        {"Bearer secret", "Bearer secret"}};
    for (const auto& authorizations : wrong) {
        Credentials credentials = good();
        credentials.authorizations = authorizations;
        CHECK(status(credentials) == 401);
        CHECK(status(credentials, Access::open) == 0);
    }
}

TEST_CASE("texts are equal in constant time when they are equal at all", "[guard]") {
    CHECK(tuner::equal_in_constant_time("abc", "abc"));
    CHECK_FALSE(tuner::equal_in_constant_time("abd", "abc"));
    CHECK_FALSE(tuner::equal_in_constant_time("abcabc", "abc"));
    CHECK_FALSE(tuner::equal_in_constant_time("", "abc"));
    CHECK_FALSE(tuner::equal_in_constant_time("ab", "abc"));
}
