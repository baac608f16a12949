// Where arrays, and the rows of a matrix, lie in an HDF5 file.
#include <array>

#include "weft/io/hdf5_array.hpp"
#include "weft/io/hdf5_file.hpp"
#include "weft/io/hdf5_library.hpp"

namespace weft::hdf5 {
namespace {

/// Fills in the filters; false if there is one, or an order, that rows are not read through.
bool take_filters(hid_t properties, RowLayout& layout) {
  const int count = H5Pget_nfilters(properties);
  for (int i = 0; i < count; ++i) {
    unsigned flags = 0, config = 0;
    std::size_t values = 0;
    const H5Z_filter_t filter =
        H5Pget_filter2(properties, static_cast<unsigned>(i), &flags, &values, nullptr, 0, nullptr, &config);
    if (filter == H5Z_FILTER_SHUFFLE && i == 0) {
      layout.shuffled = true;
    } else if (filter == H5Z_FILTER_DEFLATE && i == (layout.shuffled ? 1 : 0)) {
      layout.deflated = true;
    } else {
      return false;
    }
  }
  return true;
}

/// Fills in the chunks; false if one lies outside the file.
bool take_chunks(hid_t data, std::int64_t file_bytes, RowLayout& layout) {
  for (std::int64_t row = 0; row < layout.rows; row += layout.chunk_rows) {
    for (std::int64_t col = 0; col < layout.cols; col += layout.chunk_cols) {
      const std::array<hsize_t, 2> first = {static_cast<hsize_t>(row), static_cast<hsize_t>(col)};
      unsigned skipped = 0;
      haddr_t address = HADDR_UNDEF;
      hsize_t bytes = 0;
      if (H5Dget_chunk_info_by_coord(data, first.data(), &skipped, &address, &bytes) < 0) {
        return false;
      }
      if (address == HADDR_UNDEF) {
        layout.chunks.push_back({});
        continue;
      }
      const auto limit = static_cast<hsize_t>(file_bytes);
      if (bytes > limit || address > limit - bytes) {
        return false;
      }
      layout.chunks.push_back({static_cast<std::int64_t>(address), static_cast<std::int64_t>(bytes), skipped});
    }
  }
  return true;
}

}  // namespace

std::optional<RowLayout> InputFile::row_layout(std::string_view object) const {
  const Inside inside;
  const CheckedArray array(*this, id_, size_, object);
  const auto& shape = array.info().shape;
  if (array.info().kind != Kind::real || shape.size() != 2 || base_address(id_) != 0) {
    return std::nullopt;
  }
  RowLayout layout;
  layout.rows = shape[0];
  layout.cols = shape[1];
  layout.element_bytes = static_cast<std::int64_t>(H5Tget_size(array.type()));
  layout.is_bfloat16 = is_bfloat16(array.type());
  if (H5Tget_order(array.type()) != H5T_ORDER_LE) {
    return std::nullopt;
  }
  const Handle properties(H5Dget_create_plist(array.data()), H5Pclose);
  if (H5Pget_layout(properties) == H5D_CONTIGUOUS) {
    const haddr_t at = H5Dget_offset(array.data());
    // An array that was never written has no place.
    if (at == HADDR_UNDEF) {
      return std::nullopt;
    }
    layout.offset = static_cast<std::int64_t>(at);
    return layout;
  }
  std::array<hsize_t, 2> extent{};
  if (H5Pget_layout(properties) != H5D_CHUNKED || H5Pget_chunk(properties, 2, extent.data()) != 2 ||
      !take_filters(properties, layout)) {
    return std::nullopt;
  }
  layout.chunk_rows = static_cast<std::int64_t>(extent[0]);
  layout.chunk_cols = static_cast<std::int64_t>(extent[1]);
  return take_chunks(array.data(), size_, layout) ? std::optional(std::move(layout)) : std::nullopt;
}

std::optional<std::int64_t> InputFile::place_of_int32(std::string_view object) const {
  const Inside inside;
  const CheckedArray array(*this, id_, size_, object);
  const Handle properties(H5Dget_create_plist(array.data()), H5Pclose);
  if (array.info().kind != Kind::integer || H5Tget_size(array.type()) != 4 ||
      H5Tget_order(array.type()) != H5T_ORDER_LE || base_address(id_) != 0 ||
      H5Pget_layout(properties) != H5D_CONTIGUOUS) {
    return std::nullopt;
  }
  const haddr_t at = H5Dget_offset(array.data());
  if (at == HADDR_UNDEF || at % 4 != 0) {
    return std::nullopt;
  }
  return static_cast<std::int64_t>(at);
}

}  // namespace weft::hdf5
