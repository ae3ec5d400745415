// The only list of optimizers by name: make_optimizer gives the one that a study's configuration
// asks for.

#pragma once

#include "tuner/optimizer/optimizer.h"
#include "tuner/study/study_config.h"

#include <memory>

namespace tuner {

// Never null: every Algorithm has an optimizer.
std::unique_ptr<const Optimizer> make_optimizer(Algorithm algorithm);

}  // namespace tuner
