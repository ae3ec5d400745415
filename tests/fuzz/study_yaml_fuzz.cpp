// A study file, whatever it holds, is a study that survives being shown and stored, or has problems
// that can be shown.

#include "tests/fuzz/property.h"
#include "tuner/formats/stored_json.h"
#include "tuner/formats/study_yaml.h"
#include "tuner/formats/utf8.h"
#include "tuner/formats/yaml_json.h"

#include <algorithm>

#include <nlohmann/json.hpp>

using namespace tuner;
using namespace tuner::fuzz;

namespace {

const StudyYamlContext kContext{"hyperparam.yaml", "/work", "study"};

void check_problems(const std::vector<Problem>& problems, std::string_view text) {
    const auto lines = std::count(text.begin(), text.end(), '\n') + 1;
    holds(problems.size() <= kMaxProblems, "no more problems than can be read");
    for (std::size_t i = 0; i < problems.size(); ++i) {
        const Problem& problem = problems[i];
        holds(problem.line >= 1 && problem.line <= lines, "a problem is in a line of the file");
        holds(problem.column >= 1, "a problem is in a column");
        holds(!problem.message.empty(), "a problem says what it is");
        holds(
            i == 0 || Place{problems[i - 1].line, problems[i - 1].column} <=
                          Place{problem.line, problem.column},
            "problems are in order of place"
        );
    }
    const std::string shown = to_text(problems, text, kContext);
    holds(find_invalid_utf8(shown) == std::string_view::npos, "problems are shown as UTF-8");
    holds(shown.empty() == problems.empty(), "every problem is shown");
}

void check_study(const ParsedStudy& parsed, std::string_view text) {
    check_problems(parsed.notices, text);
    holds(StudyConfig::create(parsed.config).has_value(), "a parsed study is valid");
    const auto stored = from_stored_config(to_stored_config(parsed.config));
    holds(stored.has_value() && *stored == parsed.config, "a study is stored and read unchanged");

    Findings findings;
    const std::optional<YamlNode> document = load_yaml(text, findings);
    holds(document.has_value(), "the document of a study loads");
    const auto again = parse_study_yaml(to_json(*document).dump(), kContext);
    holds(again.has_value(), "a study shown as JSON parses");
    holds(again->config == parsed.config, "a study shown as JSON is the same study");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text = text_of(data, size);
    const auto parsed = parse_study_yaml(text, kContext);
    if (parsed) {
        check_study(*parsed, text);
    } else {
        holds(!parsed.error().empty(), "what is refused has a reason");
        check_problems(parsed.error(), text);
    }
    return 0;
}
