#include "trainer/metric_file.h"

#include "trainer/errors.h"
#include "trainer/python_text.h"

#include <fstream>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace trainer {

MetricFile::MetricFile(std::filesystem::path path, std::string tag, std::string trial)
    : path_(std::move(path)), tag_(std::move(tag)), trial_(std::move(trial)) {
    if (path_.has_parent_path()) {
        std::error_code error;  // a folder that cannot be made shows when the file is written
        std::filesystem::create_directories(path_.parent_path(), error);
    }
}

void MetricFile::report(std::int64_t step, float value, double wall_time) {
    const std::map<std::string, std::string> fields = {
        {"checkpoint_path", python_json("")},
        {"global_step", python_json(std::to_string(step))},
        {"timestamp", python_text(wall_time)},
        {"trial", python_json(trial_)},
        {tag_, python_json(python_text(value))},
    };
    std::string line;
    for (const auto& [key, text] : fields) {
        line += fmt::format("{}{}: {}", line.empty() ? "{" : ", ", python_json(key), text);
    }
    lines_.push_back(line + "}\n");
    if (lines_.size() > kMetricReportsKept) {
        lines_.pop_front();
    }
    std::ofstream file(path_, std::ios::binary | std::ios::trunc);
    for (const std::string& kept : lines_) {
        file << kept;
    }
    file.close();
    if (!file) {
        throw Failure(fmt::format(
            "{}: cannot be written (it is named by CLOUD_ML_HP_METRIC_FILE)", path_.string()
        ));
    }
}

}  // namespace trainer
