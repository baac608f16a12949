#include "weft/io/dense_rows.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cmath>

#include "weft/core/parallel.hpp"
#include "weft/io/half_floats.hpp"

namespace weft {
namespace {

using hdf5::Number;

constexpr std::int64_t kBlockElements = 4 << 20;
constexpr std::int64_t kGrain = 1 << 15;

Number number_of(FeatureType type) {
  return type == FeatureType::float16    ? Number::float16
         : type == FeatureType::bfloat16 ? Number::bfloat16
                                         : Number::float32;
}

/// The first of `values` that is not finite once it is stored as `type`, or their number. Fills `halves`, unless they
/// are stored in 32 bits.
std::int64_t round_to(FeatureType type, std::span<const float> values, std::span<std::uint16_t> halves) {
  const auto count = static_cast<std::int64_t>(values.size());
  std::atomic<std::int64_t> first{count};
  parallel_for(count, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto at = static_cast<std::size_t>(i);
      bool is_finite = std::isfinite(values[at]);
      if (type == FeatureType::float16) {
        halves[at] = to_float16(values[at]);
        is_finite = (halves[at] & 0x7C00U) != 0x7C00U;
      } else if (type == FeatureType::bfloat16) {
        halves[at] = to_bfloat16(values[at]);
        is_finite = (halves[at] & 0x7F80U) != 0x7F80U;
      }
      if (!is_finite) {
        std::int64_t smallest = first.load();
        while (i < smallest && !first.compare_exchange_weak(smallest, i)) {
        }
        return;
      }
    }
  });
  return first;
}

}  // namespace

void write_dense_rows(hdf5::OutputFile& file, const std::string& object, Shape shape, FeatureType type,
                      const RowsOf& rows_of, const std::function<void(std::int64_t)>& done) {
  const std::array<std::int64_t, 2> extent = {shape.rows, shape.cols};
  const std::int64_t element = type == FeatureType::float32 ? 4 : 2;
  file.create_array(object, extent, number_of(type), storage_for(shape.rows * shape.cols * element));
  if (shape.rows == 0 || shape.cols == 0) {
    return;
  }
  const std::int64_t step = std::clamp<std::int64_t>(kBlockElements / shape.cols, 1, shape.rows);
  const auto block_size = static_cast<std::size_t>(step * shape.cols);
  Buffer<float> block(block_size);
  Buffer<std::uint16_t> halves(type == FeatureType::float32 ? 0 : block_size);
  for (std::int64_t first = 0; first < shape.rows; first += step) {
    const std::int64_t count = std::min(step, shape.rows - first);
    const auto size = static_cast<std::size_t>(count * shape.cols);
    const std::span<const float> rows = rows_of(first, count, std::span<float>(block).first(size));
    if (const std::int64_t i = round_to(type, rows, halves); i < static_cast<std::int64_t>(size)) {
      throw ArgumentError(concat("write_dataset: ", object, ": value ", rows[static_cast<std::size_t>(i)], " at [",
                                 first + i / shape.cols, ", ", i % shape.cols, "] is not a finite ", name_of(type),
                                 type == FeatureType::float16 ? ", expected at most 65504; bfloat16 has the range of "
                                                                "float32"
                                                              : ", expected one"));
    }
    const void* stored = type == FeatureType::float32 ? static_cast<const void*>(rows.data()) : halves.data();
    file.write_rows(object, first, count, stored, number_of(type));
    if (done) {
      done(first + count);
    }
  }
}

}  // namespace weft
