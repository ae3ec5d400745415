#include "tuner/formats/package_archive.h"

#include "tuner/formats/archive_entries.h"
#include "tuner/formats/inflate.h"

#include <zlib.h>

#include <catch2/catch.hpp>
#include <fmt/format.h>

using namespace tuner;

namespace {

// Made with Python's tarfile and zipfile, as setuptools does.
constexpr std::string_view kSourceDistribution =
    "1f8b08000000000002ffedd5310e83300c85e1cc3d45473a14ec36709d888121aa845030436f5f8a18100b0b"
    "a2aaf8bfc556960c4fb62dd5b16dd25d722dfac6862eefde6e6732aabc9fea685d4574d17fdf55bd54ee2aee"
    "00436f751abf77e734659edd2e0ea7648bf99ffb2284d8460b61af55b039ffeb5e9fbe14e6ff57f95bddbff6"
    "3c03dbfb5f57f93faab224ff237429b69629070000000000000000000000803ff6010148469b00280000";
constexpr std::string_view kGnuLongName =
    "1f8b08000000000002ffedd3c10a82401080e179947d8176677573af76df97108208c1c20af2ed5504a18347"
    "8bf4ff2e33cc75f8adb3ae4cb7e692ae4d2debd0c9d2d44cc3bc4ff7188f5e4c922f783d9e556b8cecd4fba0"
    "d6bbf38fb8cade3bc1b6ff3f465d84b0d8bfaaffec3fd7980ffd2bfdafee4402000000000000000000000000"
    "7fad07def68d0100280000";
constexpr std::string_view kPaxLongName =
    "1f8b08000000000002ffedd3b10ac2301080e19b7d8abc80c99d8d76127473f415022d38965a21bebdad82e0"
    "d0b111f1ff960bb7dc107e1f7c389c533eb5a9697b5984becc4dddd8f6fd7eee6d5c55e2b21470bb0ea91fcf"
    "cb7fb268ae4bc3659fd7ea2d345f1292efee2b416925be7d8a7a17e36cffaaf6d97fa5756de294fe17772401"
    "0000000000000000000000809ff600f1f5517f00280000";
constexpr std::string_view kWheel =
    "504b03041400000008000000210000000000020000000000000013000000747261696e65722f5f5f696e6974"
    "5f5f2e70790300504b0304140000000800000021006f6547ae0e000000510000000f000000747261696e6572"
    "2f7461736b2e70792b28cacc2bd130d4e42aa0120300504b0102140314000000080000002100000000000200"
    "000000000000130000000000000000000000800100000000747261696e65722f5f5f696e69745f5f2e707950"
    "4b01021403140000000800000021006f6547ae0e000000510000000f00000000000000000000008001330000"
    "00747261696e65722f7461736b2e7079504b050600000000020002007e0000006e0000000000";

std::string bytes_of(std::string_view hex) {
    std::string bytes;
    for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
        bytes += static_cast<char>(std::stoi(std::string(hex.substr(i, 2)), nullptr, 16));
    }
    return bytes;
}

// One member of a tar file, of any type.
std::string tar_member(const std::string& name, const std::string& content, char type = '0') {
    std::string block(512, '\0');
    block.replace(0, name.size(), name);
    block.replace(124, 11, fmt::format("{:011o}", content.size()));
    block[156] = type;
    block.replace(148, 8, 8, ' ');
    std::size_t sum = 0;
    for (const char c : block) {
        sum += static_cast<unsigned char>(c);
    }
    block.replace(148, 7, fmt::format("{:06o}", sum) + '\0');
    std::string padded = content;
    padded.resize((content.size() + 511) / 512 * 512, '\0');
    return block + padded;
}

