#include "tuner/optimizer/catalog.h"

#include "tuner/optimizer/bayesian_search.h"
#include "tuner/optimizer/grid_search.h"
#include "tuner/optimizer/quasi_random.h"
#include "tuner/optimizer/random_search.h"
#include "tuner/optimizer/starting_points.h"
#include "tuner/optimizer/tpe.h"

namespace tuner {

namespace {

std::unique_ptr<const Optimizer> make_bare(Algorithm algorithm) {
    switch (algorithm) {
        case Algorithm::random:
            return std::make_unique<RandomSearch>();
        case Algorithm::grid:
            return std::make_unique<GridSearch>();
        case Algorithm::quasi_random:
            return std::make_unique<QuasiRandom>();
        case Algorithm::tpe:
            return std::make_unique<Tpe>();
        case Algorithm::bayesian:
            break;
    }
    return std::make_unique<BayesianSearch>();
}

}  // namespace

std::unique_ptr<const Optimizer> make_optimizer(Algorithm algorithm) {
    return std::make_unique<StartingPoints>(make_bare(algorithm));
}

}  // namespace tuner
