#include "tuner/base/contract.h"

#include <cstdio>
#include <cstdlib>

namespace tuner::contract {

void violated(std::string_view kind, std::string_view text, std::source_location where) {
    std::fprintf(
        stderr,
        "tuner: %.*s violated at %s:%u in %s: %.*s\n",
        static_cast<int>(kind.size()),
        kind.data(),
        where.file_name(),
        where.line(),
        where.function_name(),
        static_cast<int>(text.size()),
        text.data()
    );
    std::abort();
}

}  // namespace tuner::contract
