#include "tuner/shim/event_folder.h"

#include "tests/formats/event_bytes.h"
#include "tests/support/temp_dir.h"

#include <algorithm>
#include <fcntl.h>
#include <fstream>
#include <optional>
#include <string>
#include <sys/stat.h>
#include <vector>

#include <catch2/catch.hpp>

namespace tuner::test {

namespace {

using testing::bytes_field;
using testing::event;
using testing::float_field;
using testing::record;

constexpr const char* kFile = "events.out.tfevents.1500000000.host";

std::string scalar(std::string_view tag, std::uint64_t step, float value) {
    return record(event(step, bytes_field(1, tag) + float_field(2, value)));
}

// A trial's folder, and what comes of it.
class Trial {
  public:
    void append(const std::string& name, const std::string& bytes) const {
        std::filesystem::create_directories((root() / name).parent_path());
        std::ofstream(root() / name, std::ios::binary | std::ios::app) << bytes;
    }

    std::filesystem::path root() const { return dir_ / "job/3"; }

    void begin() { folder_.emplace(roots(), "loss", metrics_, note()); }

    bool look() { return folder_->look(now_ += kSecond); }

    bool is_hungry() const { return folder_->is_hungry(); }

    // Every line of metrics so far.
    std::vector<std::string> lines() {
        metrics_.flush(now_);
        std::ifstream file(dir_ / "metrics", std::ios::binary);
        std::vector<std::string> lines;
        for (std::string line; std::getline(file, line);) {
            lines.push_back(line);
        }
        return lines;
    }

    std::vector<std::string> finish() {
        folder_->finish(now_ += kSecond);
        metrics_.finish();
        return lines();
    }

    const std::vector<std::string>& notes() const { return notes_; }

