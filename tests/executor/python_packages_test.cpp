#include "tuner/executor/python_packages.h"

#include "tests/support/temp_dir.h"

#include <algorithm>

#include <catch2/catch.hpp>

using namespace tuner;
using tuner::test::TempDir;

namespace fs = std::filesystem;

namespace {

PythonPackages read(const TempDir& dir, const std::vector<std::string>& uris) {
    auto packages = PythonPackages::read(uris, dir.path());
    if (!packages) {
        FAIL(packages.error().message);
    }
    return std::move(*packages);
}

std::string problem_of(const TempDir& dir, const std::vector<std::string>& uris) {
    const auto packages = PythonPackages::read(uris, dir.path());
    return packages ? "none" : packages.error().message;
}

// Stages `uris` and answers the folders for PYTHONPATH, relative to the test's own.
std::vector<std::string> staged(const TempDir& dir, const std::vector<std::string>& uris) {
    const PythonPackages packages = read(dir, uris);
    REQUIRE(packages.stage(dir / "store"));
    return packages.paths_in("store");
}

}  // namespace

TEST_CASE("1.2 a package's folder is copied without what Python made in it", "[packages]") {
    TempDir dir;
    dir.write("trainer/__init__.py", "");
    dir.write("trainer/task.py", "print(1)\n");
    dir.write("trainer/sub/data.json", "{}");
    dir.write("trainer/__pycache__/task.pyc", "x");
    dir.write("other/__init__.py", "");
    const auto paths = staged(dir, {"trainer/"});
    REQUIRE(paths.size() == 1);
    CHECK(dir.read(paths[0] + "/trainer/task.py") == "print(1)\n");
    CHECK(dir.read(paths[0] + "/trainer/sub/data.json") == "{}");
    CHECK_FALSE(fs::exists(dir / (paths[0] + "/trainer/__pycache__")));
    CHECK_FALSE(fs::exists(dir / (paths[0] + "/other")));
    CHECK(fs::exists(dir.path() / module_runner(paths)));
}

TEST_CASE("1.5 with a setup.py come the packages and modules beside the package", "[packages]") {
    TempDir dir;
    dir.write("lab/setup.py", "");
    dir.write("lab/trainer/__init__.py", "");
    dir.write("lab/mylib/__init__.py", "lib");
    dir.write("lab/tools.py", "tools");
    dir.write("lab/data/train.csv", "1");
    const auto paths = staged(dir, {"lab/trainer"});
    CHECK(dir.read(paths[0] + "/mylib/__init__.py") == "lib");
    CHECK(dir.read(paths[0] + "/tools.py") == "tools");
    CHECK_FALSE(fs::exists(dir / (paths[0] + "/data")));
    CHECK_FALSE(fs::exists(dir / (paths[0] + "/setup.py")));
}

TEST_CASE("a staged copy stays when its sources change", "[packages]") {
    TempDir dir;
    dir.write("trainer/__init__.py", "");
    dir.write("trainer/task.py", "old");
    const auto before = staged(dir, {"trainer"});
    CHECK(staged(dir, {"trainer"}) == before);
    dir.write("trainer/task.py", "new");
    const auto after = staged(dir, {"trainer"});
    CHECK(after != before);
    CHECK(dir.read(before[0] + "/trainer/task.py") == "old");
    CHECK(dir.read(after[0] + "/trainer/task.py") == "new");
    CHECK(std::distance(fs::directory_iterator(dir / "store"), {}) == 2);
}

TEST_CASE("A32 what is no package is told in the legacy words", "[packages]") {
    TempDir dir;
    dir.write("plain/task.py", "");
    dir.write("file", "");
    const std::string folder = (dir / "plain").string();
    CHECK(
        problem_of(dir, {"plain"}) ==
        "[" + folder +
            "] is not a valid Python package because it does not contain an `__init__.py` file. "
            "Please create one and try again."
    );
    CHECK(
        problem_of(dir, {"nowhere"}) ==
        "Source directory [" + (dir / "nowhere").string() + "] is not a valid directory."
    );
    CHECK_THAT(problem_of(dir, {"file"}), Catch::Contains("is not a valid directory."));
    CHECK_THAT(problem_of(dir, {"a.tar.gz"}), Catch::Contains("cannot read"));
    dir.write("a.tar.gz", "no archive");
    CHECK_THAT(problem_of(dir, {"a.tar.gz"}), Catch::Contains("a.tar.gz cannot be unpacked: its"));
}

TEST_CASE("A32 two packages of one file name are refused", "[packages]") {
    TempDir dir;
    dir.write("a/trainer/__init__.py", "");
    dir.write("b/trainer/__init__.py", "");
    CHECK(
        problem_of(dir, {"a/trainer", "b/trainer"}) ==
        "Cannot upload multiple packages with the same filename: [trainer]"
    );
}

TEST_CASE("1.3 what has a scheme is opaque", "[packages]") {
    TempDir dir;
    const PythonPackages packages = read(dir, {"gs://bucket/a.tar.gz"});
    CHECK(packages.empty());
    CHECK(packages.opaque() == std::vector<std::string>{"gs://bucket/a.tar.gz"});
    CHECK(packages.paths_in(dir / "store").empty());
    CHECK(packages.stage(dir / "store"));
    CHECK_FALSE(fs::exists(dir / "store"));
}

TEST_CASE("packages are taken up to their limits and not past them", "[packages]") {
    TempDir dir;
    dir.write("trainer/__init__.py", "");
    for (std::size_t i = 1; i < kMaxPackageFiles; ++i) {
        dir.write("trainer/" + std::to_string(i), "");
    }
    CHECK(problem_of(dir, {"trainer"}) == "none");
    dir.write("trainer/more", "");
    CHECK_THAT(problem_of(dir, {"trainer"}), Catch::Contains("at most 10000 files"));
}

TEST_CASE("a package is taken up to its size and not past it", "[packages]") {
    TempDir dir;
    dir.write("trainer/__init__.py", "");
    dir.write("trainer/data", "");
    fs::resize_file(dir / "trainer/data", kMaxPackageBytes);
    CHECK(problem_of(dir, {"trainer"}) == "none");
    dir.write("trainer/__init__.py", "x");
    CHECK_THAT(problem_of(dir, {"trainer"}), Catch::Contains("67108864 bytes"));
}

TEST_CASE("a package with a link to a folder or a pipe is refused by name", "[packages]") {
    TempDir dir;
    dir.write("trainer/__init__.py", "");
    fs::create_directory_symlink("/usr", dir / "trainer/usr");
    CHECK_THAT(problem_of(dir, {"trainer"}), Catch::Contains("trainer/usr cannot be staged"));
}

TEST_CASE("a store that cannot be written says so", "[packages]") {
    TempDir dir;
    dir.write("trainer/__init__.py", "");
    dir.write("store", "a file");
    CHECK_FALSE(read(dir, {"trainer"}).stage(dir / "store"));
}
