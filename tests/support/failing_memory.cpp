#include "tests/support/failing_memory.h"

#include <cstdlib>
#include <new>

namespace {

thread_local std::size_t allocations_left = 0;  // until the one that fails; 0: none does

}  // namespace

void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    const bool fails = allocations_left != 0 && --allocations_left == 0;
    return fails ? nullptr : std::malloc(size);
}

void* operator new(std::size_t size) {
    if (void* memory = operator new(size, std::nothrow)) {
        return memory;
    }
    throw std::bad_alloc();
}

void operator delete(void* memory) noexcept {
    std::free(memory);
}

void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}

namespace tuner::test {

FailingMemory::FailingMemory(std::size_t nth) {
    allocations_left = nth;
}

FailingMemory::~FailingMemory() {
    allocations_left = 0;
}

}  // namespace tuner::test
