// A Projection is what --format of the legacy commands asks for: a whole document as json or yaml,
// some of its fields, or bare values for a shell.
//
//   json   yaml   yaml(jobId,state)
//   value(trainingOutput.trials.finalMetric.objectiveValue.slice(0))
//
// A path that leads through a list goes through all of its items; .slice(N), .slice(A:B) and [N]
// choose among what was found so far, counting from 0, from the end when negative. value() prints
// the values of one document on one line with tabs between, those of a list with ; between, nothing
// for what is not there. Pure.

#pragma once

#include "tuner/base/result.h"

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

namespace tuner {

class Projection {
  public:
    enum class Style { json, yaml, value };

    // `invalid_argument` with what would be right.
    static Result<Projection> parse(std::string_view format);

    // The document as it is to be printed, with an end of line.
    std::string print(const nlohmann::ordered_json& document) const;

  private:
    // One step of a path: into a field, or a choice among the items of a list.
    struct Step {
        std::string field;  // empty for a choice
        long first = 0;
        long end = 0;  // one past the last; only for a range
        bool is_range = false;
        bool is_open = false;  // a range without an end
    };

    struct Path {
        std::string text;  // as it was written
        std::vector<Step> steps;
    };

    static Result<Path> parse_path(std::string_view text);
    static nlohmann::ordered_json follow(
        const nlohmann::ordered_json& value, const std::vector<Step>& steps, std::size_t from
    );
    static nlohmann::ordered_json choose(const nlohmann::ordered_json& list, const Step& step);

    Style style_ = Style::yaml;
    std::vector<Path> paths_;  // none: everything
};

}  // namespace tuner
