// How a database is opened, where that is not always the same.

#pragma once

#include "tuner/base/time.h"

namespace tuner {

struct StorageOptions {
    // How long a call waits for a lock of another program before it fails as `unavailable`.
    Duration busy_timeout{5'000};

    // Open the database wherever it is. Whoever asks for it answers for its locks.
    bool force_network_file_system = false;
};

}  // namespace tuner
