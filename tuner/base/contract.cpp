#include "tuner/base/contract.h"

#include <cstdio>
#include <cstdlib>

namespace tuner::contract {

void violated(std::string_view kind, std::string_view text, const char* file, int line) {
    std::fprintf(
        stderr,
        "tuner: %.*s violated at %s:%d: %.*s\n",
        static_cast<int>(kind.size()),
        kind.data(),
        file,
        line,
        static_cast<int>(text.size()),
        text.data()
    );
    std::abort();
}

}  // namespace tuner::contract
