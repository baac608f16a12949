// NumPy arrays: views of the library's memory that keep its owner alive, arrays that own what the library made, and
// what is copied in.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "weft/core/buffer.hpp"
#include "weft/tensor/features.hpp"

namespace weft::python {

template <class T>
using InArray = nanobind::ndarray<const T, nanobind::ndim<1>, nanobind::c_contig, nanobind::device::cpu>;
template <class T>
using InMatrix = nanobind::ndarray<const T, nanobind::ndim<2>, nanobind::c_contig, nanobind::device::cpu>;

/// Read-only; `owner` lives as long as the array.
template <class T>
[[nodiscard]] nanobind::object view_of(std::span<const T> values, nanobind::handle owner) {
  return nanobind::cast(
      nanobind::ndarray<nanobind::numpy, const T, nanobind::ndim<1>>(values.data(), {values.size()}, owner),
      nanobind::rv_policy::reference);
}
template <class T>
[[nodiscard]] nanobind::object view_of(const T* values, std::int64_t rows, std::int64_t cols, nanobind::handle owner) {
  return nanobind::cast(nanobind::ndarray<nanobind::numpy, const T, nanobind::ndim<2>>(
                            values, {static_cast<std::size_t>(rows), static_cast<std::size_t>(cols)}, owner),
                        nanobind::rv_policy::reference);
}
/// Ids of nodes as int32, the type that other libraries index with. Throws ArgumentError beyond its range.
[[nodiscard]] nanobind::object view_of_ids(std::span<const std::uint32_t> ids, std::int64_t num_nodes,
                                           nanobind::handle owner);

/// An array that owns the numbers.
template <class T>
[[nodiscard]] nanobind::object array_of(std::vector<T> values) {
  auto* kept = new std::vector<T>(std::move(values));
  const nanobind::capsule owner(kept, [](void* p) noexcept { delete static_cast<std::vector<T>*>(p); });
  return nanobind::cast(nanobind::ndarray<nanobind::numpy, T, nanobind::ndim<1>>(kept->data(), {kept->size()}, owner),
                        nanobind::rv_policy::reference);
}
[[nodiscard]] nanobind::object array_of(Tensor values);

template <class T>
[[nodiscard]] std::span<const T> span_of(const InArray<T>& array) {
  return {array.data(), array.shape(0)};
}
template <class T>
[[nodiscard]] std::vector<T> vector_of(const InArray<T>& array) {
  return {array.data(), array.data() + array.shape(0)};
}
template <class T>
[[nodiscard]] Buffer<T> buffer_of(const InArray<T>& array) {
  return Buffer<T>::copy_of(span_of(array));
}
[[nodiscard]] Tensor tensor_of(const InMatrix<float>& matrix);

/// None; ("dense", float32 [n, f]); ("sparse", rows, columns, int64 indptr, uint32 indices, float32 values);
/// ("categories", int64 sizes of the columns, int32 [n, f]).
[[nodiscard]] Features features_of(nanobind::handle parts);
/// The same the other way, as views.
[[nodiscard]] nanobind::object parts_of(const Features& features, nanobind::handle owner);

}  // namespace weft::python
