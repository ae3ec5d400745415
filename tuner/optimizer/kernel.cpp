#include "tuner/optimizer/kernel.h"

#include <cmath>

namespace tuner {

namespace {

const double kSqrt5 = std::sqrt(5.0);

}  // namespace

Eigen::VectorXd to_vector(const Hyperparameters& theta) {
    Eigen::VectorXd vector(theta.log_lengths.size() + 2);
    vector << theta.log_lengths, theta.log_signal, theta.log_noise;
    return vector;
}

Hyperparameters to_hyperparameters(const Eigen::VectorXd& vector) {
    const Eigen::Index lengths = vector.size() - 2;
    return {vector.head(lengths), vector[lengths], vector[lengths + 1]};
}

double matern52(double r) {
    const double s = kSqrt5 * r;
    return (1 + s + s * s / 3) * std::exp(-s);
}

double matern52_slope(double r) {
    const double s = kSqrt5 * r;
    return -5.0 / 6 * (1 + s) * std::exp(-s);
}

double squared_difference(ColumnKind kind, double a, double b) {
    if (kind == ColumnKind::number) {
        return (a - b) * (a - b);
    }
    if (a == b) {
        return 0;
    }
    return a < 0 || b < 0 ? 0.5 : 1;
}

Eigen::MatrixXd squared_distances(
    const std::vector<ColumnKind>& columns,
    const Eigen::VectorXd& log_lengths,
    const Eigen::MatrixXd& a,
    const Eigen::MatrixXd& b
) {
    Eigen::MatrixXd squares = Eigen::MatrixXd::Zero(a.rows(), b.rows());
    for (Eigen::Index k = 0; k < a.cols(); ++k) {
        const ColumnKind kind = columns[static_cast<std::size_t>(k)];
        const double weight = std::exp(-2 * log_lengths[k]);
        for (Eigen::Index j = 0; j < b.rows(); ++j) {
            const double value = b(j, k);
            if (kind == ColumnKind::number) {
                squares.col(j).array() += weight * (a.col(k).array() - value).square();
            } else {
                squares.col(j) += weight * a.col(k).unaryExpr([=](double x) {
                    return squared_difference(kind, x, value);
                });
            }
        }
    }
    return squares;
}

Eigen::MatrixXd matern52_of_squares(const Eigen::MatrixXd& squares) {
    const Eigen::ArrayXXd s = (5 * squares.array()).sqrt();
    return (1 + s + s.square() / 3) * (-s).exp();
}

Eigen::MatrixXd matern52_slope_of_squares(const Eigen::MatrixXd& squares) {
    const Eigen::ArrayXXd s = (5 * squares.array()).sqrt();
    return -5.0 / 6 * (1 + s) * (-s).exp();
}

}  // namespace tuner
