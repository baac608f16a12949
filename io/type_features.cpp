#include "weft/io/type_features.hpp"

#include <limits>
#include <utility>

#include "weft/core/error.hpp"

namespace weft {
namespace {

std::int64_t entries_of(const Features& x) {
  if (const auto* sparse = std::get_if<SparseMatrix>(&x)) {
    return sparse->rows() == 0 ? 0 : static_cast<std::int64_t>(sparse->by_row().columns.size());
  }
  return shape_of(x).rows * shape_of(x).cols;
}

/// Calls back with the columns, from 0, and values of a row that are not 0.
template <class Use>
void each_in_row(const Features& x, std::int64_t row, const Use& use) {
  if (const auto* dense = std::get_if<Tensor>(&x)) {
    for (std::int64_t j = 0; j < dense->cols(); ++j) {
      if ((*dense)(row, j) != 0.0F) {
        use(j, (*dense)(row, j));
      }
    }
  } else if (const auto* sparse = std::get_if<SparseMatrix>(&x); sparse != nullptr && sparse->rows() > 0) {
    const SparseMatrix::Rows& rows = sparse->by_row();
    const auto i = static_cast<std::size_t>(row);
    for (auto e = static_cast<std::size_t>(rows.offsets[i]); e < static_cast<std::size_t>(rows.offsets[i + 1]); ++e) {
      use(std::int64_t{rows.columns[e]}, rows.values[e]);
    }
  }
}

void check(std::span<const std::int32_t> node_type, const std::vector<TypeFeatures>& types) {
  std::vector<std::int64_t> counts(types.size(), 0);
  for (const std::int32_t type : node_type) {
    require(type >= 0 && static_cast<std::size_t>(type) < types.size(), "/node/type: there are nodes of type ", type,
            ", expected 0 to ", static_cast<std::int64_t>(types.size()) - 1);
    ++counts[static_cast<std::size_t>(type)];
  }
  for (std::size_t t = 0; t < types.size(); ++t) {
    const TypeFeatures& type = types[t];
    const Shape shape = shape_of(type.x);
    require(!std::holds_alternative<CategoricalMatrix>(type.x), "/node/types/", type.name,
            "/x: is categorical, expected numbers beside those of other types");
    require(std::holds_alternative<std::monostate>(type.x) || shape.rows == counts[t], "/node/types/", type.name,
            "/x: has ", shape.rows, " rows, expected ", counts[t], ", one for each node of the type");
    require(type.columns.empty() || static_cast<std::int64_t>(type.columns.size()) == shape.cols, "/node/types/",
            type.name, "/x: has names of ", type.columns.size(), " columns, expected ", shape.cols);
  }
}

}  // namespace

JoinedFeatures joined_features(std::span<const std::int32_t> node_type, const std::vector<TypeFeatures>& types) {
  check(node_type, types);
  JoinedFeatures joined;
  const auto n = static_cast<std::int64_t>(node_type.size());
  std::vector<std::int64_t> first_column;
  std::int64_t entries = n;
  for (const TypeFeatures& type : types) {
    joined.columns.push_back(concat("node_type=", type.name));
  }
  for (const TypeFeatures& type : types) {
    first_column.push_back(static_cast<std::int64_t>(joined.columns.size()));
    for (std::int64_t j = 0; j < shape_of(type.x).cols; ++j) {
      const bool is_named = !type.columns.empty();
      joined.columns.push_back(is_named ? concat(type.name, ':', type.columns[static_cast<std::size_t>(j)])
                                        : concat(type.name, ':', j));
    }
    entries += entries_of(type.x);
  }
  const auto cols = static_cast<std::int64_t>(joined.columns.size());
  // Of a sparse entry both its row and its column are kept, and where it stood.
  constexpr std::int64_t kBytesOfEntry = 24, kBytesOfCell = 4;
  const bool is_dense = n * cols * kBytesOfCell <= entries * kBytesOfEntry;
  Tensor dense(is_dense ? n : 0, is_dense ? cols : 0);
  Buffer<EdgeId> offsets(is_dense ? 0 : static_cast<std::size_t>(n) + 1, 0);
  std::vector<std::uint32_t> columns;
  std::vector<float> values;
  std::vector<std::int64_t> seen(types.size(), 0);
  for (std::int64_t v = 0; v < n; ++v) {
    const auto type = static_cast<std::size_t>(node_type[static_cast<std::size_t>(v)]);
    const auto put = [&](std::int64_t column, float value) {
      if (is_dense) {
        dense(v, column) = value;
      } else {
        columns.push_back(static_cast<std::uint32_t>(column));
        values.push_back(value);
      }
    };
    put(static_cast<std::int64_t>(type), 1.0F);
    if (!std::holds_alternative<std::monostate>(types[type].x)) {
      each_in_row(types[type].x, seen[type]++,
                  [&](std::int64_t j, float value) { put(first_column[type] + j, value); });
    }
    if (!is_dense) {
      offsets[static_cast<std::size_t>(v) + 1] = static_cast<EdgeId>(columns.size());
    }
  }
  if (is_dense) {
    joined.x = std::move(dense);
  } else {
    joined.x = SparseMatrix(n, cols, std::move(offsets), Buffer<std::uint32_t>::copy_of(columns),
                            Buffer<float>::copy_of(values));
  }
  return joined;
}

}  // namespace weft
