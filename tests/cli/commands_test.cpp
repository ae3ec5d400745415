// The commands against a real server of the api over the fake service: both ends of the wire.

#include "tuner/cli/commands.h"

#include "tests/api/api_fixture.h"
#include "tuner/cli/exit_code.h"

#include <sstream>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

using tests::ApiFixture;

namespace {

namespace asio = boost::asio;

asio::awaitable<tuner::Result<tuner::Server>> answer(tuner::Server server) {
    co_return server;
}

// What one command line printed and answered.
struct Ran {
    int code = 0;
    std::string out;
    std::string err;
};

Ran run(ApiFixture& api, std::vector<std::string> words, const std::string& token = tests::kToken) {
    std::ostringstream out;
    std::ostringstream err;
    tuner::CommandContext context{out, err, {}, {}, {}, {}};
    context.find_server = [&] { return answer({api.server->url(), token}); };
    CLI::App app("test");
    tuner::add_global_options(app, context);
    tuner::add_commands(app, context);
    std::reverse(words.begin(), words.end());  // as CLI11 wants them
    app.parse(words);
    Ran ran;
    ran.code = api.loop.run(context.chosen());
    ran.out = out.str();
    ran.err = err.str();
    return ran;
}

}  // namespace

TEST_CASE("list shows every study on a line", "[cli]") {
    ApiFixture api;
    CHECK(run(api, {"list"}).err == "no studies yet; `tuner run hyperparam.yaml` makes one\n");
    CHECK(run(api, {"list", "--format", "json"}).out == "[]\n");
    api.fake.add_study("babyweight", 2);
    api.fake.add_study("new", 0);
    CHECK(
        run(api, {"list"}).out ==
        "study         state    trials  failed  best  metric  created\n"
        "babyweight-1  running    2/20       0   1.5  rmse    1970-01-01 00:00:00\n"
        "new-1         running    0/20       0     -  rmse    1970-01-01 00:00:00\n"
    );
}

TEST_CASE("show explains one study and takes the latest without a name", "[cli]") {
    ApiFixture api;
    tuner::StudyConfig& config = api.fake.add_study("babyweight", 2).study.config;
    CHECK_THAT(
        run(api, {"show"}).out, Catch::Contains("2 completed of 20, given out to whoever asks")
    );
    config.trainer.command = {"./trainer"};
    CHECK(
        run(api, {"show", "babyweight"}).out ==
        "study     babyweight-1\n"
        "state     running\n"
        "goal      minimize rmse\n"
        "trials    2 completed of 20, 5 at a time\n"
        "best      1.5 (trial 2)\n"
        "created   1970-01-01T00:00:00.000Z\n"
    );
    const auto missing = run(api, {"show", "nope"});
    CHECK(missing.code == 3);
    CHECK(missing.err == "error: there is no study nope\n");
}

TEST_CASE("trials come best first and can be cut and sorted", "[cli]") {
    ApiFixture api;
    api.fake.add_study("babyweight", 3);
    const auto ran = run(api, {"trials", "babyweight-1", "--top", "2"});
    CHECK(
        ran.out ==
        "rank  #  state         rmse  batch_size  nembeds   lr  time  reason\n"
        "   1  3  completed  1.33333          11        3  0.5  0.0s\n"
        "   2  2  completed      1.5          10        3  0.5  0.0s\n"
    );
    CHECK(ran.err == "2 shown of study babyweight-1: 3 completed\n");
    const auto csv = run(api, {"trials", "babyweight", "--sort", "trial", "--format", "csv"});
    CHECK(csv.out.find("\n3,1,completed,2.0,9,3,0.5,300,1,") != std::string::npos);
    CHECK(csv.err.empty());
    CHECK(
        run(api, {"trials", "babyweight", "--state", "failed"}).out.find("completed") ==
        std::string::npos
    );
    CHECK(run(api, {"trials", "babyweight", "--state", "odd"}).code == 2);
}

