#include "tuner/executor/package_store.h"

#include "tests/support/temp_dir.h"

#include <set>

#include <catch2/catch.hpp>

using namespace tuner;
using tuner::test::TempDir;

namespace fs = std::filesystem;

namespace {

const std::string kOne = "11111111-1111-5111-8111-111111111111";
const std::string kOther = "22222222-2222-5222-8222-222222222222";

std::set<std::string> names_in(const fs::path& folder) {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder)) {
        names.insert(entry.path().filename().string());
    }
    return names;
}

}  // namespace

TEST_CASE("a copy that a kill left half made is swept", "[package_store]") {
    const TempDir dir;
    REQUIRE(store_package_files(dir / "store", kOne, {{"0/trainer/task.py", "x"}}));
    dir.write("store/" + kOne + ".aB3xYz/0/trainer/task.py", "");
    dir.write("store/" + kOther + ".going/0/trainer/task.py", "");
    sweep_package_store(dir / "store", {(dir / "store" / kOne / "0").string()});
    CHECK(names_in(dir / "store") == std::set{kOne});
    CHECK(dir.read("store/" + kOne + "/0/trainer/task.py") == "x");
}

TEST_CASE(
    "a copy that no study names is swept, and one that a study names stays", "[package_store]"
) {
    const TempDir dir;
    for (const std::string& id : {kOne, kOther}) {
        REQUIRE(store_package_files(dir / "store", id, {{"0/trainer/task.py", "x"}}));
    }
    dir.write("store/notes.txt", "not ours");
    dir.write("store/11111111.backup/x", "not ours");
    // As it is on record where the data directory was before it was moved.
    sweep_package_store(dir / "store", {"/elsewhere/packages/" + kOther + "/0/src"});
    CHECK(names_in(dir / "store") == std::set<std::string>{kOther, "notes.txt", "11111111.backup"});
    CHECK(fs::exists(dir / "store" / kOther / kModuleRunner));
    sweep_package_store(dir / "store", {});
    CHECK(names_in(dir / "store") == std::set<std::string>{"notes.txt", "11111111.backup"});
}

TEST_CASE("a sweep that was killed is finished by the next one", "[package_store]") {
    const TempDir dir;
    REQUIRE(store_package_files(dir / "store", kOne, {{"0/a.py", "x"}}));
    dir.write("store/" + kOne + ".going/0/b.py", "");  // of an earlier sweep that was killed
    sweep_package_store(dir / "store", {});
    CHECK(names_in(dir / "store").empty());
}

TEST_CASE("a store that nobody made needs no sweeping", "[package_store]") {
    const TempDir dir;
    sweep_package_store(dir / "store", {});
    CHECK_FALSE(fs::exists(dir / "store"));
}
