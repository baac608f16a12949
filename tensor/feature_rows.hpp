// Features by rows, wherever they are kept: what a batch reads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

#include "weft/tensor/features.hpp"

#pragma GCC visibility push(default)
namespace weft {

class FeatureRows {
 public:
  virtual ~FeatureRows() = default;
  /// Of all rows.
  [[nodiscard]] virtual Shape shape() const = 0;
  /// The rows at `index`, in that order, in the form that all of them have. Threads may call this at once. Throws
  /// ArgumentError for an index out of range.
  [[nodiscard]] virtual Features rows(std::span<const std::uint32_t> index) const = 0;
};

/// Features of nodes, in memory or, dense ones that are too large for it, in their file. Copies of those in the file
/// share it.
class NodeFeatures {
 public:
  NodeFeatures() = default;
  template <class Form>
  requires(!std::is_same_v<std::remove_cvref_t<Form>, NodeFeatures> && std::is_constructible_v<Features, Form>)
      NodeFeatures(Form&& in_memory)  // NOLINT(google-explicit-constructor)
      : in_memory_(std::forward<Form>(in_memory)) {}
  explicit NodeFeatures(std::shared_ptr<const FeatureRows> in_file) : in_file_(std::move(in_file)) {}

  [[nodiscard]] bool is_in_file() const { return in_file_ != nullptr; }
  [[nodiscard]] Shape shape() const { return in_file_ ? in_file_->shape() : shape_of(in_memory_); }
  /// All of them. Throws ArgumentError if they are in their file.
  [[nodiscard]] const Features& in_memory() const;
  [[nodiscard]] Features& in_memory();
  operator const Features&() const { return in_memory(); }  // NOLINT(google-explicit-constructor)
  /// The rows at `index`, as FeatureRows has it.
  [[nodiscard]] Features rows(std::span<const std::uint32_t> index) const;

 private:
  Features in_memory_;
  std::shared_ptr<const FeatureRows> in_file_;
};

/// The rows of any features at `index`; of none, none.
[[nodiscard]] Features select_rows(const Features& features, std::span<const std::uint32_t> index);
/// The rows of `x` at `index`, by this thread alone and with memory asked for ahead: for a task among others.
[[nodiscard]] Tensor gather_rows(const Tensor& x, std::span<const std::uint32_t> index);

}  // namespace weft
#pragma GCC visibility pop
