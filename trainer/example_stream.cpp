#include "trainer/example_stream.h"

#include <numeric>

namespace trainer {

ExampleStream::ExampleStream(std::span<const Example> examples, std::uint64_t seed)
    : examples_(examples), random_(seed, Purpose::example_order), order_(examples.size()) {
    std::iota(order_.begin(), order_.end(), 0U);
    random_.shuffle(order_);
}

void ExampleStream::next(std::span<Example> batch) {
    for (Example& place : batch) {
        if (dealt_ == order_.size()) {
            random_.shuffle(order_);
            dealt_ = 0;
        }
        place = examples_[order_[dealt_++]];
    }
}

}  // namespace trainer
