#include "trainer/example_stream.h"

#include <algorithm>

#include <catch2/catch.hpp>

using trainer::Example;

namespace {

std::vector<float> deal(trainer::ExampleStream& stream, std::size_t count) {
    std::vector<Example> batch(count);
    stream.next(batch);
    std::vector<float> weights;
    for (const Example& example : batch) {
        weights.push_back(example.weight_pounds);
    }
    return weights;
}

std::vector<Example> ten_examples() {
    std::vector<Example> examples(10);
    for (std::size_t i = 0; i < examples.size(); ++i) {
        examples[i].weight_pounds = static_cast<float>(i);
    }
    return examples;
}

}  // namespace

TEST_CASE("every row comes once per round in another order each round", "[example_stream]") {
    const auto examples = ten_examples();
    trainer::ExampleStream stream(examples, 1);
    // Batches of 4 out of 10 rows: rounds end inside batches.
    std::vector<float> dealt;
    for (int i = 0; i < 5; ++i) {
        const auto batch = deal(stream, 4);
        dealt.insert(dealt.end(), batch.begin(), batch.end());
    }
    const std::vector<float> first(dealt.begin(), dealt.begin() + 10);
    const std::vector<float> second(dealt.begin() + 10, dealt.end());
    CHECK(first != second);
    CHECK(std::is_permutation(first.begin(), first.end(), second.begin()));
    CHECK(*std::max_element(first.begin(), first.end()) == 9);
}

TEST_CASE("the order of examples is fixed by the seed", "[example_stream]") {
    const auto examples = ten_examples();
    trainer::ExampleStream a(examples, 5);
    trainer::ExampleStream b(examples, 5);
    trainer::ExampleStream c(examples, 6);
    const auto order = deal(a, 10);
    CHECK(deal(b, 10) == order);
    CHECK(deal(c, 10) != order);
}

TEST_CASE("a batch may be larger than the data", "[example_stream]") {
    const auto examples = ten_examples();
    trainer::ExampleStream stream(examples, 1);
    const auto batch = deal(stream, 25);
    CHECK(std::count(batch.begin(), batch.end(), 3.0F) >= 2);
}
