#include "tuner/api/trial_log.h"

#include "tests/api/api_fixture.h"
#include "tuner/api/log_escaper.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <boost/asio/steady_timer.hpp>
#include <catch2/catch.hpp>

using tests::ApiFixture;
using tests::body_of;
using tests::status_of;
using tuner::LogEscaper;
using tuner::LogReader;

namespace {

namespace fs = std::filesystem;

class Folder {
  public:
    Folder() {
        std::string pattern = (fs::temp_directory_path() / "tuner_api_XXXXXX").string();
        path_ = ::mkdtemp(pattern.data());
    }

    ~Folder() { fs::remove_all(path_); }

    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    fs::path operator/(const char* name) const { return path_ / name; }

    std::string path() const { return path_.string(); }

  private:
    fs::path path_;
};

void append(const fs::path& file, const std::string& text) {
    std::ofstream(file, std::ios::app) << text;
}

tuner::AttemptRecord attempt(const Folder& folder, std::int64_t number, tuner::AttemptState state) {
    tuner::AttemptRecord record;
    record.number = number;
    record.dir = folder.path();
    record.state = state;
    return record;
}

std::string escaped(const std::string& bytes) {
    LogEscaper escaper;
    const std::string text = escaper.feed(bytes);
    return text + escaper.finish();
}

// The pieces of a chunked body, joined.
std::string dechunked(std::string body) {
    std::string text;
    while (!body.empty()) {
        const auto size = std::stoul(body, nullptr, 16);
        const auto begin = body.find("\r\n") + 2;
        text += body.substr(begin, size);
        body.erase(0, begin + size + 2);
    }
    return text;
}

}  // namespace

TEST_CASE("a log shows every control character but tab and end of line", "[log]") {
    CHECK(escaped("a\tb\nc") == "a\tb\nc");
    CHECK(escaped("\x1b[31mred\x1b[0m") == "\\x1b[31mred\\x1b[0m");
    CHECK(escaped(std::string("\0\x7f", 2)) == "\\x00\\x7f");
    CHECK(
        escaped("\xc2\x9b"
                "2J") == "\\xc2\\x9b2J"
    );
    CHECK(escaped("épée 日本 🙂") == "épée 日本 🙂");
    CHECK(escaped("\xff\xc0\xaf\xed\xa0\x80") == "\\xff\\xc0\\xaf\\xed\\xa0\\x80");
    CHECK(escaped("cut \xe6\x97") == "cut \\xe6\\x97");
}

TEST_CASE("a progress bar's returns become ends of line", "[log]") {
    CHECK(escaped("10%\r20%\r\n30%\n\n") == "10%\n20%\n30%\n\n");
}

TEST_CASE("a log reads the same however it is cut into pieces", "[log]") {
    const std::string bytes = "é\r\n日\r\xff🙂\x1b\xc2\x9bx\n";
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        LogEscaper escaper;
        std::string text = escaper.feed(bytes.substr(0, cut));
        text += escaper.feed(bytes.substr(cut));
        text += escaper.finish();
        CHECK(text == escaped(bytes));
    }
}

TEST_CASE("only a plain file of one name is read as a log", "[log]") {
    const Folder folder;
    append(folder / "plain", "text");
    LogReader plain(folder / "plain");
    CHECK(plain.read() == "text");
    CHECK(plain.read() == "");
    LogReader missing(folder / "missing");
    CHECK(missing.read() == "");
    append(folder / "missing", "here now");
    CHECK(missing.read() == "here now");

    fs::create_symlink(folder / "plain", folder / "link");
    LogReader link(folder / "link");
    CHECK_FALSE(link.read());
    ::mkfifo((folder / "fifo").c_str(), 0600);
    LogReader fifo(folder / "fifo");
    CHECK_FALSE(fifo.read());
    LogReader directory(fs::path(folder.path()));
    CHECK_FALSE(directory.read());
    fs::create_hard_link(folder / "plain", folder / "second_name");
    LogReader twice(folder / "plain");
    CHECK_FALSE(twice.read());
}

TEST_CASE("the log of the latest attempt comes unless another is named", "[log]") {
    ApiFixture api;
    const Folder first;
    const Folder second;
    append(first / "stdout.log", "one");
    append(second / "stdout.log", "two\x1b");
    append(second / "stderr.log", "err");
    auto& entry = api.fake.add_study("a", 1);
    entry.attempts[1] = {
        attempt(first, 1, tuner::AttemptState::ended),
        attempt(second, 2, tuner::AttemptState::ended)};
    const auto log = [&](const std::string& query) {
        return api.call("GET", "/v1/studies/a-1/trials/1/log" + query);
    };
    CHECK(dechunked(body_of(log(""))) == "two\\x1b");
    CHECK(dechunked(body_of(log("?stream=stderr"))) == "err");
    CHECK(dechunked(body_of(log("?attempt=1"))) == "one");
    CHECK(tests::header_of(log(""), "Content-Type") == "text/plain; charset=utf-8");
    CHECK(status_of(log("?attempt=3")) == "404");
    CHECK(status_of(log("?attempt=0")) == "400");
    CHECK(status_of(log("?stream=..%2Ftoken")) == "400");
    CHECK(status_of(log("?path=%2Fetc%2Fpasswd")) == "400");
}

TEST_CASE("a trial that was never started has no log", "[log]") {
    ApiFixture api;
    api.fake.add_study("a", 1);
    CHECK(status_of(api.call("GET", "/v1/studies/a-1/trials/1/log")) == "404");
}

TEST_CASE("a log is followed until its attempt has ended", "[log]") {
    ApiFixture api;
    const Folder folder;
    auto& entry = api.fake.add_study("a", 1);
    entry.attempts[1] = {attempt(folder, 1, tuner::AttemptState::running)};
    boost::asio::steady_timer timer(api.loop.context(), std::chrono::milliseconds(20));
    timer.async_wait([&](boost::system::error_code) {
        append(folder / "stdout.log", "last words");
        entry.attempts[1].front().state = tuner::AttemptState::ended;
    });
    const auto answer = api.call("GET", "/v1/studies/a-1/trials/1/log?follow=true");
    CHECK(dechunked(body_of(answer)) == "last words");
}
