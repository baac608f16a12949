#include "weft/layers/ridge_model.hpp"

#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/layers/input_layers.hpp"
#include "weft/layers/kernels/aggregation.hpp"

namespace weft {
namespace {

using Matrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic>;

/// In the mean square of the columns.
constexpr std::array<double, 5> kPenalties = {1e-4, 1e-3, 1e-2, 1e-1, 1.0};
/// Scores between 0 and 1 are logits of this size; what suits the validation part is chosen, and the middle one
/// without.
constexpr std::array<double, 6> kSharpness = {1.0, 2.0, 4.0, 8.0, 16.0, 32.0};
constexpr double kUsualPenalty = 1e-2, kUsualSharpness = 8.0;
/// Columns that are smoothed at once.
constexpr std::int64_t kColumnsAtOnce = 64;
/// Numbers of the smaller side squared, and of smoothed rows: 128 MB and 512 MB.
constexpr std::int64_t kMostSide = 4096, kMostNumbers = std::int64_t{1} << 27;

/// Columns begin .. end of the features, a category each where they are categorical. [n, end - begin]
Tensor dense_columns(const Features& features, std::int64_t rows, std::int64_t begin, std::int64_t end) {
  Tensor x(rows, end - begin);
  const auto fill = [&](auto row) {
    parallel_for(rows, 1024, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t v = first; v < last; ++v) {
        row(v);
      }
    });
  };
  if (const auto* dense = std::get_if<Tensor>(&features)) {
    fill([&](std::int64_t v) { std::copy_n(dense->row(v).data() + begin, end - begin, x.row(v).data()); });
  } else if (const auto* sparse = std::get_if<SparseMatrix>(&features)) {
    const SparseMatrix::Rows& entries = sparse->by_row();
    fill([&](std::int64_t v) {
      const auto place = static_cast<std::size_t>(v);
      for (auto k = static_cast<std::size_t>(entries.offsets[place]);
           k < static_cast<std::size_t>(entries.offsets[place + 1]); ++k) {
        if (const auto column = static_cast<std::int64_t>(entries.columns[k]); column >= begin && column < end) {
          x(v, column - begin) += entries.values[k];
        }
      }
    });
  } else if (const auto* categorical = std::get_if<CategoricalMatrix>(&features)) {
    fill([&](std::int64_t v) {
      std::int64_t offset = 0;
      for (std::int64_t j = 0; j < categorical->cols(); ++j) {
        const std::int64_t column = offset + categorical->values[static_cast<std::size_t>(v * categorical->cols() + j)];
        if (column >= begin && column < end) {
          x(v, column - begin) = 1.0F;
        }
        offset += categorical->num_categories[static_cast<std::size_t>(j)];
      }
    });
  }
  return x;
}

/// The mean of Â^k x over k = 0 .. hops.
Tensor mean_of_hops(const MessageBlock& block, Tensor x, std::int64_t hops) {
  Tensor sum = x;
  for (std::int64_t k = 0; k < hops; ++k) {
    x = aggregate_normalized(block, Variable::constant(std::move(x))).value();
    const float* from = x.data();
    float* to = sum.data();
    parallel_for(sum.size(), 1 << 14, [=](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        to[i] += from[i];
      }
    });
  }
  const auto scale = 1.0F / static_cast<float>(hops + 1);
  for (float& value : sum.values()) {
    value *= scale;
  }
  return sum;
}

/// Smoothed rows, centered; dense columns also at deviation 1.
struct Columns {
  Tensor rows;
  std::vector<double> mean, factor;
};

