#include "tests/storage/failing_disk.h"

#include "tests/storage/fixtures.h"

#include <cerrno>
#include <functional>

#include <fmt/format.h>

using namespace tuner;
using Catch::Matchers::Contains;

namespace {

Storage open(const std::filesystem::path& file) {
    return Storage::open(file, an_identity(), at(1));
}

// What a call throws.
StorageError failure_of(const std::function<void()>& call) {
    try {
        call();
    } catch (const StorageError& error) {
        return error;
    }
    FAIL("nothing was thrown");
    throw std::logic_error("not reached");
}

// Creates studies until one fails; returns the failure. Counts those that were acknowledged.
StorageError create_until_failure(Storage& storage, std::size_t& acknowledged) {
    constexpr int kMost = 3'000;
    for (int i = 0; i < kMost; ++i) {
        try {
            storage.create_study(a_study(), at(1));
            ++acknowledged;
        } catch (const StorageError& error) {
            return error;
        }
    }
    FAIL("nothing failed");
    throw std::logic_error("not reached");
}

}  // namespace

TEST_CASE(
    "after a failed sync nothing more is written and no sync is tried again", "[failing_disk]"
) {
    const TempDir dir(quick_parent());
    FailingDisk disk;
    std::vector<std::string> told;
    {
        Storage storage = open(dir.database());
        storage.on_broken([&](const StorageError& error) { told.emplace_back(error.what()); });
        const Study study = storage.create_study(a_study(), at(1));
        disk.fail_sync(1, EIO);
        const StorageError first = failure_of([&] { storage.create_study(a_study(), at(1)); });
        CHECK(first.trouble() == StorageTrouble::broken);
        CHECK_THAT(first.what(), Contains("disk I/O error") && Contains("start again"));
        CHECK(told == std::vector<std::string>{first.what()});

        const std::string bytes = bytes_of(dir.database());
        const std::string log = bytes_of(dir.path() / "tuner.db-wal");
        const StorageError second = failure_of([&] {
            static_cast<void>(storage.update_study(study, StudyState::running, at(2)));
        });
        CHECK(std::string(second.what()) == first.what());
        CHECK(second.is_final());
        CHECK(storage.studies().size() == 1);  // what is said is what is known to be on the disk
        CHECK(disk.syncs_since_failure() == 0);
        CHECK(told.size() == 1);
        CHECK(bytes_of(dir.database()) == bytes);
        CHECK(bytes_of(dir.path() / "tuner.db-wal") == log);
    }
    CHECK(disk.syncs_since_failure() == 0);  // closing did not checkpoint
    Storage again = open(dir.database());
    const std::size_t found = again.studies().size();
    CHECK((found == 1 || found == 2));  // the failed one may have reached the disk, or not
    CHECK_NOTHROW(again.create_study(a_study(), at(3)));
}

TEST_CASE(
    "whichever sync fails, what was acknowledged is there after a restart", "[failing_disk]"
) {
    for (int nth = 1; nth <= 12; ++nth) {
        CAPTURE(nth);
        const TempDir dir(quick_parent());
        std::size_t acknowledged = 0;
        {
            FailingDisk disk;
            Storage storage = open(dir.database());
            disk.fail_sync(nth, EIO);
            const StorageError error = create_until_failure(storage, acknowledged);
            CHECK(error.trouble() == StorageTrouble::broken);
        }
        const std::size_t found = open(dir.database()).studies().size();
        CHECK(found >= acknowledged);
        CHECK(found <= acknowledged + 1);
    }
}

TEST_CASE(
    "whichever write fails, what was acknowledged is there after a restart", "[failing_disk]"
) {
    for (int nth = 1; nth <= 25; ++nth) {
        CAPTURE(nth);
        const TempDir dir(quick_parent());
        std::size_t acknowledged = 0;
        {
            FailingDisk disk;
            Storage storage = open(dir.database());
            disk.fail_write(nth, EIO);
            const StorageError error = create_until_failure(storage, acknowledged);
            CHECK(error.trouble() == StorageTrouble::broken);
            CHECK_THROWS_AS(storage.create_study(a_study(), at(2)), StorageError);
        }
        CHECK(open(dir.database()).studies().size() == acknowledged);
    }
}

TEST_CASE(
    "a failing sync of a checkpoint breaks the next write, not the one before", "[failing_disk]"
) {
    const TempDir dir(quick_parent());
    FailingDisk disk;
    std::size_t acknowledged = 0;
    {
        Storage storage = open(dir.database());
        NewStudy big = a_study();
        big.source.assign(900'000, 'x');
        bool broken = false;
        storage.on_broken([&](const StorageError& /*error*/) { broken = true; });
        // Each commit is one sync; the checkpoint behind one of them brings more.
        while (!broken && acknowledged < 40) {
            disk.fail_sync(2, EIO);
            storage.create_study(big, at(1));
            ++acknowledged;
        }
        REQUIRE(broken);
        CHECK_THROWS_WITH(storage.create_study(big, at(1)), Contains("checkpoint"));
    }
    disk.repair();
    CHECK(open(dir.database()).studies().size() == acknowledged);
}

TEST_CASE("a full disk and a used-up quota pass when there is room", "[failing_disk]") {
    const int code = GENERATE(ENOSPC, EDQUOT);
    CAPTURE(code);
    const TempDir dir(quick_parent());
    FailingDisk disk;
    Storage storage = open(dir.database());
    storage.create_study(a_study(), at(1));
    disk.fail_write(1, code, true);
    const StorageError error = failure_of([&] { storage.create_study(a_study(), at(1)); });
    CHECK(error.trouble() == StorageTrouble::full);
    CHECK(error.may_pass());
    CHECK(error.code() == ErrorCode::no_space);
    CHECK_THAT(error.what(), Contains("free some space"));
    CHECK(storage.studies().size() == 1);
    disk.repair();
    CHECK(storage.create_study(a_study(), at(1)).id == "digits-2");
}
