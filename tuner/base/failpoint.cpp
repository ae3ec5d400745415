#include "tuner/base/failpoint.h"

namespace tuner {

void failpoint(const char* /*name*/) {}

}  // namespace tuner
