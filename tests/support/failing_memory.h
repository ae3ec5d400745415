// While a FailingMemory lives, one allocation of this thread fails: operator new throws bad_alloc
// the Nth time it is called. A test that goes through all N sees what is left behind by each.
//
// Linking this replaces operator new of the whole program, which otherwise allocates as ever.

#pragma once

#include <cstddef>

namespace tuner::test {

class FailingMemory {
  public:
    explicit FailingMemory(std::size_t nth);  // from 1
    ~FailingMemory();

    FailingMemory(const FailingMemory&) = delete;
    FailingMemory& operator=(const FailingMemory&) = delete;
};

}  // namespace tuner::test
