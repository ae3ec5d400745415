#include "tests/storage/model.h"

using namespace tuner;

TEST_CASE("storage does what its model does and remembers it over a restart", "[storage]") {
    for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U, 6U}) {
        CAPTURE(seed);
        const TempDir dir;
        StorageModel model(seed);
        for (int life = 0; life < 3; ++life) {
            Storage storage = Storage::open(dir.database(), an_identity(), at(1));
            model.compare(storage);
            for (int i = 0; i < 120; ++i) {
                model.step(storage);
            }
            model.compare(storage);
        }
        Storage storage = Storage::open(dir.database(), an_identity(), at(1));
        model.compare(storage);
    }
}