Columns smoothed_rows(const SolvedModel::Given& given, std::int64_t width, std::int64_t hops) {
  const Features& features = given.input.features;
  const bool is_dense = std::holds_alternative<Tensor>(features);
  const auto t = static_cast<std::int64_t>(given.nodes.size());
  const auto d = static_cast<std::size_t>(width);
  Columns columns{Tensor(t, width), std::vector<double>(d, 0.0), std::vector<double>(d, 1.0)};
  for (std::int64_t begin = 0; begin < width; begin += kColumnsAtOnce) {
    const std::int64_t end = std::min(begin + kColumnsAtOnce, width);
    const Tensor smooth =
        mean_of_hops(given.block, dense_columns(features, given.block.num_inputs(), begin, end), hops);
    parallel_for(end - begin, 1, [&](std::int64_t first, std::int64_t last) {
      for (std::int64_t j = first; j < last; ++j) {
        const auto at = [&](std::int64_t i) {
          return static_cast<double>(smooth(given.nodes[static_cast<std::size_t>(i)], j));
        };
        double sum = 0.0, squares = 0.0;
        for (std::int64_t i = 0; i < t; ++i) {
          sum += at(i);
        }
        const double mean = sum / static_cast<double>(t);
        for (std::int64_t i = 0; i < t; ++i) {
          squares += (at(i) - mean) * (at(i) - mean);
        }
        const double deviation = std::sqrt(squares / static_cast<double>(t));
        const auto column = static_cast<std::size_t>(begin + j);
        columns.mean[column] = mean;
        // What does not vary but by rounding says nothing.
        columns.factor[column] = deviation <= 1e-7 * std::abs(mean) ? 0.0 : is_dense ? 1.0 / deviation : 1.0;
        for (std::int64_t i = 0; i < t; ++i) {
          columns.rows(i, begin + j) = static_cast<float>((at(i) - mean) * columns.factor[column]);
        }
      }
    });
  }
  return columns;
}

using Rows = Eigen::Map<const Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>>;

/// X^T X, or X X^T where there are fewer rows than columns. Each element is summed in one order.
Matrix squared(const Rows& x, bool by_rows) {
  constexpr Eigen::Index kAtOnce = 256, kPanel = 64;
  const Eigen::Index side = by_rows ? x.rows() : x.cols(), length = by_rows ? x.cols() : x.rows();
  Matrix square = Matrix::Zero(side, side);
  for (Eigen::Index begin = 0; begin < length; begin += kAtOnce) {
    const Eigen::Index count = std::min(kAtOnce, length - begin);
    const Matrix part = by_rows ? Matrix(x.middleCols(begin, count).transpose().cast<double>())
                                : Matrix(x.middleRows(begin, count).cast<double>());
    parallel_for((side + kPanel - 1) / kPanel, 1, [&](std::int64_t first, std::int64_t last) {
      for (Eigen::Index panel = first * kPanel; panel < std::min<Eigen::Index>(last * kPanel, side); panel += kPanel) {
        const Eigen::Index width = std::min(kPanel, side - panel);
        // From the diagonal down: the factorization reads no more.
        square.block(panel, panel, side - panel, width).noalias() +=
            part.rightCols(side - panel).transpose() * part.middleCols(panel, width);
      }
    });
  }
  return square;
}

/// Centered targets, what is not known as the mean; and that mean.
std::pair<Matrix, std::vector<double>> centered(const Tensor& targets) {
  Matrix y = Matrix::Zero(targets.rows(), targets.cols());
  std::vector<double> means;
  for (std::int64_t j = 0; j < targets.cols(); ++j) {
    double sum = 0.0, count = 0.0;
    for (std::int64_t i = 0; i < targets.rows(); ++i) {
      if (const float target = targets(i, j); !std::isnan(target)) {
        sum += static_cast<double>(target);
        count += 1.0;
      }
    }
    means.push_back(sum / std::max(1.0, count));
    for (std::int64_t i = 0; i < targets.rows(); ++i) {
      y(i, j) = std::isnan(targets(i, j)) ? 0.0 : static_cast<double>(targets(i, j)) - means.back();
    }
  }
  return {std::move(y), std::move(means)};
}

}  // namespace

std::string why_not_solved(std::int64_t rows, std::int64_t columns) {
  if (std::min(rows, columns) > kMostSide) {
    return concat("there are ", rows, " labeled rows and ", columns, " columns of features, expected at most ",
                  kMostSide, " of one of them");
  }
  return rows > kMostNumbers / std::max<std::int64_t>(1, columns)
             ? concat("there are ", rows, " labeled rows of ", columns, " columns of features, expected at most ",
                      kMostNumbers, " numbers in all")
             : "";
}

RidgeModel::RidgeModel(const ModelShape& shape, const RidgeOptions& options, const Random& random)
    : shape_(shape), options_(options) {
  require(shape.feature_kind != FeatureKind::none,
          "model ridge: the nodes have no features, expected some; label_propagation needs none");
  head_ = Linear(input_width(shape), shape.num_outputs, random, ParameterGroup::input);
  set_head(Tensor(head_.in(), head_.out()), Tensor(1, head_.out()));
}

