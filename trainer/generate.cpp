#include "trainer/generate.h"

#include "trainer/dataset.h"
#include "trainer/errors.h"
#include "trainer/natality.h"

#include <cmath>
#include <fstream>
#include <ostream>
#include <set>

#include <fmt/format.h>

namespace trainer {

namespace {

constexpr std::uint64_t kParts = 4;  // the last of four parts is for evaluation
constexpr std::string_view kSummaryName = "noise_floor.json";

// The shards of one kind, open for writing; births go to them in turn.
class ShardSet {
  public:
    ShardSet(const std::filesystem::path& dir, std::string_view kind, int count) {
        for (int i = 0; i < count; ++i) {
            paths_.push_back(dir / fmt::format("{}.csv-{:05}-of-{:05}", kind, i, count));
        }
        refuse_foreign_shards(dir, kind);
        for (const auto& path : paths_) {
            files_.emplace_back(path, std::ios::binary);
        }
    }

    // One birth: its row without ultrasound, then the one with.
    void write(const TrueBirth& birth, std::int64_t number) {
        std::ofstream& file = files_[static_cast<std::size_t>(births_++) % files_.size()];
        int look = 0;
        for (const Birth& visible : {without_ultrasound(birth), with_ultrasound(birth)}) {
            // %.12g, as Python 2 printed the lab's numbers: 7.3744626639.
            file << fmt::format(
                "{:.12g},{},{},{},{},{:012x}{}\n",
                birth.weight_pounds,
                to_word(visible.sex),
                birth.mother_age,
                to_word(visible.plurality),
                birth.gestation_weeks,
                number,
                look++
            );
        }
    }

    void close() {
        for (std::size_t i = 0; i < paths_.size(); ++i) {
            files_[i].close();
            if (!files_[i]) {
                throw Failure(fmt::format("{}: cannot be written", paths_[i].string()));
            }
        }
    }

  private:
    void refuse_foreign_shards(const std::filesystem::path& dir, std::string_view kind) const {
        const std::set<std::filesystem::path> own(paths_.begin(), paths_.end());
        for (const auto& found : find_shards(dir, kind, "")) {
            if (!own.contains(found)) {
                throw Failure(fmt::format(
                    "{} is there already and would be read with the new shards; choose an empty "
                    "--output-dir or remove it",
                    found.string()
                ));
            }
        }
    }

    std::vector<std::filesystem::path> paths_;
    std::vector<std::ofstream> files_;
    std::int64_t births_ = 0;
};

// Gathers the figures of SampleSummary, one evaluation birth at a time.
class ErrorSums {
  public:
    void add(const TrueBirth& birth) {
        for (const Birth& visible : {without_ultrasound(birth), with_ultrasound(birth)}) {
            const double error = mean_weight_pounds(visible) - birth.weight_pounds;
            squared_errors_ += error * error;
        }
        weights_ += 2 * birth.weight_pounds;
        squared_weights_ += 2 * birth.weight_pounds * birth.weight_pounds;
        rows_ += 2;
    }

    void finish(SampleSummary& summary) const {
        summary.eval_rows = rows_;
        if (rows_ == 0) {
            return;
        }
        const auto rows = static_cast<double>(rows_);
        const double mean = weights_ / rows;
        summary.noise_floor = std::sqrt(squared_errors_ / rows);
        summary.constant_error = std::sqrt(squared_weights_ / rows - mean * mean);
    }

  private:
    double squared_errors_ = 0;
    double weights_ = 0;
    double squared_weights_ = 0;
    std::int64_t rows_ = 0;
};

void save_summary(const GenerateTask& task, const SampleSummary& summary) {
    const std::filesystem::path path = task.output_dir / kSummaryName;
    std::ofstream file(path);
    file << fmt::format(
        "{{\"births\": {}, \"constant_rmse\": {:.6f}, \"eval_rows\": {}, \"noise_floor_rmse\": "
        "{:.6f}, \"seed\": {}, \"train_rows\": {}}}\n",
        task.births,
        summary.constant_error,
        summary.eval_rows,
        summary.noise_floor,
        task.seed,
        summary.train_rows
    );
    file.close();
    if (!file) {
        throw Failure(fmt::format("{}: cannot be written", path.string()));
    }
}

}  // namespace

SampleSummary generate(const GenerateTask& task, std::ostream& out) {
    std::error_code error;
    std::filesystem::create_directories(task.output_dir, error);
    if (error) {
        const std::string dir = task.output_dir.string();
        throw Failure(fmt::format("--output-dir {}: {}", dir, error.message()));
    }
    ShardSet train(task.output_dir, "train", task.shards);
    ShardSet eval(task.output_dir, "eval", task.shards);
    Random random(task.seed, Purpose::births);
    SampleSummary summary;
    ErrorSums sums;
    for (std::int64_t i = 0; i < task.births; ++i) {
        const TrueBirth birth = draw_birth(random);
        if (random.below(kParts) == kParts - 1) {
            eval.write(birth, i);
            sums.add(birth);
        } else {
            train.write(birth, i);
            summary.train_rows += 2;
        }
    }
    sums.finish(summary);
    train.close();
    eval.close();
    save_summary(task, summary);
    out << fmt::format(
        "wrote {} train rows and {} eval rows to {}\n"
        "noise floor on the eval rows: rmse {:.4f} (a constant: {:.4f})\n",
        summary.train_rows,
        summary.eval_rows,
        task.output_dir.string(),
        summary.noise_floor,
        summary.constant_error
    );
    return summary;
}

}  // namespace trainer
