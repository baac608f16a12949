// Layers that treat every node alone: linear maps of features or states, norms.
#pragma once

#include <span>

#include "weft/core/random.hpp"
#include "weft/layers/kinds.hpp"
#include "weft/layers/layer.hpp"
#include "weft/layers/model_shape.hpp"
#include "weft/tensor/dense_ops.hpp"
#include "weft/tensor/features.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// What a layer reads: the states that an earlier layer made, or features as they come, which may be
/// sparse or categorical and stay so.
class LayerInput {
 public:
  LayerInput(Variable states) : states_(std::move(states)) {}  // NOLINT(google-explicit-constructor)
  /// `features` must outlive the pass.
  explicit LayerInput(const Features& features);
  explicit LayerInput(const CategoricalMatrix& features);

  [[nodiscard]] std::int64_t rows() const;
  /// Whether the input can be read as a dense matrix.
  [[nodiscard]] bool is_dense() const { return categories_ == nullptr && entries_ == nullptr; }
  /// Dense inputs only: [n, k].
  [[nodiscard]] const Variable& states() const { return states_; }

  /// The input with elements dropped; of sparse features stored entries, of categorical ones what a column says of a
  /// row.
  [[nodiscard]] LayerInput dropped(float rate, Pass& pass) const;

  /// The same with only the first `count` rows: what outputs of a block read of themselves. Rows of sparse and
  /// categorical features are left out after they were multiplied.
  [[nodiscard]] LayerInput first(std::int64_t count) const;

  /// activation(input w + bias), w [k, d] or a row for each category.
  [[nodiscard]] Variable project(const Variable& w, const Variable& bias, Activation activation) const;

 private:
  Variable states_;
  const SparseMatrix* entries_ = nullptr;
  const CategoricalMatrix* categories_ = nullptr;
  /// Of sparse and categorical features.
  EntryDropout dropout_;
  /// Of sparse and categorical features; -1: all.
  std::int64_t num_rows_ = -1;
};

/// Rows that a linear map needs for features of this shape: columns, or all categories together.
[[nodiscard]] std::int64_t input_width(const ModelShape& shape);
/// The same for features of edges.
[[nodiscard]] std::int64_t edge_input_width(const ModelShape& shape);

/// Uniform in +-sqrt(6 / (rows + cols)) (Glorot, Bengio 2010).
[[nodiscard]] Tensor glorot_uniform(std::int64_t rows, std::int64_t cols, const Random& random);

/// x W + b. [n, in] -> [n, out], O(n in out); for sparse input O(entries out). A map to no columns has no parameters
/// and gives an empty variable: how a model that makes states only leaves its head out.
class Linear {
 public:
  Linear() = default;
  Linear(std::int64_t in, std::int64_t out, const Random& random, ParameterGroup group = ParameterGroup::weight)
      : weight_(glorot_uniform(in, out, random)), bias_(Tensor(1, out)), group_(group) {}

  [[nodiscard]] Variable forward(const LayerInput& x, const Pass& pass,
                                 Activation activation = Activation::none) const {
    return is_empty() ? Variable() : x.project(pass.use(weight_), pass.use(bias_), activation);
  }
  /// activation(x W + b) W_2 + b_2 with the other map's W_2 and b_2, both as one operation.
  [[nodiscard]] Variable forward_through(const Linear& second, const Variable& x, const Pass& pass,
                                         Activation activation) const;
  /// Without the bias, for layers that add it after they have aggregated.
  [[nodiscard]] Variable forward_without_bias(const LayerInput& x, const Pass& pass) const;
  [[nodiscard]] Variable add_bias(const Variable& y, const Pass& pass) const {
    return weft::add_bias(y, pass.use(bias_));
  }
  [[nodiscard]] std::int64_t in() const { return weight_.value().rows(); }
  [[nodiscard]] std::int64_t out() const { return weight_.value().cols(); }
  [[nodiscard]] bool is_empty() const { return weight_.variable().cols() == 0; }
  [[nodiscard]] Parameter& bias() { return bias_; }

  void list_parameters(ParameterList& list) {
    if (is_empty()) {
      return;
    }
    list.add("weight", weight_, group_);
    list.add("bias", bias_, ParameterGroup::vector);
  }

 private:
  Parameter weight_, bias_;
  ParameterGroup group_ = ParameterGroup::weight;
};

/// Layer norm, batch norm with running statistics, or nothing. [n, d] -> [n, d]
class Norm {
 public:
  Norm() = default;
  Norm(NormKind kind, std::int64_t width);

  /// counts: [n], as how many nodes each row counts (MessageBlock::counts), or empty, one each.
  [[nodiscard]] Variable forward(const Variable& x, Pass& pass, Activation activation = Activation::none,
                                 std::span<const float> counts = {}) const;
  void list_parameters(ParameterList& list);

 private:
  NormKind kind_ = NormKind::none;
  Parameter gain_, bias_;
  // What inference uses: an average over the training passes, each of which moves it by a tenth.
  Tensor running_mean_, running_variance_;
};

}  // namespace weft
#pragma GCC visibility pop
