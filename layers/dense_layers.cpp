#include "weft/layers/dense_layers.hpp"

#include <cmath>

#include "weft/core/parallel.hpp"
#include "weft/tensor/distinct_rows.hpp"
#include "weft/tensor/norm_ops.hpp"
#include "weft/tensor/perceptron.hpp"

namespace weft {

namespace {

std::int64_t total_of(const std::vector<std::int64_t>& counts) {
  std::int64_t total = 0;
  for (const std::int64_t count : counts) {
    require(count >= 0 && !__builtin_add_overflow(total, count, &total), "model: a column of features has ", count,
            " categories, expected 0 or more, and no more together than can be counted");
  }
  return total;
}

/// activation(sum of a row's embeddings + bias), once for rows that are alike: atoms of molecules are of few kinds.
/// With dropout no two rows are alike.
Variable states_of_categories(const CategoricalMatrix& x, const Variable& w, const Variable& bias,
                              Activation activation, const EntryDropout& dropout) {
  const auto states = [&](const CategoricalMatrix& rows) {
    return activate(add_bias(embedding_sum(rows, w, dropout), bias), activation);
  };
  if (dropout.rate > 0.0F) {
    return states(x);
  }
  if (const std::optional<DistinctRows> distinct = distinct_rows(x)) {
    return select_rows(states(distinct->rows), *distinct->row_of);
  }
  return states(x);
}

}  // namespace

LayerInput::LayerInput(const Features& features) {
  if (const auto* dense = std::get_if<Tensor>(&features)) {
    states_ = Variable::constant_view(*dense);
  } else if (const auto* sparse = std::get_if<SparseMatrix>(&features)) {
    entries_ = sparse;
  } else if (const auto* categorical = std::get_if<CategoricalMatrix>(&features)) {
    *this = LayerInput(*categorical);
  } else {
    throw ArgumentError("LayerInput: there are no features");
  }
}

LayerInput::LayerInput(const CategoricalMatrix& features) : categories_(&features) {
  check_size("LayerInput", features);
}

std::int64_t LayerInput::rows() const {
  if (num_rows_ >= 0) {
    return num_rows_;
  }
  return entries_ != nullptr ? entries_->rows() : categories_ != nullptr ? categories_->rows : states_.rows();
}

LayerInput LayerInput::dropped(float rate, Pass& pass) const {
  require(rate >= 0.0F && rate < 1.0F, "LayerInput::dropped: rate is ", rate, ", expected 0 <= rate < 1");
  if (!pass.is_training() || rate == 0.0F) {
    return *this;
  }
  const Random random = pass.next_random();
  LayerInput result = *this;
  if (is_dense()) {
    result.states_ = dropout(states_, rate, random);
  } else {
    result.dropout_ = {rate, random};
  }
  return result;
}

LayerInput LayerInput::first(std::int64_t count) const {
  require(count >= 0 && count <= rows(), "LayerInput::first: count is ", count, ", there are ", rows(), " rows");
  LayerInput result = *this;
  if (is_dense()) {
    result.states_ = first_rows(states_, count);
  } else {
    result.num_rows_ = count;
  }
  return result;
}

Variable LayerInput::project(const Variable& w, const Variable& bias, Activation activation) const {
  if (is_dense()) {
    return linear(states_, w, bias, activation);
  }
  const Variable y = entries_ != nullptr ? linear(*entries_, w, bias, activation, dropout_)
                                         : states_of_categories(*categories_, w, bias, activation, dropout_);
  return first_rows(y, rows());
}

std::int64_t input_width(const ModelShape& shape) {
  return shape.feature_kind == FeatureKind::categorical ? total_of(shape.num_categories) : shape.num_features;
}

std::int64_t edge_input_width(const ModelShape& shape) {
  return shape.edge_kind == FeatureKind::categorical ? total_of(shape.num_edge_categories) : shape.num_edge_features;
}

Tensor glorot_uniform(std::int64_t rows, std::int64_t cols, const Random& random) {
  Tensor result = Tensor::uninitialized(rows, cols);
  const double limit = std::sqrt(6.0 / (static_cast<double>(rows) + static_cast<double>(cols)));
  parallel_for(result.size(), 1 << 14, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const double u = random.uniform(static_cast<std::uint64_t>(i));
      result.data()[i] = static_cast<float>((2.0 * u - 1.0) * limit);
    }
  });
  return result;
}

Variable Linear::forward_without_bias(const LayerInput& x, const Pass& pass) const {
  if (x.is_dense()) {
    return matmul(x.states(), pass.use(weight_));
  }
  return x.project(pass.use(weight_), Variable::constant(Tensor(1, out())), Activation::none);
}

Variable Linear::forward_through(const Linear& second, const Variable& x, const Pass& pass,
                                 Activation activation) const {
  return perceptron(x, {pass.use(weight_), pass.use(bias_)}, {pass.use(second.weight_), pass.use(second.bias_)},
                    activation);
}

Norm::Norm(NormKind kind, std::int64_t width) : kind_(kind) {
  (void)name_of(kind);
  if (kind_ == NormKind::none) {
    return;
  }
  gain_ = Parameter(Tensor::full(1, width, 1.0F));
  bias_ = Parameter(Tensor(1, width));
  if (kind_ == NormKind::batch) {
    running_mean_ = Tensor(1, width);
    running_variance_ = Tensor::full(1, width, 1.0F);
  }
}

Variable Norm::forward(const Variable& x, Pass& pass, Activation activation, std::span<const float> counts) const {
  if (kind_ == NormKind::none) {
    return activate(x, activation);
  }
  const Variable gain = pass.use(gain_), bias = pass.use(bias_);
  if (kind_ == NormKind::layer) {
    return activate(layer_norm(x, gain, bias), activation);
  }
  if (!derives_from_result(activation)) {
    return activate(forward(x, pass, Activation::none, counts), activation);
  }
  if (!pass.is_training() || x.rows() == 0) {
    return batch_norm(x, gain, bias, {running_mean_, running_variance_}, activation);
  }
  BatchNormResult result = batch_norm(x, gain, bias, {.activation = activation, .counts = counts});
  constexpr float kMomentum = 0.1F;
  const float n = result.num_rows;
  const float unbiased = n > 1.0F ? n / (n - 1.0F) : 1.0F;
  Tensor mean = pass.current(running_mean_), variance = pass.current(running_variance_);
  for (std::int64_t j = 0; j < x.cols(); ++j) {
    mean(0, j) += kMomentum * (result.mean(0, j) - mean(0, j));
    variance(0, j) += kMomentum * (unbiased * result.variance(0, j) - variance(0, j));
  }
  pass.update(running_mean_, std::move(mean));
  pass.update(running_variance_, std::move(variance));
  return std::move(result.output);
}

void Norm::list_parameters(ParameterList& list) {
  if (kind_ == NormKind::none) {
    return;
  }
  list.add("gain", gain_, ParameterGroup::vector);
  list.add("bias", bias_, ParameterGroup::vector);
  if (kind_ == NormKind::batch) {
    list.add_statistic("running_mean", running_mean_);
    list.add_statistic("running_variance", running_variance_);
  }
}

}  // namespace weft
