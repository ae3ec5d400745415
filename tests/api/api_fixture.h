// A server of the whole api over the fake service, and a raw HTTP client: what is sent and what
// comes back is text, as on the wire.

#pragma once

#include "tests/api/fake_service.h"
#include "tests/support/loop.h"
#include "tuner/api/http_server.h"

#include <memory>
#include <string>

namespace tests {

inline const std::string kToken = "0123456789abcdef";

class ApiFixture {
  public:
    explicit ApiFixture(
        tuner::HttpLimits limits = fast_limits(), std::span<const tuner::Route> routes = {}
    );
    ~ApiFixture();
    ApiFixture(const ApiFixture&) = delete;
    ApiFixture& operator=(const ApiFixture&) = delete;

    // Limits with deadlines that a test can wait for.
    static tuner::HttpLimits fast_limits();

    // Sends bytes on a new connection and answers all that comes until the server ends it.
    std::string send(std::string bytes);

    // One request with Host and token and `Connection: close`; answers status line, header, body.
    std::string call(
        const std::string& verb, const std::string& target, const std::string& body = ""
    );

    // A request's text with Host and token.
    std::string request(
        const std::string& verb, const std::string& target, const std::string& body = ""
    ) const;

    // Ends the server and waits until it has.
    void stop();

    std::string host() const;

    Loop loop;
    FakeService fake;
    std::unique_ptr<tuner::HttpServer> server;

  private:
    bool ended_ = false;
};

// "200" of an answer's first line; empty when there is none.
std::string status_of(const std::string& answer);

// What stands after the header.
std::string body_of(const std::string& answer);

// A header's value, or "(none)".
std::string header_of(const std::string& answer, const std::string& name);

}  // namespace tests
