#include "weft/capi/arrays.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstring>
#include <utility>

#include "weft/capi/calls.hpp"
#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"

namespace weft::capi {
namespace {

constexpr std::int64_t kGrain = 1 << 14;

template <class T>
std::span<const T> view_of(const T* data, std::int64_t count) {
  return data == nullptr ? std::span<const T>() : std::span<const T>(data, static_cast<std::size_t>(count));
}

/// The first of `count` that breaks a rule, or `count`.
template <class Breaks>
std::int64_t first_broken(std::int64_t count, const Breaks& breaks) {
  std::atomic<std::int64_t> found{count};
  parallel_for(count, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end && i < found.load(std::memory_order_relaxed); ++i) {
      if (breaks(i)) {
        std::int64_t smallest = found.load();
        while (i < smallest && !found.compare_exchange_weak(smallest, i)) {
        }
        return;
      }
    }
  });
  return found;
}

/// Offsets of rows that lie end to end, `rows` of them with `entries` together.
void check_offsets(std::string_view name, const std::int64_t* offsets, std::int64_t rows, std::int64_t entries) {
  require(offsets != nullptr, name, " is NULL, expected ", rows + 1, " numbers");
  require(offsets[0] == 0, name, "[0] is ", offsets[0], ", expected 0");
  const std::int64_t falling = first_broken(rows, [&](std::int64_t i) { return offsets[i + 1] < offsets[i]; });
  require(falling == rows, name, "[", falling + 1, "] is ", offsets[std::min(falling, rows - 1) + 1],
          ", less than the ", offsets[falling], " before it");
  require(entries < 0 || offsets[rows] == entries, name, "[", rows, "] is ", offsets[rows], ", expected ", entries);
}

void check_edges(const weft_graph& graph) {
  require(graph.indices != nullptr || graph.edges == 0, "weft_graph: indices is NULL, expected ", graph.edges,
          " numbers");
  const auto is_broken = [&](std::int64_t v) {
    for (std::int64_t e = graph.indptr[v]; e < graph.indptr[v + 1]; ++e) {
      if (std::int64_t{graph.indices[e]} >= graph.nodes ||
          (e > graph.indptr[v] && graph.indices[e] < graph.indices[e - 1])) {
        return true;
      }
    }
    return false;
  };
  const std::int64_t v = first_broken(graph.nodes, is_broken);
  if (v == graph.nodes) {
    return;
  }
  for (std::int64_t e = graph.indptr[v]; e < graph.indptr[v + 1]; ++e) {
    require(std::int64_t{graph.indices[e]} < graph.nodes, "weft_graph: row ", v, " lists node ", graph.indices[e],
            " (indices[", e, "]), expected numbers below ", graph.nodes);
    require(e == graph.indptr[v] || graph.indices[e] >= graph.indices[e - 1], "weft_graph: row ", v,
            " does not ascend: indices[", e - 1, "] is ", graph.indices[std::max<std::int64_t>(e, 1) - 1],
            " and the next ", graph.indices[e]);
  }
}

/// Graphs laid end to end, none of which reads another.
void check_graphs(const weft_graph& graph) {
  if (graph.node_ptr == nullptr) {
    require(graph.graphs == 0, "weft_graph: node_ptr is NULL and graphs is ", graph.graphs, ", expected 0");
    return;
  }
  require(graph.graphs >= 0 && graph.graphs <= kMaxNodes, "weft_graph: graphs is ", graph.graphs, ", expected 0 to ",
          kMaxNodes);
  check_offsets("weft_graph: node_ptr", graph.node_ptr, graph.graphs, graph.nodes);
  for (std::int64_t g = 0; g < graph.graphs; ++g) {
    const std::int64_t begin = graph.node_ptr[g], end = graph.node_ptr[g + 1];
    for (std::int64_t v = begin; v < end; ++v) {
      // Rows ascend.
      for (const std::int64_t e : {graph.indptr[v], graph.indptr[v + 1] - 1}) {
        const bool is_there = e >= graph.indptr[v] && e < graph.indptr[v + 1];
        require(!is_there || (graph.indices[e] >= begin && graph.indices[e] < end), "weft_graph: row ", v,
                " lists node ", is_there ? graph.indices[e] : 0, ", which is not of its graph ", g, ", nodes ", begin,
                " to ", end - 1);
      }
    }
  }
}

