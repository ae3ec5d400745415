// The flags of `tuner jobs submit training`, and the Job that they make with a file (contract.md
// 4.1): a flag wins over the same field of the file. What describes Google's machines is kept in
// the Job and means nothing here.

#pragma once

#include "tuner/base/result.h"

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace CLI {
class App;
}

namespace tuner {

struct JobFlags {
    std::string job;     // its id
    std::string config;  // a YAML or JSON file; empty: none
    std::string package_path;
    std::vector<std::string> packages;
    std::string staging_bucket;  // accepted: packages are copied beside the study here
    std::string labels;          // k=v,k=v
    std::string scale_tier;
    std::map<std::string, std::string> fields;  // place in trainingInput, "masterConfig.imageUri"
    std::map<std::string, std::string> accelerators;  // "masterConfig" to "count=1,type=nvidia"
    std::map<std::string, bool> switches;             // "enableWebAccess"
    std::vector<std::string> user_arguments;          // after --; they replace those of the file
};

// Declares all of them on a command; `flags` must outlive it.
void add_job_flags(CLI::App& command, JobFlags& flags);

// The Job: `document` is the file's, an empty object without one. `invalid_argument` in the legacy
// words when there is nothing to run, or a package is none. Looks at the packages, changes nothing.
Result<nlohmann::ordered_json> make_job(
    const JobFlags& flags, const nlohmann::ordered_json& document
);

}  // namespace tuner
