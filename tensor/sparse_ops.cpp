// Operations on sparse and categorical features: gathers of rows of a weight matrix forward, gathers along
// the transpose backward. Nothing of the features' dense size is made.
#include <algorithm>
#include <memory>
#include <numeric>
#include <vector>

#include "weft/tensor/dense_ops.hpp"
#include "weft/tensor/dropout.hpp"
#include "weft/tensor/elementwise.hpp"
#include "weft/tensor/sparse_kernels.hpp"

namespace weft {
namespace {

/// The values with dropout applied; entry numbers decide, so that both directions agree.
Buffer<float> dropped_values(std::span<const float> given, const kernels::DropoutMask& mask) {
  Buffer<float> values(given.size());
  const auto count = static_cast<std::int64_t>(values.size());
  parallel_for(count, kernels::kElementGrain, [&](std::int64_t begin, std::int64_t end) {
    mask.apply(begin, end, given.data() + begin, values.data() + begin);
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
Variable linear(const SparseMatrix& x, const Variable& w, const Variable& bias, Activation activation,
                const EntryDropout& dropout) {
  require(x.cols() == w.rows(), "linear: inner dimensions differ, x is ", x.shape(), " and w is ", w.shape());
  require(bias.shape() == Shape{1, w.cols()}, "linear: bias is ", bias.shape(), ", expected [1, ", w.cols(), "]");
  (void)name_of(activation);
  if (!derives_from_result(activation)) {
    return activate(linear(x, w, bias, Activation::none, dropout), activation);
  }
  const kernels::DropoutMask mask(dropout.rate, dropout.random);
  Tensor product = Tensor::uninitialized(x.rows(), w.cols());
  std::shared_ptr<const Buffer<float>> dropped;
  if (dropout.rate > 0.0F) {
    dropped = std::make_shared<const Buffer<float>>(dropped_values(x.by_row().values, mask));
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

namespace {

/// Rows of a table that each row of categories reads, `offsets` apart, and how much of them; no weights: all of them.
struct Readings {
  Buffer<EdgeId> offsets;
  Buffer<std::uint32_t> rows;
  Buffer<float> weights = {};
};

Readings readings_of(const CategoricalMatrix& x) {
  const std::int64_t c = x.cols();
  Readings result{Buffer<EdgeId>(static_cast<std::size_t>(x.rows) + 1),
                  Buffer<std::uint32_t>(static_cast<std::size_t>(x.rows * c))};
  for (std::int64_t i = 0; i <= x.rows; ++i) {
    result.offsets[static_cast<std::size_t>(i)] = i * c;
  }
  std::int64_t first = 0;
  for (std::int64_t j = 0; j < c; ++j) {
    const std::int64_t categories = x.num_categories[static_cast<std::size_t>(j)];
    for (std::int64_t i = 0; i < x.rows; ++i) {
      const std::int64_t category = x.values[static_cast<std::size_t>(i * c + j)];
      require(category >= 0 && category < categories, "embedding_sum: row ", i, " has category ", category,
              " in column ", j, ", expected below ", categories);
      result.rows[static_cast<std::size_t>(i * c + j)] = static_cast<std::uint32_t>(first + category);
    }
    first += categories;
  }
  return result;
}

/// One row each.
Readings readings_of(std::span<const std::int64_t> index) {
  Readings result{Buffer<EdgeId>(index.size() + 1), Buffer<std::uint32_t>(index.size())};
  std::iota(result.offsets.begin(), result.offsets.end(), EdgeId{0});
  std::ranges::copy(index, result.rows.begin());
  return result;
}

/// Which rows of categories read each of `num_rows` rows of the table, ascending.
Readings readers_of(const Readings& x, std::int64_t num_rows) {
  Readings result{Buffer<EdgeId>(static_cast<std::size_t>(num_rows) + 1, 0), Buffer<std::uint32_t>(x.rows.size())};
  for (const std::uint32_t r : x.rows) {
    ++result.offsets[r + std::size_t{1}];
  }
  std::partial_sum(result.offsets.begin(), result.offsets.end(), result.offsets.begin());
  result.weights = Buffer<float>(x.weights.size());
  Buffer<EdgeId> next = result.offsets.clone();
  for (std::size_t i = 0; i + 1 < x.offsets.size(); ++i) {
    for (auto e = static_cast<std::size_t>(x.offsets[i]); e < static_cast<std::size_t>(x.offsets[i + 1]); ++e) {
      const auto place = static_cast<std::size_t>(next[x.rows[e]]++);
      result.rows[place] = static_cast<std::uint32_t>(i);
      if (!x.weights.empty()) {
        result.weights[place] = x.weights[e];
      }
    }
  }
  return result;
}

/// The sums of the rows that each row of categories reads.
Tensor gathered(const Readings& x, const Tensor& from) {
  Tensor result = Tensor::uninitialized(static_cast<std::int64_t>(x.offsets.size()) - 1, from.cols());
  kernels::gather_sum(
      {.offsets = x.offsets, .columns = x.rows, .edge_weight = x.weights.empty() ? nullptr : x.weights.data()},
      from.data(), from.cols(), result.data());
  return result;
}

}  // namespace

// y_i = sum over columns j of k_ij table_{first(j) + x_ij}, k_ij 0 or 1 / (1 - rate), 1 without dropout;
// dtable_r = sum of k_ij dy_i over the (i, j) that read row r
Variable embedding_sum(const CategoricalMatrix& x, const Variable& table, const EntryDropout& dropout) {
  check_size("embedding_sum", x);
  std::int64_t num_rows = 0;
  for (const std::int64_t categories : x.num_categories) {
    require(categories >= 0 && !__builtin_add_overflow(num_rows, categories, &num_rows), "embedding_sum: a column has ",
            categories, " categories, expected 0 or more, and no more together than can be counted");
  }
  require(table.rows() == num_rows && num_rows <= kMaxNodes, "embedding_sum: the table has ", table.rows(),
          " rows, expected the sum of the categories, ", num_rows, ", at most ", kMaxNodes);
  Readings read = readings_of(x);
  if (dropout.rate > 0.0F) {
    const Buffer<float> ones(read.rows.size(), 1.0F);
    read.weights = dropped_values(ones, kernels::DropoutMask(dropout.rate, dropout.random));
  }
  const auto readings = std::make_shared<const Readings>(std::move(read));
  Tensor y = gathered(*readings, table.value());
  return record("embedding_sum", std::move(y), {table},
                [readings, table = table.without_value()](const Tensor& dy, Gradients& grads) {
                  grads.add(table, gathered(readers_of(*readings, table.rows()), dy));
                });
}

// y_i = x_index(i);  dx_j = sum over i with index(i) = j of dy_i
Variable select_rows(const Variable& x, std::span<const std::int64_t> index) {
  return record(
      "select_rows", select_rows(x.value(), index), {x},
      [x = x.without_value(), kept = std::vector<std::int64_t>(index.begin(), index.end())](
          const Tensor& dy, Gradients& grads) { grads.add(x, gathered(readers_of(readings_of(kept), x.rows()), dy)); });
}

}  // namespace weft