weft_graph checked(const weft_graph* given) {
  const weft_graph graph = known_fields(given, offsetof(weft_graph, edge_weight), "weft_graph");
  require(graph.nodes >= 0 && graph.nodes <= kMaxNodes, "weft_graph: nodes is ", graph.nodes, ", expected 0 to ",
          kMaxNodes);
  require(graph.edges >= 0, "weft_graph: edges is ", graph.edges, ", expected 0 or more");
  check_offsets("weft_graph: indptr", graph.indptr, graph.nodes, graph.edges);
  check_edges(graph);
  check_graphs(graph);
  return graph;
}

/// rows * columns, which a caller's array has.
std::int64_t size_of(const weft_features& given, std::string_view name) {
  std::int64_t size = 0;
  require(!__builtin_mul_overflow(given.rows, given.columns, &size), name, ": there are ", given.rows, " rows and ",
          given.columns, " columns, more than there can be");
  require(given.values != nullptr || size == 0, name, ": values is NULL, expected ", given.rows, " x ", given.columns,
          " of them");
  return size;
}

void check_finite(std::span<const float> values, const ExpectedFeatures& expected, std::int64_t columns) {
  if (!expected.finite) {
    return;
  }
  const auto count = static_cast<std::int64_t>(values.size());
  const std::int64_t i =
      first_broken(count, [&](std::int64_t k) { return !std::isfinite(values[static_cast<std::size_t>(k)]); });
  if (i < count) {
    const float value = values[static_cast<std::size_t>(i)];
    throw ArgumentError(columns > 0
                            ? concat(expected.name, ": row ", i / columns, ", column ", i % columns, " is ", value,
                                     ", expected a finite number")
                            : concat(expected.name, ": values[", i, "] is ", value, ", expected a finite number"));
  }
}

Features dense_of(const weft_features& given, const ExpectedFeatures& expected) {
  const auto* values = static_cast<const float*>(given.values);
  const std::span<const float> all = view_of(values, size_of(given, expected.name));
  check_finite(all, expected, given.columns);
  return Tensor::from_buffer(given.rows, given.columns, Buffer<float>::copy_of(all));
}

Features categories_of(const weft_features& given, const ExpectedFeatures& expected) {
  const auto* values = static_cast<const std::int32_t*>(given.values);
  const std::span<const std::int32_t> all = view_of(values, size_of(given, expected.name));
  if (expected.kind == FeatureKind::none) {
    // Nobody reads them, or knows what there could be.
    return {};
  }
  const auto count = static_cast<std::int64_t>(all.size());
  const auto most = [&](std::int64_t i) {
    return expected.num_categories[static_cast<std::size_t>(i % given.columns)] - 1;
  };
  const std::int64_t i = first_broken(count, [&](std::int64_t k) {
    return all[static_cast<std::size_t>(k)] < 0 || all[static_cast<std::size_t>(k)] > most(k);
  });
  if (i < count) {
    throw ArgumentError(concat(expected.name, ": row ", i / given.columns, ", column ", i % given.columns,
                               " is category ", all[static_cast<std::size_t>(i)], ", expected 0 to ", most(i)));
  }
  return CategoricalMatrix{
      given.rows, {expected.num_categories.begin(), expected.num_categories.end()}, Buffer<std::int32_t>::copy_of(all)};
}

Features sparse_of(const weft_features& given, const ExpectedFeatures& expected) {
  require(given.columns <= kMaxNodes, expected.name, ": there are ", given.columns, " columns, expected at most ",
          kMaxNodes);
  check_offsets(concat(expected.name, ": indptr"), given.indptr, given.rows, -1);
  const std::int64_t entries = given.indptr[given.rows];
  require((given.indices != nullptr && given.values != nullptr) || entries == 0, expected.name,
          ": indices or values is NULL, expected ", entries, " of each");
  const std::int64_t outside = first_broken(
      entries, [&](std::int64_t e) { return given.indices[e] < 0 || std::int64_t{given.indices[e]} >= given.columns; });
  require(outside == entries, expected.name, ": row ",
          std::upper_bound(given.indptr, given.indptr + given.rows + 1, outside) - given.indptr - 1, " has column ",
          outside < entries ? given.indices[outside] : 0, " (indices[", outside, "]), expected 0 to ",
          given.columns - 1);
  const std::span<const float> values = view_of(static_cast<const float*>(given.values), entries);
  check_finite(values, expected, 0);
  Buffer<std::uint32_t> columns(static_cast<std::size_t>(entries));
  std::copy_n(given.indices, entries, columns.data());
  return SparseMatrix(given.rows, given.columns, Buffer<EdgeId>::copy_of(view_of(given.indptr, given.rows + 1)),
                      std::move(columns), Buffer<float>::copy_of(values));
}