  private:
    static constexpr Duration kSecond{1'000};

    std::vector<std::string> roots() const { return {root().string()}; }

    shim::EventFolder::Note note() {
        return [this](const std::string& text) { notes_.push_back(text); };
    }

    OwnedFd metrics_fd() const {
        const std::string path = (dir_ / "metrics").string();
        return OwnedFd(::open(path.c_str(), O_CREAT | O_WRONLY | O_APPEND, 0600));
    }

    TempDir dir_;
    Duration now_{1'000'000};
    shim::MetricsFile metrics_{metrics_fd()};
    std::vector<std::string> notes_;
    std::optional<shim::EventFolder> folder_;
};

using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("an event file is read while it is being written", "[event_folder]") {
    Trial trial;
    trial.begin();
    CHECK_FALSE(trial.look());
    const std::string second = scalar("loss", 2, 0.5F);
    trial.append(kFile, scalar("loss", 1, 1.5F) + second.substr(0, 20));
    CHECK(trial.look());
    CHECK(trial.lines() == Lines{"e 1 1.5 loss"});
    CHECK_FALSE(trial.look());
    trial.append(kFile, second.substr(20));
    CHECK(trial.look());
    CHECK(trial.lines() == Lines{"e 1 1.5 loss", "e 2 0.5 loss"});
    CHECK(trial.notes().empty());
}

TEST_CASE("what an earlier run left in the folder does not count", "[event_folder]") {
    Trial trial;
    trial.append(kFile, scalar("loss", 900, 0.001F));
    trial.append("eval/" + std::string(kFile), scalar("loss", 900, 0.002F));
    trial.begin();
    trial.append(std::string(kFile) + ".2", scalar("loss", 1, 1.5F));
    CHECK(trial.finish() == Lines{"e 1 1.5 loss"});
}

TEST_CASE("a trainer that goes on in an old event file is heard", "[event_folder]") {
    Trial trial;
    trial.append(kFile, scalar("loss", 900, 0.001F));
    trial.begin();
    trial.append(kFile, scalar("loss", 901, 0.5F));
    CHECK(trial.finish() == Lines{"e 901 0.5 loss"});
}

TEST_CASE("every scalar of files in folders below is kept under its tag", "[event_folder]") {
    Trial trial;
    trial.begin();
    trial.append("a/b/" + std::string(kFile), scalar("other metric", 7, 2.0F));
    trial.append("checkpoint", "no event file");
    CHECK(trial.look());
    trial.append("a/c/x.tfevents.y", scalar("loss", 8, 3.0F));
    CHECK(trial.look());
    CHECK(trial.finish() == Lines{"f 7 2 other metric", "e 8 3 loss"});
}

TEST_CASE("a tag of training and evaluation is that of the evaluation", "[event_folder]") {
    Trial trial;
    trial.begin();
    SECTION("when both are there") {
        trial.append(kFile, scalar("loss", 100, 9.0F));
        trial.append("eval/" + std::string(kFile), scalar("loss", 100, 1.0F));
        CHECK(trial.finish() == Lines{"e 100 1 loss", "f 100 9 ./loss"});
    }
    SECTION("when the evaluation comes later") {
        trial.append("train/" + std::string(kFile), scalar("loss", 100, 9.0F));
        CHECK(trial.look());
        trial.append("validation/" + std::string(kFile), scalar("loss", 100, 1.0F));
        trial.append("train/" + std::string(kFile), scalar("loss", 200, 8.0F));
        CHECK(trial.finish() == Lines{"e 100 9 loss", "e 100 1 loss", "f 200 8 train/loss"});
    }
    REQUIRE(trial.notes().size() == 1);
    CHECK(trial.notes().front().find("metric loss") != std::string::npos);
}

TEST_CASE("a damaged length ends the reading of its file and of no other", "[event_folder]") {
    Trial trial;
    trial.begin();
    std::string damaged = scalar("loss", 1, 1.5F);
    damaged[0] = static_cast<char>(damaged[0] ^ 1);
    trial.append(kFile, scalar("loss", 0, 2.5F) + damaged + scalar("loss", 2, 0.5F));
    trial.append(std::string(kFile) + ".2", scalar("loss", 3, 0.25F));
    Lines lines = trial.finish();
    std::sort(lines.begin(), lines.end());  // the files come in any order
    CHECK(lines == Lines{"e 0 2.5 loss", "e 3 0.25 loss"});
    REQUIRE(trial.notes().size() == 1);
    CHECK(trial.notes().front().find("read no further") != std::string::npos);
}

TEST_CASE("a damaged record is skipped and counted", "[event_folder]") {
    Trial trial;
    trial.begin();
    std::string damaged = scalar("loss", 1, 1.5F);
    damaged[20] = static_cast<char>(damaged[20] ^ 1);
    trial.append(kFile, damaged + scalar("loss", 2, 0.5F));
    CHECK(trial.finish() == Lines{"e 2 0.5 loss"});
    REQUIRE(trial.notes().size() == 1);
    CHECK(trial.notes().front().find("1 damaged record") == 0);
}

TEST_CASE("a long file is read a share at a time, and to its end", "[event_folder]") {
    Trial trial;
    trial.begin();
    // A graph that is too long to be held, then more scalars than one look takes.
    const std::string graph(3 * shim::kEventBytesPerLook, 'g');
    trial.append(kFile, record(bytes_field(4, graph)));
    std::string scalars;
    std::size_t count = 0;
    while (scalars.size() < 2 * shim::kEventBytesPerLook) {
        scalars += scalar("x", ++count, 1.0F);
    }
    trial.append(kFile, scalars + scalar("loss", 5, 0.5F));
    int looks = 0;
    do {
        trial.look();
    } while (++looks < 100 && trial.is_hungry());
    CHECK(looks >= 5);
    CHECK(looks < 100);
    const Lines lines = trial.finish();
    CHECK(std::count(lines.begin(), lines.end(), "e 5 0.5 loss") == 1);
    CHECK(trial.notes().empty());
}

TEST_CASE("tags beyond the limit are ignored, the objective never", "[event_folder]") {
    Trial trial;
    trial.begin();
    std::string bytes;
    for (std::size_t i = 0; i < shim::kMaxOtherTags + 1; ++i) {
        bytes += scalar("tag" + std::to_string(i), 1, 1.0F);
    }
    trial.append(kFile, bytes + scalar("loss", 1, 0.5F));
    const Lines lines = trial.finish();
    CHECK(lines.size() == shim::kMaxOtherTags + 1);
    CHECK(lines.back() == "e 1 0.5 loss");
}

TEST_CASE("what only looks like an event file is passed over", "[event_folder]") {
    Trial trial;
    trial.begin();
    std::filesystem::create_directories(trial.root() / "tfevents-of-mine");
    REQUIRE(::mkfifo((trial.root() / "pipe.tfevents").c_str(), 0600) == 0);
    std::filesystem::create_directory_symlink(trial.root(), trial.root() / "loop");
    trial.append("empty.tfevents", "");
    CHECK(trial.finish().empty());
}

}  // namespace tuner::test
