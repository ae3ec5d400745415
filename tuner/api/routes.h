// The API on one page: every call, who may make it, and the function that answers.

#pragma once

#include "tuner/api/router.h"

#include <span>

namespace tuner {

// The whole table, good for ever.
std::span<const Route> api_routes();

}  // namespace tuner
