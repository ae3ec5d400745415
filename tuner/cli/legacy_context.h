// What the legacy commands (`tuner jobs`, `tuner local`) have in common: they speak and end as the
// tool did whose name was replaced.
//
// An error is one line "ERROR: (tuner.jobs.describe) …" on stderr, and its exit code is 1; only a
// line that cannot be parsed ends with 2.

#pragma once

#include "tuner/base/result.h"

#include <iosfwd>
#include <string_view>

namespace tuner {

// Says the error of `command` ("jobs.describe"); answers 1.
int report_legacy(std::ostream& err, std::string_view command, const Error& error);

}  // namespace tuner
