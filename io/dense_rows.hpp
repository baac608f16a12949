// Writing a dense matrix row block by row block, in 16 or 32 bits. Private.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "weft/io/dataset.hpp"
#include "weft/io/hdf5_file.hpp"

namespace weft {

/// From this size on arrays are not compressed: single rows of them may have to be read.
inline constexpr std::int64_t kReadByRowsBytes = std::int64_t{64} << 20;
[[nodiscard]] constexpr hdf5::Storage storage_for(std::int64_t bytes) {
  return bytes > kReadByRowsBytes ? hdf5::Storage::plain : hdf5::Storage::compressed;
}

/// The rows first .. first + count of a matrix: written into `block`, which has room for them, or where they are.
using RowsOf = std::function<std::span<const float>(std::int64_t first, std::int64_t count, std::span<float> block)>;

/// Writes the matrix as `object`. `done(row)` after each block of rows. Throws ArgumentError if a number is not finite
/// or is beyond the range of `type`.
void write_dense_rows(hdf5::OutputFile& file, const std::string& object, Shape shape, FeatureType type,
                      const RowsOf& rows_of, const std::function<void(std::int64_t)>& done = {});

}  // namespace weft
