// Reverse-mode differentiation. An operation computes its value and records how gradients flow back;
// backward(loss) walks the records from the newest to the oldest and returns the gradients.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "weft/tensor/tensor.hpp"

#pragma GCC visibility push(default)
namespace weft {

class Gradients;

/// What an operation hands to its own backward function: the gradient of the loss with respect to the
/// operation's value, free to be moved from.
using Backward = std::function<void(Tensor& gradient, Gradients& gradients)>;

namespace detail {
struct Node;
}

/// A matrix that may take part in differentiation; an empty one, as it is made without arguments, has no value, and
/// operations throw ArgumentError for it. Copies share value and identity. The record of an
/// operation does not hold the operation's value: a value lives as long as someone who needs it does,
/// so whatever no backward function captured is freed during the forward pass.
class Variable {
 public:
  Variable() = default;
  /// Has no gradient; operations on constants leave no record.
  [[nodiscard]] static Variable constant(Tensor value);
  /// The same without a copy; `value` must outlive every use of the variable.
  [[nodiscard]] static Variable constant_view(const Tensor& value);
  /// A leaf whose gradient backward() returns.
  [[nodiscard]] static Variable parameter(Tensor value);

  /// Throws ArgumentError if there is none: the variable is empty, or without_value().
  [[nodiscard]] const Tensor& value() const {
    if (value_ == nullptr) [[unlikely]] {
      refuse_empty();
    }
    return *value_;
  }
  /// Null if there is none.
  [[nodiscard]] std::shared_ptr<const Tensor> shared_value() const { return value_; }
  [[nodiscard]] std::int64_t rows() const { return shape_.rows; }
  [[nodiscard]] std::int64_t cols() const { return shape_.cols; }
  [[nodiscard]] Shape shape() const { return shape_; }
  [[nodiscard]] bool has_gradient() const { return node_ != nullptr; }

  /// The same node without its value: for a backward function that adds to this gradient and does not
  /// read the value. value() of the result is not available.
  [[nodiscard]] Variable without_value() const;

 private:
  friend class Gradients;
  friend class Parameter;
  friend Variable record(std::string_view, std::shared_ptr<const Tensor>, std::vector<Variable>, Backward);
  friend Gradients backward(const Variable&);
  friend Gradients backward(const Variable&, Tensor);

  [[noreturn]] static void refuse_empty();

  Shape shape_;
  std::shared_ptr<const Tensor> value_;
  std::shared_ptr<detail::Node> node_;
};

/// The value of an operation with its way back. `backward` is kept only if an input has a gradient.
[[nodiscard]] Variable record(std::string_view name, std::shared_ptr<const Tensor> value, std::vector<Variable> inputs,
                              Backward backward);
[[nodiscard]] Variable record(std::string_view name, Tensor value, std::vector<Variable> inputs, Backward backward);

/// Gradients by variable: of the leaves after backward() returns, of everything while it runs.
class Gradients {
 public:
  /// Whether a backward function should compute the gradient of `variable` at all.
  [[nodiscard]] bool wants(const Variable& variable) const { return variable.has_gradient(); }
  /// Adds to the gradient of `variable`; ignored for constants. Throws ArgumentError on a wrong shape.
  void add(const Variable& variable, Tensor gradient);
  /// Adds to the first rows of the gradient; `gradient` has the columns of the variable and at most its rows.
  void add_first_rows(const Variable& variable, Tensor gradient);
  /// The gradient of a leaf; nullptr if the loss does not depend on it.
  [[nodiscard]] const Tensor* of(const Variable& leaf) const;
  [[nodiscard]] Tensor* of(const Variable& leaf);

 private:
  friend Gradients backward(const Variable&, Tensor);
  std::unordered_map<const detail::Node*, Tensor> by_node_;
};

/// The gradients of a [1, 1] loss with respect to every leaf it depends on. Each record is released
/// once it has been used, so memory falls as the walk goes on; a graph can be walked once.
[[nodiscard]] Gradients backward(const Variable& loss);
/// The same for any output, weighted by `gradient` of the output's shape (a vector-Jacobian product).
[[nodiscard]] Gradients backward(const Variable& output, Tensor gradient);

/// A trained matrix. Neither copied nor shared between layers; the optimizer changes it in place,
/// between a backward pass and the next forward pass.
class Parameter {
 public:
  Parameter() = default;
  explicit Parameter(Tensor value) : variable_(Variable::parameter(std::move(value))) {}
  Parameter(Parameter&&) noexcept = default;
  Parameter& operator=(Parameter&&) noexcept = default;
  Parameter(const Parameter&) = delete;
  Parameter& operator=(const Parameter&) = delete;
  ~Parameter() = default;

  [[nodiscard]] const Tensor& value() const { return variable_.value(); }
  [[nodiscard]] Tensor& mutable_value() { return const_cast<Tensor&>(variable_.value()); }
  [[nodiscard]] const Variable& variable() const { return variable_; }
  /// The value without a gradient, for inference.
  [[nodiscard]] Variable constant() const;

 private:
  Variable variable_;
};

}  // namespace weft
#pragma GCC visibility pop
