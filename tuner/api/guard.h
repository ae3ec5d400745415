// The Guard decides who may call, before any handler and before a body is read. It denies by
// default: only a route marked Access::open does without the token, one marked Access::trial takes
// a trial's own too, for its handler to check, and no route does without the right Host.
//
// Holding the token equals having a shell as the daemon's user. Other users of the machine reach
// loopback too, so the address alone proves nothing; and a web page in the user's browser can send
// requests here, which is why Host, Origin and Sec-Fetch-Site are checked on every call, GET and
// unknown paths included (reliability.md F1, F2). Pure: no clock, no state.

#pragma once

#include "tuner/api/http_message.h"
#include "tuner/api/router.h"

#include <optional>
#include <string>
#include <vector>

namespace tuner {

// What the guard looks at; each header with all the values it was sent with.
struct Credentials {
    std::vector<std::string> hosts;
    std::vector<std::string> origins;
    std::vector<std::string> fetch_sites;     // Sec-Fetch-Site
    std::vector<std::string> authorizations;  // "Bearer TOKEN"
};

class Guard {
  public:
    // `hosts` are the exact values of the Host header that are ours: "127.0.0.1:7437". The token
    // must not be empty.
    Guard(std::vector<std::string> hosts, std::string token);

    // Nothing when the call may go on, else the answer: 421 for another host, 403 for another
    // site's page, 401 without the token.
    std::optional<Response> check(const Credentials& credentials, Access access) const;

    // The token of a trial that was shown, whether it is one or not; empty when none was.
    static std::string shown_trial_token(const Credentials& credentials);

  private:
    std::vector<std::string> hosts_;
    std::string token_;
};

// Compares without telling by its duration where the texts differ.
bool equal_in_constant_time(const std::string& a, const std::string& b);

}  // namespace tuner
