// The unit of a model's inputs. Columns of dense features are read at mean 0 and deviation 1 as they have them in the
// training part; the numbers are saved with the model.
#pragma once

#include <vector>

#include "weft/layers/layer.hpp"
#include "weft/tensor/column_sizes.hpp"

namespace weft {

class ColumnScale {
 public:
  ColumnScale() = default;
  explicit ColumnScale(std::int64_t columns) : shift_(1, columns), factor_(Tensor::full(1, columns, 1.0F)) {}

  /// Whether it is of no columns: nothing is scaled.
  [[nodiscard]] bool is_empty() const { return shift_.size() == 0; }
  /// Columns of 0 and 1 stay as they are, constant ones become 0.
  void set(const ColumnSizes& sizes);
  /// (x - shift) factor, column by column. [n, columns]
  [[nodiscard]] Tensor of(const Tensor& x) const;
  void list_parameters(ParameterList& list) {
    list.add_statistic("shift", shift_);
    list.add_statistic("factor", factor_);
  }

 private:
  Tensor shift_, factor_;
};

/// Of everything dense that a model reads; what is not scaled is empty.
struct InputScale {
  ColumnScale features, edge_features;
  /// Of the features read k + 1 hops away (NodeInput::hops).
  std::vector<ColumnScale> hops;
};

}  // namespace weft
