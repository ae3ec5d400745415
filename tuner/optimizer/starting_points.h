// StartingPoints proposes what the user already knows – the configured starting points and then the
// parameters' defaults, when every active one has a default – before it lets another optimizer
// begin. The catalog puts it around each of them.

#pragma once

#include "tuner/optimizer/optimizer.h"

#include <memory>

namespace tuner {

class StartingPoints final : public Optimizer {
  public:
    explicit StartingPoints(std::unique_ptr<const Optimizer> then) : then_(std::move(then)) {}

    std::vector<Suggestion> suggest(const History& history, int count, Rng& rng) const override;

  private:
    std::unique_ptr<const Optimizer> then_;
};

}  // namespace tuner
