#include "tuner/executor/granted_resources.h"

#include <catch2/catch.hpp>

using namespace tuner;

namespace {

const Machine kMachine{8, 0, {{0, "GPU-a"}, {1, "GPU-b"}, {2, "GPU-c"}}};

std::map<std::string, std::string> environment_of(
    const StudyConfig& config, std::vector<std::int64_t> gpus
) {
    AttemptRecord attempt;
    attempt.gpus = std::move(gpus);
    std::map<std::string, std::string> env{
        {"OMP_NUM_THREADS", "64"}, {"CUDA_VISIBLE_DEVICES", "7"}};
    for (const auto& [name, value] : config.trainer.env) {
        env[name] = value;
    }
    add_granted_resources(env, config, attempt, kMachine);
    return env;
}

}  // namespace

TEST_CASE("a trainer sees its own GPUs only", "[granted_resources]") {
    StudyConfig config;
    config.resources.gpus = 2;
    const auto env = environment_of(config, {0, 2});
    CHECK(env.at("CUDA_VISIBLE_DEVICES") == "GPU-a,GPU-c");
    CHECK(env.at("TUNER_GPUS") == "0,2");
    CHECK(env.at("OMP_NUM_THREADS") == "64");
}

TEST_CASE("a trainer gets as many threads as CPUs unless its study says", "[granted_resources]") {
    StudyConfig config;
    config.resources.cpus = 3;
    config.resources.memory_bytes = 1'024;
    config.trainer.env = {{"MKL_NUM_THREADS", "1"}};
    const auto env = environment_of(config, {});
    CHECK(env.at("OMP_NUM_THREADS") == "3");
    CHECK(env.at("OPENBLAS_NUM_THREADS") == "3");
    CHECK(env.at("MKL_NUM_THREADS") == "1");
    CHECK(env.at("TUNER_CPUS") == "3");
    CHECK(env.at("TUNER_MEMORY_BYTES") == "1024");
    CHECK(env.at("CUDA_VISIBLE_DEVICES") == "7");
}

TEST_CASE("a study that asks for nothing changes nothing", "[granted_resources]") {
    CHECK(
        environment_of({}, {}) ==
        std::map<std::string, std::string>{{"OMP_NUM_THREADS", "64"}, {"CUDA_VISIBLE_DEVICES", "7"}}
    );
}
