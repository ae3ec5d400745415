// The covariance of the Gaussian process: signal variance times Matérn-5/2 of a scaled distance,
//
//   k(a, b) = sigma_f^2 (1 + sqrt5 r + 5/3 r^2) exp(-sqrt5 r),    r^2 = sum_k D_k(a, b) / l_k^2
//
// (Rasmussen and Williams, "Gaussian Processes for Machine Learning", eq. 4.17, with one length per
// column). D_k is the squared difference of two numbers; for choices it is 0 when equal, else 1,
// and 1/2 when one of the two is inactive: the corners of a simplex and a point above its centre,
// so r is a Euclidean distance and k is positive definite. Points are rows of matrices whose
// columns are those of UnitCube::columns(). Plain functions of values.

#pragma once

#include "tuner/optimizer/unit_cube.h"

#include <vector>

#include <Eigen/Core>

namespace tuner {

// The logarithms of lengths, signal variance and noise variance.
struct Hyperparameters {
    Eigen::VectorXd log_lengths;  // one per column
    double log_signal = 0;        // ln sigma_f^2
    double log_noise = 0;         // ln sigma_n^2
};

// The same as one vector: the lengths, then signal and noise.
Eigen::VectorXd to_vector(const Hyperparameters& theta);
Hyperparameters to_hyperparameters(const Eigen::VectorXd& vector);

// Matérn-5/2 of a distance r >= 0: 1 at 0.
double matern52(double r);

// Its derivative by r^2, finite at 0: -5/6 (1 + sqrt5 r) exp(-sqrt5 r).
double matern52_slope(double r);

// D_k of the header: the squared difference of two entries of a column.
double squared_difference(ColumnKind kind, double a, double b);

// r^2 between each row of `a` and each row of `b`.
Eigen::MatrixXd squared_distances(
    const std::vector<ColumnKind>& columns,
    const Eigen::VectorXd& log_lengths,
    const Eigen::MatrixXd& a,
    const Eigen::MatrixXd& b
);

// matern52 and matern52_slope of each entry of a matrix of r^2.
Eigen::MatrixXd matern52_of_squares(const Eigen::MatrixXd& squares);
Eigen::MatrixXd matern52_slope_of_squares(const Eigen::MatrixXd& squares);

}  // namespace tuner
