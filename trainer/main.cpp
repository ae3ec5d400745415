// babyweight-trainer: makes data, trains the model, predicts. Exit codes: 0 done, 1 data or files,
// 2 usage.

#include "trainer/errors.h"
#include "trainer/generate.h"
#include "trainer/predict.h"
#include "trainer/task.h"
#include "trainer/train_and_evaluate.h"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

namespace {

using trainer::UsageError;

constexpr int kDone = 0;
constexpr int kFailed = 1;
constexpr int kWrongUsage = 2;

void dispatch(const std::string& command, const std::vector<std::string>& args) {
    if (command == "train") {
        const trainer::Environment environment = trainer::read_environment();
        const trainer::TrainTask task = trainer::parse_train_task(args, environment);
        trainer::train_and_evaluate(task, environment, std::cout);
    } else if (command == "generate") {
        trainer::generate(trainer::parse_generate_task(args), std::cout);
    } else if (command == "predict") {
        trainer::predict(trainer::parse_predict_task(args), std::cout);
    } else if (command.empty()) {
        throw UsageError("a command is due: generate, train or predict");
    } else {
        throw UsageError("'" + command + "' is no command; there are generate, train and predict");
    }
}

int run(const std::string& command, const std::vector<std::string>& args) {
    if (command == "--help" || std::find(args.begin(), args.end(), "--help") != args.end()) {
        std::cout << trainer::usage_of(command);
        return kDone;
    }
    try {
        dispatch(command, args);
        return kDone;
    } catch (const UsageError& error) {
        std::cerr << trainer::usage_of(command);
        std::cerr << "babyweight-trainer: error: " << error.what() << '\n';
        return kWrongUsage;
    } catch (const std::exception& error) {
        std::cerr << "babyweight-trainer: error: " << error.what() << '\n';
        return kFailed;
    }
}

// Compiled for newer processors, the program would end by an illegal instruction on an older one.
bool processor_is_too_old() {
#ifdef TRAINER_NEEDS_AVX2
    return !(__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"));
#else
    return false;
#endif
}

}  // namespace

int main(int argc, char** argv) {
    if (processor_is_too_old()) {
        std::fputs("babyweight-trainer: built for AVX2; rebuild with -DTRAINER_AVX2=OFF\n", stderr);
        return kFailed;
    }
    const std::vector<std::string> words(argv + 1, argv + argc);
    const std::string command = words.empty() ? "" : words.front();
    const std::vector<std::string> args(words.begin() + (words.empty() ? 0 : 1), words.end());
    return run(command, args);
}
