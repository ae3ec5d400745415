#include "tests/storage/model.h"

using namespace tuner;

TEST_CASE("storage in memory does what its model does", "[storage]") {
    for (const std::uint64_t seed : {11U, 12U, 13U}) {
        CAPTURE(seed);
        StorageModel model(seed);
        Storage storage = Storage::in_memory();
        for (int i = 0; i < 600; ++i) {
            model.step(storage);
        }
        model.compare(storage);
    }
}
