#include "tuner/shim/complaint.h"

#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace tuner::shim {

void complain(std::string_view text) {
    const std::string line = "tuner-shim: " + std::string(text) + "\n";

    struct stat status {};

    const bool is_file = ::fstat(STDERR_FILENO, &status) == 0 && S_ISREG(status.st_mode);
    if (!is_file || status.st_size + static_cast<std::int64_t>(line.size()) <= kMaxShimLogBytes) {
        [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
    }
}

}  // namespace tuner::shim
