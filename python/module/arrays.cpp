#include "weft/python/module/arrays.hpp"

#include <nanobind/stl/string.h>

#include <algorithm>
#include <limits>
#include <string>
#include <variant>

#include "weft/core/error.hpp"

namespace weft::python {
namespace nb = nanobind;

nb::object view_of_ids(std::span<const std::uint32_t> ids, std::int64_t num_nodes, nb::handle owner) {
  constexpr std::int64_t kMost = std::int64_t{1} << 31;
  require(num_nodes <= kMost, "indices: there are ", num_nodes, " nodes, int32 has room for ", kMost);
  return view_of(std::span(reinterpret_cast<const std::int32_t*>(ids.data()), ids.size()), owner);
}

nb::object array_of(Tensor values) {
  auto* kept = new Tensor(std::move(values));
  const nb::capsule owner(kept, [](void* p) noexcept { delete static_cast<Tensor*>(p); });
  const std::size_t rows = static_cast<std::size_t>(kept->rows()), cols = static_cast<std::size_t>(kept->cols());
  return nb::cast(nb::ndarray<nb::numpy, float, nb::ndim<2>>(kept->data(), {rows, cols}, owner),
                  nb::rv_policy::reference);
}

Tensor tensor_of(const InMatrix<float>& matrix) {
  Tensor copy =
      Tensor::uninitialized(static_cast<std::int64_t>(matrix.shape(0)), static_cast<std::int64_t>(matrix.shape(1)));
  std::copy_n(matrix.data(), matrix.size(), copy.data());
  return copy;
}

Features features_of(nb::handle parts) {
  if (parts.is_none()) {
    return {};
  }
  const std::string kind = nb::cast<std::string>(parts[0]);
  if (kind == "dense") {
    return tensor_of(nb::cast<InMatrix<float>>(parts[1]));
  }
  if (kind == "sparse") {
    return SparseMatrix(nb::cast<std::int64_t>(parts[1]), nb::cast<std::int64_t>(parts[2]),
                        buffer_of(nb::cast<InArray<std::int64_t>>(parts[3])),
                        buffer_of(nb::cast<InArray<std::uint32_t>>(parts[4])),
                        buffer_of(nb::cast<InArray<float>>(parts[5])));
  }
  require(kind == "categories", "features: '", kind, "' is no form of them");
  CategoricalMatrix matrix;
  matrix.num_categories = vector_of(nb::cast<InArray<std::int64_t>>(parts[1]));
  const auto values = nb::cast<InMatrix<std::int32_t>>(parts[2]);
  matrix.rows = static_cast<std::int64_t>(values.shape(0));
  require(values.shape(1) == matrix.num_categories.size(), "categories: there are ", values.shape(1),
          " columns and the sizes of ", matrix.num_categories.size());
  matrix.values = Buffer<std::int32_t>::copy_of({values.data(), values.size()});
  return matrix;
}

nb::object parts_of(const Features& features, nb::handle owner) {
  struct Visitor {
    nb::handle owner;
    nb::object operator()(std::monostate) const { return nb::none(); }
    nb::object operator()(const Tensor& x) const {
      return nb::make_tuple("dense", view_of(x.data(), x.rows(), x.cols(), owner));
    }
    nb::object operator()(const SparseMatrix& x) const {
      const SparseMatrix::Rows& rows = x.by_row();
      return nb::make_tuple("sparse", x.rows(), x.cols(), view_of(std::span<const EdgeId>(rows.offsets), owner),
                            view_of_ids(rows.columns, x.cols(), owner),
                            view_of(std::span<const float>(rows.values), owner));
    }
    nb::object operator()(const CategoricalMatrix& x) const {
      return nb::make_tuple("categories", view_of(std::span<const std::int64_t>(x.num_categories), owner),
                            view_of(x.values.data(), x.rows, x.cols(), owner));
    }
  };
  return std::visit(Visitor{owner}, features);
}

}  // namespace weft::python
