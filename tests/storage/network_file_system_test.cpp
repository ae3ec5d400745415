#include "tuner/storage/network_file_system.h"

#include "tests/storage/fixtures.h"

using namespace tuner;
using Catch::Matchers::Contains;

TEST_CASE("network and cluster file systems are known by their number", "[network_file_system]") {
    CHECK(network_file_system(0x6969) == "NFS");
    CHECK(network_file_system(0xff534d42) == "CIFS");
    CHECK(network_file_system(0xfe534d42) == "SMB2");
    CHECK(network_file_system(0x517b) == "SMB");
    CHECK(network_file_system(0x65735546) == "FUSE");
    CHECK(network_file_system(0x01021997) == "9p");
    CHECK(network_file_system(0x5346414f) == "AFS");
    CHECK(network_file_system(0x0bd00bd0) == "Lustre");
    CHECK(network_file_system(0x47504653) == "GPFS");
    CHECK(network_file_system(0xffffffffff534d42) == "CIFS");  // with its sign extended
}

TEST_CASE("local file systems pass", "[network_file_system]") {
    for (const std::uint64_t type :
         {0xef53ULL,
          0x58465342ULL,
          0x9123683eULL,
          0x01021994ULL,
          0x794c7630ULL,
          0x2fc12fc1ULL,
          0x858458f6ULL,
          0xf2f52010ULL,
          0xca451a4eULL}) {
        CAPTURE(type);
        CHECK_FALSE(network_file_system(type));
    }
}

TEST_CASE(
    "a folder on a network file system is refused with the way out", "[network_file_system]"
) {
    const auto nfs = [](const std::filesystem::path&) { return std::optional(0x6969ULL); };
    CHECK_THROWS_WITH(
        refuse_network_file_system("/home/me/data", nfs),
        Contains("/home/me/data is on a network file system (NFS)") && Contains("--data-dir") &&
            Contains("TUNER_FORCE_NETWORK_FS=1")
    );
}

TEST_CASE("a file system that cannot be asked is left to the opening", "[network_file_system]") {
    const auto nothing = [](const std::filesystem::path&) {
        return std::optional<std::uint64_t>();
    };
    CHECK_NOTHROW(refuse_network_file_system("/nowhere", nothing));
    CHECK_FALSE(file_system_type("/nowhere/at/all"));
    CHECK(file_system_type("/").has_value());
}
