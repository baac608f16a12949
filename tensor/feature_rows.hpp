// Features by rows, wherever they are kept: what a batch reads.
#pragma once

#include <cstdint>
#include <span>

#include "weft/tensor/features.hpp"

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

/// Features in memory.
class RowsInMemory final : public FeatureRows {
 public:
  /// A view: `features` must outlive it.
  explicit RowsInMemory(const Features& features) : features_(features) {}
  [[nodiscard]] Shape shape() const override { return shape_of(features_); }
  [[nodiscard]] Features rows(std::span<const std::uint32_t> index) const override;

 private:
  const Features& features_;
};

/// The rows of any features at `index`; nothing of nothing.
[[nodiscard]] Features select_rows(const Features& features, std::span<const std::uint32_t> index);
/// The rows of `x` at `index`, by this thread alone and with memory asked for ahead: for a task among others.
[[nodiscard]] Tensor gather_rows(const Tensor& x, std::span<const std::uint32_t> index);

}  // namespace weft
