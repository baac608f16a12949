// Dense features that stay in their file: rows are read when a batch asks for them, by any number of threads at once.
//
// Method: rows are read in the order of the file, neighbors in one call (pread), past libhdf5 and its lock; chunks are
// decompressed once a call. Rows that are asked for most are kept. Cost of n rows: n log n, and as many reads as there
// are gaps of more than a few KiB between them; of chunked rows, as many decompressions as chunks are touched.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "weft/core/buffer.hpp"
#include "weft/tensor/feature_rows.hpp"

namespace weft {

/// Immutable; may be used by several threads at once.
class FeatureFile final : public FeatureRows {
 public:
  /// The dense features of a dataset file. Null if its features are of another form, or stored in a way that cannot be
  /// read by rows. Throws DataError if the file cannot be read.
  [[nodiscard]] static std::unique_ptr<FeatureFile> open(const std::filesystem::path& path);
  ~FeatureFile() override;

  /// Keeps these rows in memory: those that are asked for most. Replaces what was kept; not while rows() runs.
  void keep(std::span<const std::uint32_t> index);

  [[nodiscard]] Shape shape() const override;
  /// Throws DataError if the file cannot be read or holds a number that is not finite.
  [[nodiscard]] Features rows(std::span<const std::uint32_t> index) const override;

 private:
  class Reader;
  explicit FeatureFile(std::unique_ptr<const Reader> reader);

  std::unique_ptr<const Reader> reader_;
  Tensor kept_;
  /// [rows] Where a row is among the kept ones, or none; empty if none is kept.
  Buffer<std::uint32_t> place_;
};

}  // namespace weft
