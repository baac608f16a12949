// The caller's arrays, checked and copied into what the library reads.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "weft/capi/weft.h"
#include "weft/graph/csr_graph.hpp"
#include "weft/layers/model_shape.hpp"
#include "weft/tensor/features.hpp"

namespace weft::capi {

/// Throws ArgumentError, naming the row, for what breaks the promises of weft_graph, edges between graphs too.
/// O(nodes + edges).
struct GivenGraph {
  explicit GivenGraph(const weft_graph* given);

  /// With the caller's pointers.
  weft_graph fields;
  CsrGraph graph;
  /// Views of the caller's arrays; empty where there are none.
  [[nodiscard]] std::span<const std::int64_t> node_ptr() const;
  [[nodiscard]] std::span<const float> edge_weight() const;
  [[nodiscard]] std::span<const std::int32_t> edge_type() const;
  [[nodiscard]] std::span<const std::int64_t> edge_time() const;
  [[nodiscard]] std::span<const std::int64_t> node_time() const;
};

/// What features have to be.
struct ExpectedFeatures {
  /// "nodes" or "edges", in messages.
  std::string_view name;
  std::int64_t rows = 0;
  /// As the model was trained; none: edges may have any, which it does not read.
  FeatureKind kind = FeatureKind::none;
  std::int64_t columns = 0;
  /// Values of each column of categories.
  std::span<const std::int64_t> num_categories = {};
  bool allows_unread = false;
  /// Whether numbers that are not finite are refused.
  bool finite = true;
};

/// NULL and WEFT_NONE: none. Throws ArgumentError naming the row and the column of what is wrong.
[[nodiscard]] Features features_of(const weft_features* given, const ExpectedFeatures& expected);

/// Rows that the caller wants, `count` numbers at `wanted`, or of all `rows` where that is NULL. Throws ArgumentError
/// for a number out of range, and without `wanted` for another count.
[[nodiscard]] std::span<const std::int64_t> wanted_rows(const std::int64_t* wanted, std::int64_t count,
                                                        std::int64_t rows);

}  // namespace weft::capi