std::string gzip(std::string bytes) {
    std::string packed(bytes.size() + 1024, '\0');
    z_stream stream{};
    REQUIRE(deflateInit2(&stream, 1, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(bytes.data());
    stream.avail_in = static_cast<uInt>(bytes.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
    packed.resize(stream.total_out);
    deflateEnd(&stream);
    return packed;
}

std::string message_of(std::string_view name, const std::string& bytes) {
    const auto files = read_package_archive(name, bytes);
    return files ? "" : files.error().message;
}

}  // namespace

TEST_CASE("a source distribution is unpacked", "[package_archive]") {
    const auto files = read_package_archive("t-0.1.tar.gz", bytes_of(kSourceDistribution));
    REQUIRE(files);
    CHECK(
        *files ==
        std::vector<PackageFile>{
            {"trainer-0.1/setup.py", "setup()\n"},
            {"trainer-0.1/trainer/__init__.py", ""},
            {"trainer-0.1/trainer/task.py", "print(1)\n"}}
    );
}

TEST_CASE("long names of GNU and pax are whole", "[package_archive]") {
    const std::string path = "x-0.1/" + std::string(120, 'd') + "/a.py";
    for (const std::string_view archive : {kGnuLongName, kPaxLongName}) {
        const auto files = read_package_archive("x.tgz", bytes_of(archive));
        REQUIRE(files);
        CHECK(*files == std::vector<PackageFile>{{path, "A"}});
    }
}

TEST_CASE("a wheel is unpacked", "[package_archive]") {
    const auto files = read_package_archive("trainer-0.1-py3-none-any.whl", bytes_of(kWheel));
    REQUIRE(files);
    REQUIRE(files->size() == 2);
    CHECK(files->back().path == "trainer/task.py");
    CHECK(files->back().content.size() == 81);
}

TEST_CASE("an archive that is cut anywhere is refused and never read past", "[package_archive]") {
    for (const auto& [name, hex] :
         {std::pair{"a.tar.gz", kSourceDistribution}, std::pair{"a.whl", kWheel}}) {
        const std::string whole = bytes_of(hex);
        for (std::size_t size = 0; size < whole.size(); ++size) {
            CHECK_FALSE(read_package_archive(name, whole.substr(0, size)));
        }
    }
    const std::string tar = tar_member("a.py", std::string(600, 'x'));
    for (std::size_t size = 1; size + 424 < tar.size(); ++size) {
        const auto files = read_tar(std::string_view(tar).substr(0, size));
        CHECK((!files || files->empty()));
    }
}

TEST_CASE("flipped bytes are refused or change a file, and nothing else", "[package_archive]") {
    const std::string whole = bytes_of(kWheel);
    for (std::size_t i = 0; i < whole.size(); ++i) {
        std::string flipped = whole;
        flipped[i] = static_cast<char>(flipped[i] ^ 0x55);
        static_cast<void>(read_package_archive("a.whl", flipped));
    }
    std::string tar = tar_member("a.py", "x");
    tar[0] = 'b';
    CHECK(read_tar(tar).error().message == "its tar data is damaged or cut");
}

TEST_CASE("what leads out of an archive is refused", "[package_archive]") {
    for (const char* path : {"../a.py", "/etc/passwd", "a/../../b", "", "/", "."}) {
        CAPTURE(path);
        CHECK_FALSE(to_package_path(path));
    }
    CHECK(to_package_path("./a//b.py") == "a/b.py");
    CHECK(to_package_path("a..b/c") == "a..b/c");
    CHECK_FALSE(read_tar(tar_member("../a.py", "x")));
}

TEST_CASE("an archive with two entries of one path is refused by name", "[package_archive]") {
    const std::string one = tar_member("a/x.py", "1");
    CHECK(message_of("a.tgz", gzip(one + tar_member("./a//x.py", "2"))) == "it holds a/x.py twice");
    // What lies between a file and what is below it in the order of bytes hides nothing.
    const std::string near = tar_member("a/x.py-/b", "") + tar_member("a/x.pyc", "");
    CHECK(
        message_of("a.tgz", gzip(tar_member("a/x.py/b", "") + near + one)) ==
        "a/x.py in it is a file and a folder"
    );
    CHECK(message_of("a.tgz", gzip(one + near)) == "");
}

TEST_CASE("paths are taken up to what a file system takes", "[package_archive]") {
    const std::string name(kMaxPackageNameBytes, 'n');
    CHECK(to_package_path("a/" + name));
    CHECK_FALSE(to_package_path("a/" + name + "n/b"));
    std::string path;
    while (path.size() < kMaxPackagePathBytes) {
        path += "a/";
    }
    path.back() = 'b';
    CHECK(path.size() == kMaxPackagePathBytes);
    CHECK(to_package_path(path));
    CHECK(
        to_package_path(path + "b").error().message ==
        "a path in it has 2049 bytes: at most 2048, and 255 between two slashes"
    );
}

TEST_CASE("links, devices and compiled parts are refused by name", "[package_archive]") {
    CHECK(
        read_tar(tar_member("trainer/data", "", '2')).error().message ==
        "trainer/data in it is no regular file; links and devices are not taken"
    );
    CHECK(read_tar(tar_member("trainer", "", '5'))->empty());
    CHECK(message_of("a.tar.gz", "no gzip") == "its compressed data is damaged or cut");
    CHECK_FALSE(is_package_archive(".whl"));
    CHECK_FALSE(is_package_archive("trainer"));
    CHECK(is_package_archive("a.zip"));
}

TEST_CASE("a compressed stream is read up to its bound and not past it", "[package_archive]") {
    const std::string gz = bytes_of(kSourceDistribution);
    CHECK(inflate_gzip(gz, 10'240));
    CHECK(inflate_gzip(gz, 10'239).error().message == "it holds more than 10239 bytes");
}