/// As a number: another program may have set one that is none of the kinds.
int kind_of(const weft_features& given) {
  int kind = 0;
  static_assert(sizeof kind == sizeof given.kind);
  std::memcpy(&kind, &given.kind, sizeof kind);
  return kind;
}

static_assert(static_cast<int>(FeatureKind::none) == WEFT_NONE && static_cast<int>(FeatureKind::dense) == WEFT_DENSE &&
              static_cast<int>(FeatureKind::sparse) == WEFT_SPARSE &&
              static_cast<int>(FeatureKind::categorical) == WEFT_CATEGORIES);

void check_kind(FeatureKind kind, std::int64_t columns, const ExpectedFeatures& expected) {
  if (expected.kind == FeatureKind::none) {
    require(expected.allows_unread, expected.name, ": there are ", name_of(kind), " features of ", columns,
            " columns, the model was trained on none");
    return;
  }
  require(kind == expected.kind && columns == expected.columns, expected.name, ": there are ", name_of(kind),
          " features of ", columns, " columns, the model was trained on ", name_of(expected.kind), " ones of ",
          expected.columns);
}

}  // namespace

GivenGraph::GivenGraph(const weft_graph* given)
    : fields(checked(given)),
      graph(CsrGraph::from_rows(fields.nodes, Buffer<EdgeId>::copy_of(view_of(fields.indptr, fields.nodes + 1)),
                                Buffer<NodeId>::copy_of(view_of(fields.indices, fields.edges)))) {}

std::span<const std::int64_t> GivenGraph::node_ptr() const {
  return view_of(fields.node_ptr, fields.graphs + 1);
}
std::span<const float> GivenGraph::edge_weight() const {
  return view_of(fields.edge_weight, fields.edges);
}
std::span<const std::int32_t> GivenGraph::edge_type() const {
  return view_of(fields.edge_type, fields.edges);
}
std::span<const std::int64_t> GivenGraph::edge_time() const {
  return view_of(fields.edge_time, fields.edges);
}
std::span<const std::int64_t> GivenGraph::node_time() const {
  return view_of(fields.node_time, fields.nodes);
}

Features features_of(const weft_features* given_or_null, const ExpectedFeatures& expected) {
  if (given_or_null == nullptr) {
    return {};
  }
  const weft_features given = known_fields(given_or_null, sizeof(weft_features), "weft_features");
  const int kind = kind_of(given);
  if (kind == WEFT_NONE) {
    return {};
  }
  require(given.rows == expected.rows, expected.name, ": there are ", given.rows, " rows of features, expected ",
          expected.rows);
  require(given.columns >= 0, expected.name, ": columns is ", given.columns, ", expected 0 or more");
  require(kind >= WEFT_NONE && kind <= WEFT_CATEGORIES, expected.name, ": kind is ", kind,
          ", expected WEFT_NONE to WEFT_CATEGORIES");
  check_kind(static_cast<FeatureKind>(kind), given.columns, expected);
  switch (kind) {
    case WEFT_DENSE:
      return dense_of(given, expected);
    case WEFT_SPARSE:
      return sparse_of(given, expected);
    default:
      return categories_of(given, expected);
  }
}

std::span<const std::int64_t> wanted_rows(const std::int64_t* wanted, std::int64_t count, std::int64_t rows) {
  if (wanted == nullptr) {
    require(count == rows, "count is ", count, ", expected ", rows, ", the number of all rows, where wanted is NULL");
    return {};
  }
  require(count >= 0, "count is ", count, ", expected 0 or more");
  for (std::int64_t i = 0; i < count; ++i) {
    require(wanted[i] >= 0 && wanted[i] < rows, "wanted[", i, "] is ", wanted[i], ", expected 0 to ", rows - 1);
  }
  return view_of(wanted, count);
}

}  // namespace weft::capi
