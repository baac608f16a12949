// The text of a sparse matrix in the Matrix Market exchange format (Boisvert, Pozo, Remington 1996): header and
// entries. Private.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "weft/graph/csr_graph.hpp"
#include "weft/io/importers/bad_rows.hpp"
#include "weft/io/importers/number_rows.hpp"

namespace weft {

class MtxText {
 public:
  /// Reads up to the line of sizes. Throws DataError naming file and line if it is no square matrix of coordinates, or
  /// has no values although they are needed.
  MtxText(const std::filesystem::path& path, bool needs_values, OnBadRow on_bad_row);

  [[nodiscard]] bool has_values() const { return has_values_; }
  [[nodiscard]] bool is_symmetric() const { return is_symmetric_; }
  [[nodiscard]] std::int64_t num_nodes() const { return num_nodes_; }
  [[nodiscard]] std::int64_t num_entries() const { return num_entries_; }

  /// The next entries as edges, some ten thousands of them, with their values if the matrix has any; false at the end,
  /// where the header is held against what was read. Throws DataError naming file and line.
  [[nodiscard]] bool next(std::vector<Edge>& edges, std::vector<float>& values);

 private:
  void read_banner(bool needs_values);
  void read_size();
  void check_end() const;

  std::filesystem::path path_;
  TextInput input_;
  NumberRows rows_;
  OnBadRow on_bad_row_;
  bool has_values_ = false, is_symmetric_ = false;
  std::int64_t num_nodes_ = 0, num_entries_ = 0;
  std::int64_t count_ = 0;
};

}  // namespace weft
