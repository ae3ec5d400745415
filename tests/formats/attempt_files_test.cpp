#include "tuner/formats/attempt_files.h"

#include "tests/support/temp_dir.h"
#include "tuner/base/owned_fd.h"
#include "tuner/base/random.h"
#include "tuner/formats/durable_file.h"
#include "tuner/formats/proc_files.h"
#include "tuner/formats/trial_stream.h"

#include <cstdlib>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

namespace tuner {

namespace {

AttemptSpec a_spec() {
    AttemptSpec spec;
    spec.uuid = "0123456789abcdef";
    spec.program = "/usr/bin/python3";
    spec.argv = {"python3", "-m", "trainer.task", "", "--text=a\nb\\n=c"};
    spec.environment = {"PATH=/usr/bin", "EMPTY=", "LINES=one\ntwo"};
    spec.working_dir = "/tmp/with blank";
    spec.metric = "rmse";
    spec.timeout = Duration(90'000);
    spec.termination_grace = Duration(5'000);
    spec.open_files_soft = 1024;
    return spec;
}

ExitRecord an_exit() {
    ExitRecord record;
    record.exit.kind = ExitKind::exited;
    record.exit.code = 0;
    record.exit.message = "two\nlines";
    record.started = TimePoint(Duration(1'700'000'000'000));
    record.ended = TimePoint(Duration(1'700'000'060'000));
    record.elapsed = Duration(60'000);
    record.metric_bytes = 4'711;
    record.metric_lines_dropped = 3;
    record.log_bytes_dropped = 12;
    return record;
}

OwnedFd open_folder(const test::TempDir& dir) {
    return OwnedFd(::open(dir.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

}  // namespace

TEST_CASE("attempt files read back as they were written", "[attempt_files]") {
    CHECK(parse_spec(to_text(a_spec())) == a_spec());
    CHECK(parse_exit(to_text(an_exit())) == an_exit());
    const AttemptIdentity identity{"boot", "pid:[4026531836]", 4711, 18'446'744'073'709'551'615U};
    CHECK(parse_identity(to_text(identity)) == identity);
    for (const auto& [kind, name] : Names<ExitKind>::entries) {
        ExitRecord record = an_exit();
        record.exit.kind = kind;
        CHECK(parse_exit(to_text(record)).has_value());
    }
}

TEST_CASE("an exit file cut anywhere is refused", "[attempt_files]") {
    const std::string text = to_text(an_exit());
    for (std::size_t length = 0; length < text.size(); ++length) {
        CHECK_FALSE(parse_exit(text.substr(0, length)));
    }
    CHECK_FALSE(parse_exit(text + "\n"));
    CHECK_FALSE(parse_exit(text + text));
}

TEST_CASE("an exit file with any bit turned is refused", "[attempt_files]") {
    const std::string text = to_text(an_exit());
    for (std::size_t i = 0; i < text.size() * 8; ++i) {
        std::string altered = text;
        altered[i / 8] = static_cast<char>(altered[i / 8] ^ (1 << (i % 8)));
        CHECK_FALSE(parse_exit(altered));
    }
}

TEST_CASE("garbage is never an attempt file", "[attempt_files]") {
    Rng rng(7, "garbage");
    for (int i = 0; i < 20'000; ++i) {
        std::string text = i % 2 == 0 ? "tuner-exit 1\nkind=exited\ncode=0\n" : "";
        for (std::uint64_t n = rng.below(200); n > 0; --n) {
            text += static_cast<char>(rng.below(256));
        }
        CHECK_FALSE(parse_exit(text));
        CHECK_FALSE(parse_spec(text));
        CHECK_FALSE(parse_identity(text));
    }
}

TEST_CASE("one kind of attempt file is not taken for another", "[attempt_files]") {
    CHECK_FALSE(parse_exit(to_text(a_spec())));
    CHECK_FALSE(parse_spec(to_text(an_exit())));
    CHECK_FALSE(parse_identity(to_text(an_exit())));
}

TEST_CASE("attempt files have their limits", "[attempt_files]") {
    ExitRecord record = an_exit();
    record.exit.message = std::string(kMaxExitMessageBytes + 1, '\n');  // doubled by its escapes
    const Result<ExitRecord> read = parse_exit(to_text(record));
    REQUIRE(read);
    CHECK(read->exit.message.size() == kMaxExitMessageBytes);
    AttemptSpec spec = a_spec();
    const std::size_t rest = kMaxSpecBytes - to_text(spec).size();
    spec.metric += std::string(rest, 'x');
    CHECK(parse_spec(to_text(spec)) == spec);
    spec.metric += 'x';
    CHECK_FALSE(parse_spec(to_text(spec)));
}

TEST_CASE("a spec without a program or with a bad number is refused", "[attempt_files]") {
    AttemptSpec spec = a_spec();
    SECTION("no argv") {
        spec.argv.clear();
    }
    SECTION("no program") {
        spec.program.clear();
    }
    SECTION("no uuid") {
        spec.uuid.clear();
    }
    SECTION("a negative time") {
        spec.timeout = Duration(-1);
    }
    CHECK_FALSE(parse_spec(to_text(spec)));
}

TEST_CASE("every line that the grammar takes is worth keeping", "[attempt_files]") {
    const std::vector<std::string> lines{
        "rmse=1.5",
        "  rmse=1.5  ",
        "step=300 rmse=1.09, loss=2.1",
        R"({"rmse": 1.09, "step": 300})",
        R"(	{"rmse": "nan"})",
        "loss=nan",
        "loss = -inf",
        "loss=+.5",
        "loss=Infinity",
        "Saving dict for global step 5714: loss = 3.4, rmse = 1.03",
    };
    for (const std::string& line : lines) {
        CAPTURE(line);
        CHECK(parse_metric_line(line));
        CHECK(is_worth_keeping(line, "other"));
    }
    CHECK(is_worth_keeping("the rmse is small", "rmse"));
    // What follows a progress bar, which ends its line by a carriage return only.
    CHECK(is_worth_keeping("\r{\"rmse\": 1.09}", ""));
    CHECK(is_worth_keeping("rmse=\r1.09", ""));
    CHECK_FALSE(is_worth_keeping("the rmse is small", ""));
    CHECK_FALSE(is_worth_keeping("name = value", "rmse"));
    CHECK_FALSE(is_worth_keeping("", "rmse"));
    CHECK_FALSE(is_worth_keeping(" \t ", " "));
}

TEST_CASE("a durable file is replaced as a whole", "[attempt_files]") {
    const test::TempDir dir;
    const OwnedFd folder = open_folder(dir);
    reserve_space(folder.get(), "exit", 4096);
    CHECK(read_file(folder.get(), "exit", 100).error().code == ErrorCode::not_found);
    REQUIRE(write_durably(folder.get(), "exit", "a longer first text"));
    REQUIRE(write_durably(folder.get(), "exit", "second"));
    CHECK(read_file(folder.get(), "exit", 6) == "second");
    CHECK(read_file(folder.get(), "exit", 5).error().code == ErrorCode::invalid_argument);
    CHECK_FALSE(std::filesystem::exists(dir / "exit.tmp"));
}

TEST_CASE("only regular files are read", "[attempt_files]") {
    const test::TempDir dir;
    const OwnedFd folder = open_folder(dir);
    dir.write("secret", "text");
    std::filesystem::create_symlink(dir / "secret", dir / "link");
    REQUIRE(::mkfifo((dir / "pipe").c_str(), 0600) == 0);
    std::filesystem::create_directory(dir / "folder");
    CHECK_FALSE(read_file(folder.get(), "link", 100));
    CHECK_FALSE(read_file(folder.get(), "pipe", 100));
    CHECK_FALSE(read_file(folder.get(), "folder", 100));
}

TEST_CASE("a process status is read past any command name", "[attempt_files]") {
    const std::string rest = " S 42 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 9876 0 0\n";
    for (const char* name : {"sh", "a) S 1 (b", "", "((("}) {
        const auto status = parse_process_status("17 (" + std::string(name) + ")" + rest);
        REQUIRE(status);
        CHECK(status->parent == 42);
        CHECK(status->start_ticks == 9876);
    }
    CHECK_FALSE(parse_process_status(""));
    CHECK_FALSE(parse_process_status("17 (sh)"));
    CHECK_FALSE(parse_process_status("17 (sh) S x"));
    CHECK_FALSE(parse_process_status("17 (sh) S 42 1 1"));
    CHECK(read_process_status(::getpid())->parent == ::getppid());
    CHECK_FALSE(read_process_status(0));
}

}  // namespace tuner
