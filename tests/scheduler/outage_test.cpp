#include "tuner/scheduler/outage.h"

#include <catch2/catch.hpp>

using namespace tuner;

namespace {

// The uptime then.
Duration after(Duration duration) {
    return duration;
}

}  // namespace

TEST_CASE("an outage waits a second, then twice as long up to half a minute", "[outage]") {
    Outage outage;
    CHECK_FALSE(outage.active());
    CHECK(outage.begin(after(Duration(0))));
    CHECK(outage.active());
    for (const int seconds : {1, 2, 4, 8, 16, 30, 30}) {
        CHECK(outage.next_wait() == Duration(seconds * 1'000));
        CHECK_FALSE(outage.begin(after(Duration(5))));  // no news
    }
}

TEST_CASE("storage that works for a moment does not start the waiting anew", "[outage]") {
    Outage outage;
    outage.begin(after(Duration(0)));
    outage.next_wait();
    outage.next_wait();
    outage.end(after(Duration(3'000)));
    CHECK_FALSE(outage.active());
    CHECK_FALSE(outage.begin(after(Duration(3'000) + kOutageCalm - Duration(1))));
    CHECK(outage.next_wait() == Duration(4'000));
}

TEST_CASE("after a calm the next outage is news", "[outage]") {
    Outage outage;
    outage.begin(after(Duration(0)));
    outage.next_wait();
    outage.end(after(Duration(3'000)));
    CHECK(outage.begin(after(Duration(3'000) + kOutageCalm)));
    CHECK(outage.next_wait() == kFirstOutageWait);
}