void RidgeModel::set_head(const Tensor& weight, const Tensor& bias) {
  ParameterList own;
  head_.list_parameters(own);
  own.parameters[0].parameter->mutable_value() = weight;
  own.parameters[1].parameter->mutable_value() = bias;
}

Tensor RidgeModel::logits(const MessageBlock& block, const NodeInput& input) const {
  const Pass pass = Pass::inference();
  const LayerInput x = first_features(shape_, block, input);
  Tensor y = mean_of_hops(block, head_.forward_without_bias(x, pass).value(), options_.smooth_hops);
  return head_.add_bias(Variable::constant(std::move(y)), pass).value();
}

void RidgeModel::solve(const Given& given) {
  const std::int64_t d = head_.in(), c = head_.out();
  const auto t = static_cast<std::int64_t>(given.nodes.size());
  const std::string too_many = why_not_solved(t, d);
  require(too_many.empty(), "model ridge: ", too_many);
  const Columns columns = smoothed_rows(given, d, options_.smooth_hops);
  const Rows x(columns.rows.data(), t, d);
  const auto [y, means] = centered(given.targets);
  const bool by_rows = t < d;
  const Matrix square = squared(x, by_rows);
  // The same of both sides.
  const double unit = std::max(square.trace() / static_cast<double>(d), 1e-30);
  Matrix right = y;
  if (!by_rows) {
    right = x.cast<double>().transpose() * y;
  }
  Tensor weight(d, c), bias(1, c);
  // With scores as they are, and as logits of some size.
  const auto put = [&](const Tensor& w, const Tensor& b, double sharpness) {
    Tensor own = w, own_bias = b;
    for (float& value : own.values()) {
      value *= static_cast<float>(sharpness);
    }
    for (float& value : own_bias.values()) {
      value = static_cast<float>(sharpness) * (value - (given.are_classes ? 0.0F : 0.5F));
    }
    set_head(own, own_bias);
  };
  const auto solve_with = [&](double penalty) {
    Matrix regular = square;
    regular.diagonal().array() += penalty * unit;
    const Matrix solution = regular.selfadjointView<Eigen::Lower>().llt().solve(right);
    Matrix w = by_rows ? Matrix(x.cast<double>().transpose() * solution) : solution;
    for (std::int64_t k = 0; k < c; ++k) {
      double shift = means[static_cast<std::size_t>(k)];
      for (std::int64_t j = 0; j < d; ++j) {
        const auto column = static_cast<std::size_t>(j);
        w(j, k) *= columns.factor[column];
        shift -= columns.mean[column] * w(j, k);
        weight(j, k) = static_cast<float>(w(j, k));
      }
      bias(0, k) = static_cast<float>(shift);
    }
  };
  const auto figure_with = [&](double penalty) {
    solve_with(penalty);
    put(weight, bias, 1.0);
    return given.figure(logits(given.block, given.input));
  };
  double penalty = options_.penalty > 0.0 ? options_.penalty : kUsualPenalty;
  if (options_.penalty == 0.0) {
    double best = std::nan("");
    for (const double candidate : kPenalties) {
      const double figure = figure_with(candidate);
      if (!std::isnan(figure) && (std::isnan(best) || figure > best)) {
        best = figure;
        penalty = candidate;
      }
    }
  }
  solve_with(penalty);
  double sharpness = kUsualSharpness, least = std::nan("");
  for (const double candidate : kSharpness) {
    put(weight, bias, candidate);
    const double loss = given.loss(logits(given.block, given.input));
    if (!std::isnan(loss) && (std::isnan(least) || loss < least)) {
      least = loss;
      sharpness = candidate;
    }
  }
  put(weight, bias, sharpness);
}

NodeModel::Output RidgeModel::forward(const Blocks& blocks, const NodeInput& input, Pass&) const {
  const MessageBlock& block = blocks.whole("ridge");
  require_input(shape_, block, input);
  const Variable y = Variable::constant(logits(block, input));
  return {y, y};
}

void RidgeModel::list_parameters(ParameterList& list) {
  // Numbers that no step moves.
  ParameterList own;
  head_.list_parameters(own);
  for (const NamedParameter& p : own.parameters) {
    list.add_statistic(p.name, p.parameter->mutable_value());
  }
}

}  // namespace weft
