// Handing a study to a server: one that it is to run, to go on with, or to train with once more.

#pragma once

#include "tuner/base/result.h"
#include "tuner/cli/http_client.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/awaitable.hpp>

namespace tuner {

// What `tuner run` asks for: a study file, or a document; unset values are the document's own.
struct RunOrder {
    std::string file;               // absolute; empty with a document
    std::string document;           // the text of a study file
    std::string working_dir;        // of a document
    std::vector<std::string> args;  // more arguments for the trainer
    std::optional<std::string> name;
    std::optional<std::int64_t> max_trials;
    std::optional<std::int64_t> max_parallel_trials;
    std::optional<std::uint64_t> seed;
    bool force_new = false;
    bool is_asked = false;  // the user evaluates trials
    std::optional<std::string> python_module;
    std::vector<std::string> package_uris;
    std::optional<std::string> job_dir;
    std::optional<std::string> scale_tier;
};

// What `tuner train` asks of a study.
struct TrainOrder {
    std::int64_t trial = 0;         // 0: the best one
    std::vector<std::string> args;  // after everything else
    std::optional<std::string> job_dir;
};

struct HandedIn {
    std::string id;  // of the study
    bool is_new = false;
    bool is_asked = false;             // nothing is run: somebody has to ask for its trials
    std::vector<std::string> notices;  // what the user should know about the file
};

// The body of POST /v1/studies that asks for it.
std::string order_body(const RunOrder& order);

// The server creates the study of the order, or goes on with it.
boost::asio::awaitable<Result<HandedIn>> hand_in_order(const HttpClient& client, RunOrder order);

// A new plain run of the trainer of a STUDY argument.
boost::asio::awaitable<Result<HandedIn>> ask_to_train(
    const HttpClient& client, std::string study, TrainOrder order
);

// The study of a STUDY argument goes on.
boost::asio::awaitable<Result<HandedIn>> ask_to_go_on(const HttpClient& client, std::string study);

// A study of before, by its id, after its daemon was lost: it goes on unless it has ended.
boost::asio::awaitable<Result<HandedIn>> find_again(const HttpClient& client, std::string id);

}  // namespace tuner
