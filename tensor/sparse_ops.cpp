// Operations on sparse and categorical features: gathers of rows of a weight matrix forward, gathers along
// the transpose backward. Nothing of the features' dense size is made.
#include <algorithm>

#include "weft/tensor/dense_ops.hpp"
#include "weft/tensor/dropout.hpp"
#include "weft/tensor/elementwise.hpp"
#include "weft/tensor/sparse_kernels.hpp"

namespace weft {
namespace {

/// The stored values with dropout applied; entry numbers decide, so that both directions agree.
Buffer<float> dropped_values(const SparseMatrix::Rows& x, const kernels::DropoutMask& mask) {
  Buffer<float> values(x.values.size());
  const auto count = static_cast<std::int64_t>(values.size());
  parallel_for(count, kernels::kElementGrain, [&](std::int64_t begin, std::int64_t end) {
    mask.apply(begin, end, x.values.data() + begin, values.data() + begin);
  });
  return values;
}

Buffer<float> in_column_order(const SparseMatrix& x, const Buffer<float>& values) {
  const Buffer<EdgeId>& entry = x.by_column().entry;
  Buffer<float> result(values.size());
  parallel_for(
      static_cast<std::int64_t>(values.size()), kernels::kElementGrain, [&](std::int64_t begin, std::int64_t end) {
        for (std::int64_t e = begin; e < end; ++e) {
          result[static_cast<std::size_t>(e)] = values[static_cast<std::size_t>(entry[static_cast<std::size_t>(e)])];
        }
      });
  return result;
}

kernels::GatherSum rows_of(const SparseMatrix::Rows& x, const Buffer<float>& values) {
  return {.offsets = x.offsets, .columns = x.columns, .edge_weight = values.data()};
}

void add_bias_and_activate(Tensor& y, const Tensor& bias, Activation activation) {
  parallel_for(y.rows(), kernels::row_grain(y.cols()), [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      float* row = y.row(i).data();
      for (std::int64_t j = 0; j < y.cols(); ++j) {
        row[j] += bias.data()[j];
      }
      apply_activation(activation, y.row(i));
    }
  });
}

}  // namespace

// y = act(x̃ w + b), x̃ = x after dropout;  dz = dy act'(y),  dw = x̃ᵀ dz,  db = 1ᵀ dz
Variable linear(const SparseMatrix& x, const Variable& w, const Variable& bias, Activation activation, float dropout,
                const Random& random) {
  require(x.cols() == w.rows(), "linear: inner dimensions differ, x is ", x.shape(), " and w is ", w.shape());
  require(bias.shape() == Shape{1, w.cols()}, "linear: bias is ", bias.shape(), ", expected [1, ", w.cols(), "]");
  if (!derives_from_result(activation)) {
    return activate(linear(x, w, bias, Activation::none, dropout, random), activation);
  }
  const kernels::DropoutMask mask(dropout, random);
  Tensor product = Tensor::uninitialized(x.rows(), w.cols());
  std::shared_ptr<const Buffer<float>> dropped;
  if (dropout > 0.0F) {
    dropped = std::make_shared<const Buffer<float>>(dropped_values(x.by_row(), mask));
  }
  kernels::gather_sum(rows_of(x.by_row(), dropped ? *dropped : x.by_row().values), w.value().data(), w.cols(),
                      product.data());
  add_bias_and_activate(product, bias.value(), activation);
  const auto y = std::make_shared<const Tensor>(std::move(product));
  const auto saved = activation == Activation::none ? nullptr : y;
  return record("linear", y, {w, bias},
                [x, w = w.without_value(), bias = bias.without_value(), saved, activation, dropped](Tensor& dy,
                                                                                                    Gradients& grads) {
                  if (saved) {
                    parallel_for(dy.rows(), kernels::row_grain(dy.cols()), [&](std::int64_t begin, std::int64_t end) {
                      for (std::int64_t i = begin; i < end; ++i) {
                        apply_derivative(activation, saved->row(i), dy.row(i));
                      }
                    });
                  }
                  if (grads.wants(bias)) {
                    grads.add(bias, kernels::column_sums(dy));
                  }
                  if (grads.wants(w)) {
                    const Buffer<float> permuted = dropped ? in_column_order(x, *dropped) : Buffer<float>();
                    Tensor dw = Tensor::uninitialized(w.shape());
                    kernels::gather_sum(rows_of(x.by_column(), dropped ? permuted : x.by_column().values), dy.data(),
                                        dy.cols(), dw.data());
                    grads.add(w, std::move(dw));
                  }
                });
}

// y_i = sum over columns j of table_{first(j) + x_ij};  dtable_r = sum of dy_i over the (i, j) that read row r
Variable embedding_sum(const CategoricalMatrix& x, const Variable& table) {
  std::vector<std::int64_t> first;
  std::int64_t num_rows = 0;
  for (const std::int64_t categories : x.num_categories) {
    first.push_back(num_rows);
    num_rows += categories;
  }
  require(table.rows() == num_rows, "embedding_sum: the table has ", table.rows(),
          " rows, expected the sum of the categories, ", num_rows);
  const std::int64_t c = x.cols(), d = table.cols();
  const auto row_at = [&](std::int64_t i, std::int64_t j) {
    const std::int64_t category = x.values[static_cast<std::size_t>(i * c + j)];
    require(category >= 0 && category < x.num_categories[static_cast<std::size_t>(j)], "embedding_sum: row ", i,
            " has category ", category, " in column ", j, ", expected below ",
            x.num_categories[static_cast<std::size_t>(j)]);
    return first[static_cast<std::size_t>(j)] + category;
  };
  // As a sparse matrix of ones, so that both directions are the same gather as for bags of words.
  Buffer<EdgeId> offsets(static_cast<std::size_t>(x.rows) + 1);
  Buffer<std::uint32_t> columns(static_cast<std::size_t>(x.rows * c));
  for (std::int64_t i = 0; i < x.rows; ++i) {
    offsets[static_cast<std::size_t>(i)] = i * c;
    for (std::int64_t j = 0; j < c; ++j) {
      columns[static_cast<std::size_t>(i * c + j)] = static_cast<std::uint32_t>(row_at(i, j));
    }
  }
  offsets[static_cast<std::size_t>(x.rows)] = x.rows * c;
  Buffer<float> ones(columns.size(), 1.0F);
  const SparseMatrix indicator(x.rows, num_rows, std::move(offsets), std::move(columns), std::move(ones));
  return linear(indicator, table, Variable::constant(Tensor(1, d)));
}

}  // namespace weft