TEST_CASE("more trials than a page holds are all shown", "[cli]") {
    ApiFixture api;
    api.fake.add_study("babyweight", 1'203);
    const auto ran = run(api, {"trials", "babyweight", "--format", "json"});
    CHECK(nlohmann::json::parse(ran.out).size() == 1'203);
}

TEST_CASE("best prints the winner and its flags", "[cli]") {
    ApiFixture api;
    api.fake.add_study("babyweight", 3);
    const auto ran = run(api, {"best", "babyweight"});
    CHECK(
        ran.out ==
        "trial 3 of babyweight-1   rmse 1.33333\n"
        "  batch_size  11\n"
        "  nembeds     3\n"
        "  lr          0.5\n"
    );
    CHECK(
        ran.err ==
        "as flags   tuner best babyweight-1 --args\n"
        "its log    tuner logs babyweight-1 3\n"
    );
    const auto flags = run(api, {"best", "babyweight", "--args"});
    CHECK(flags.out == "--batch_size=11 --nembeds=3 --lr=0.5\n");
    CHECK(flags.err.empty());
    api.fake.add_study("new", 0);
    CHECK(run(api, {"best", "new"}).code == 3);
}

TEST_CASE(
    "T-38 explain tells who proposed a trial, on what grounds, and how it came out", "[cli]"
) {
    ApiFixture api;
    auto& entry = api.fake.add_study("babyweight", 3);
    tuner::Trial& trial = entry.history.trials[1];
    trial.provenance = {tuner::Origin::model, 12, 4, 1.25, 0.125, -3.5, "exploring"};
    CHECK(
        run(api, {"explain", "babyweight", "2"}).out ==
        "trial        2 of babyweight-1, completed, rank 2\n"
        "parameters   batch_size 10   nembeds 3   lr 0.5\n"
        "proposed     by the model, with 12 results and 4 unfinished trials before it\n"
        "expected     rmse 1.25 ± 0.125\n"
        "observed     rmse 1.5, 0.25 above what was expected\n"
        "acquisition  -3.5 (log expected improvement)\n"
        "note         exploring\n"
    );
    CHECK(
        nlohmann::json::parse(run(api, {"explain", "2", "--format", "json"}).out) ==
        nlohmann::json::parse(
            R"({"trial": 2, "study": "babyweight-1", "state": "completed", "objective": 1.5,
              "origin": "model", "finished": 12, "pending": 4, "predictedMean": 1.25,
              "predictedSd": 0.125, "acquisition": -3.5, "note": "exploring"})"
        )
    );

    trial.state = tuner::TrialState::pruned;
    CHECK_THAT(
        run(api, {"explain", "2"}).out,
        Catch::Contains("\nobserved     rmse 1.5, where it was stopped early\n")
    );
    trial.provenance = {tuner::Origin::user, 0, 0, {}, {}, {}, ""};
    trial.state = tuner::TrialState::running;
    trial.outcome.reset();
    trial.ended.reset();
    CHECK(
        run(api, {"explain", "2"}).out ==
        "trial        2 of babyweight-1, running\n"
        "parameters   batch_size 10   nembeds 3   lr 0.5\n"
        "proposed     by its user\n"
        "observed     nothing yet\n"
    );
    CHECK(run(api, {"explain", "babyweight", "7"}).code == 3);
}

TEST_CASE("stop and its kin say what happened and what to type next", "[cli]") {
    ApiFixture api;
    api.fake.add_study("babyweight", 1);
    CHECK(
        run(api, {"stop", "babyweight"}).err ==
        "study babyweight-1 is paused; go on with `tuner resume babyweight-1`\n"
    );
    CHECK(run(api, {"stop", "babyweight"}).code == 4);  // it is paused already
    CHECK(run(api, {"cancel", "babyweight"}).code == 0);
    CHECK(run(api, {"delete", "babyweight-1"}).err == "study babyweight-1 is forgotten\n");
    CHECK(run(api, {"delete", "babyweight-1"}).code == 3);
    CHECK_THROWS(run(api, {"delete"}));
    CHECK(api.fake.data.calls.front() == "pause babyweight-1 user");
}

TEST_CASE("stop --now stops running trials too", "[cli]") {
    ApiFixture api;
    api.fake.add_study("babyweight", 1);
    CHECK(run(api, {"stop", "--now", "babyweight", "-q"}).err.empty());
    CHECK(api.fake.data.calls == std::vector<std::string>{"pause babyweight-1 now user"});
}

TEST_CASE("a YAML file stands for its study", "[cli]") {
    ApiFixture api;
    api.fake.add_study("babyweight", 1).study.file = "/w/x/hyperparam.yaml";
    CHECK(run(api, {"show", "/w/./x/y/../hyperparam.yaml"}).code == 0);
}

TEST_CASE("a wrong token and a server that is gone have their exit codes", "[cli]") {
    ApiFixture api;
    const auto refused = run(api, {"list"}, "wrong");
    CHECK(refused.code == 2);
    CHECK(refused.err == "error: the token is not this server's; `tuner token` prints it\n");
    api.stop();
    const auto gone = run(api, {"list"});
    CHECK(gone.code == 5);
    CHECK(
        gone.err == "error: no server answers at " + api.server->url() + ": Connection refused\n"
    );
}

TEST_CASE("an address that is no server's is refused", "[client]") {
    for (const auto* url :
         {"",
          "127.0.0.1:7437",
          "https://h:1",
          "http://",
          "http://h/path",
          "http://u@h:1",
          "http://h:99999999"}) {
        CAPTURE(url);
        CHECK_FALSE(tuner::HttpClient::create({url, "t"}));
    }
    CHECK(
        tuner::HttpClient::create({"http://localhost:7437/", "t"})->url() == "http://localhost:7437"
    );
    CHECK(tuner::HttpClient::create({"http://[::1]:7437", "t"})->url() == "http://[::1]:7437");
}

TEST_CASE("every command has a help text with an example", "[cli]") {
    std::ostringstream out;
    tuner::CommandContext context{out, out, {}, {}, {}, {}};
    CLI::App app("test");
    tuner::add_commands(app, context);
    CHECK(app.get_subcommands({}).size() == 18);
    for (const CLI::App* command : app.get_subcommands({})) {
        CAPTURE(command->get_name());
        CHECK(command->get_footer().find("Example:\n  ") != std::string::npos);
        CHECK_FALSE(command->get_description().empty());
    }
}
