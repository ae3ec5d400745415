// A Forecast is what a trial that was stopped early would probably have come to, in units of the
// objective: what an optimizer learns from it. Both numbers are finite.

#pragma once

namespace tuner {

struct Forecast {
    double mean = 0;
    double sd = 0;  // >= 0

    friend bool operator==(const Forecast&, const Forecast&) = default;
};

}  // namespace tuner
