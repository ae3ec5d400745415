#include "tuner/service/retraining.h"

#include "tests/support/builders.h"

#include <catch2/catch.hpp>

using namespace tuner;
using namespace tuner::test;

namespace {

StudyConfig a_job() {
    return a_config()
        .with([](StudyConfig& config) {
            config.trainer.args = {"--train_examples=20000"};
            config.trainer.job_dir = "J/";
            config.limits.timeout = Duration(1000);
        })
        .build();
}

History two_trials(const StudyConfig& config) {
    return a_history(
        config,
        {a_trial(1).with({{"batch_size", std::int64_t{64}}}).completed(1.2),
         a_trial(2).with({{"batch_size", std::int64_t{35}}}).completed(1.1)}
    );
}

NewStudy retraining(const RetrainRequest& request) {
    const StudyConfig config = a_job();
    return must(make_retraining(a_study(config), two_trials(config), request));
}

}  // namespace

TEST_CASE("a retraining is a plain run with the winner's parameters", "[retraining]") {
    RetrainRequest request;
    request.args = {"--train_examples=200000"};
    const NewStudy made = retraining(request);
    CHECK(made.config.is_plain());
    CHECK(StudyConfig::create(made.config));
    CHECK(made.config.name == "babyweight-train");
    CHECK(
        made.config.trainer.args ==
        std::vector<std::string>{
            "--train_examples=20000", "--batch_size=35", "--train_examples=200000"}
    );
    CHECK(made.config.trainer.job_dir == "J/train");
    CHECK_FALSE(made.config.limits.timeout);
}

TEST_CASE("a retraining takes the trial and the job dir it is told", "[retraining]") {
    RetrainRequest request;
    request.trial = TrialId(1);
    request.job_dir = "K";
    const NewStudy made = retraining(request);
    CHECK(made.config.trainer.args.back() == "--batch_size=64");
    CHECK(made.config.trainer.job_dir == "K");
}

TEST_CASE("a retraining without parameters to take is refused with the reason", "[retraining]") {
    const StudyConfig config = a_job();
    const auto error_of = [](const StudyConfig& c, const History& history, std::int64_t trial) {
        RetrainRequest request;
        request.trial = trial > 0 ? std::optional(TrialId(trial)) : std::nullopt;
        return make_retraining(a_study(c), history, request).error();
    };
    CHECK(error_of(config, two_trials(config), 3).code == ErrorCode::not_found);
    CHECK(
        error_of(config, a_history(config), 0).message ==
        "no trial of study babyweight-1 has completed yet; name one with --trial N"
    );
    const StudyConfig plain = a_config().plain().build();
    CHECK(error_of(plain, a_history(plain), 0).code == ErrorCode::invalid_argument);
}
