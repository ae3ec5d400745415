#include "trainer/reporter.h"

#include "trainer/python_text.h"

#include <array>
#include <ostream>

#include <fmt/format.h>

namespace trainer {

namespace {

constexpr const char* kMetric = "rmse";

}  // namespace

Reporter::Reporter(
    const std::filesystem::path& trial_dir, const Environment& environment, std::ostream& out
)
    : out_(out), train_events_(trial_dir), eval_events_(trial_dir / "eval") {
    if (!environment.metric_file.empty()) {
        const std::string& tag = environment.metric_tag;
        metric_file_.emplace(
            environment.metric_file, tag.empty() ? kMetric : tag, environment.trial_id
        );
    }
}

void Reporter::trained(std::int64_t step, float average_loss) {
    train_events_.write(step, std::array{Scalar{"loss", average_loss}});
}

void Reporter::evaluated(std::int64_t step, const Evaluation& evaluation) {
    const auto [average_loss, loss, rmse] = evaluation;
    const std::array scalars = {
        Scalar{"average_loss", average_loss}, Scalar{"loss", loss}, Scalar{kMetric, rmse}};
    eval_events_.write(step, scalars);
    if (metric_file_) {
        metric_file_->report(step, rmse, wall_seconds());
    }
    out_ << fmt::format(
        "Saving dict for global step {}: average_loss = {:.6g}, global_step = {}, loss = {:.6g}, "
        "rmse = {:.6g}\n",
        step,
        average_loss,
        step,
        loss,
        rmse
    );
    out_ << fmt::format("{{\"{}\": {}, \"step\": {}}}\n", kMetric, python_json(rmse), step)
         << std::flush;
}

}  // namespace trainer
