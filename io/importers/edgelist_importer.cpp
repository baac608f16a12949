#include "weft/io/importers/edgelist_importer.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <vector>

#include "weft/io/importers/edge_rows.hpp"
#include "weft/io/importers/edge_sorter.hpp"
#include "weft/io/importers/edge_text.hpp"
#include "weft/io/importers/edgelist_tables.hpp"

namespace weft {
namespace {

namespace fs = std::filesystem;

/// Takes some edges, nodes by their places among the names.
using TakeEdges = FunctionRef<void(std::span<const Edge> edges, std::span<const float> weights)>;

void check(const EdgelistOptions& options) {
  require(options.task == TaskKind::node_classification || options.task == TaskKind::node_regression,
          "import_edgelist: task ", name_of(options.task), ", expected node_classification or node_regression");
}

std::int64_t read_edges(const EdgelistOptions& options, const ProgressCallback& progress, NodeNames& names,
                        TakeEdges take) {
  EdgeText text(options.edges, options.weights, options.on_bad_row);
  std::vector<Edge> edges;
  std::vector<float> weights;
  std::int64_t count = 0;
  while (text.next(names, edges, weights)) {
    take(edges, weights);
    count += static_cast<std::int64_t>(edges.size());
    if (progress) {
      progress({.stage = "reading edges", .done = count, .total = 0, .detail = ""});
    }
  }
  return count;
}

/// The largest integer that is believed to be a node because all below it are nodes too: files of so many bytes have no
/// room for more names, however well they are compressed. Nothing if a file cannot be read twice.
std::optional<std::int64_t> largest_integer(const EdgelistOptions& options) {
  std::uintmax_t bytes = 0;
  for (const fs::path& path : {options.edges, options.features, options.labels}) {
    std::error_code error;
    if (path.empty() || fs::is_regular_file(path, error)) {
      bytes += path.empty() ? 0 : fs::file_size(path, error);
    } else if (fs::exists(path, error)) {
      return std::nullopt;
    }
  }
  constexpr std::uintmax_t kNamesAByte = 64;
  return static_cast<std::int64_t>(std::min<std::uintmax_t>(bytes, kMaxNodes / kNamesAByte) * kNamesAByte);
}

/// Runs `import` with nodes that are integers, and where they are not, from the start with nodes of any name. What is
/// left out is told once.
template <class Import>
auto with_names(EdgelistOptions options, const Import& import) {
  std::int64_t seen = 0, told = 0;
  if (options.on_bad_row) {
    options.on_bad_row = [&seen, &told, tell = options.on_bad_row](const std::string& problem) {
      if (++seen > told) {
        told = seen;
        tell(problem);
      }
    };
  }
  if (const std::optional<std::int64_t> largest = largest_integer(options)) {
    try {
      return import(options, NodeNames::integers(*largest));
    } catch (const NotIntegers&) {
      seen = 0;
      // As most files are not.
    }
  }
  return import(options, NodeNames());
}

/// Of repeats, reversed ones among them, the first counts.
Tensor edge_weights(const EdgelistOptions& options, EdgeId num_edges, std::span<const Edge> edges,
                    std::span<const float> weights) {
  constexpr std::int64_t kRoomForEachEdge = 64;
  EdgeSorter sorter({.memory_bytes = kRoomForEachEdge * (static_cast<std::int64_t>(edges.size()) + 1),
                     .symmetrize = !options.directed,
                     .has_weights = true});
  sorter.add(edges, weights);
  sorter.finish();
  Tensor result = Tensor::uninitialized(num_edges, 1);
  float* to = result.data();
  sorter.visit([&](const EdgePiece& piece) { to = std::ranges::copy(piece.weights, to).out; });
  return result;
}

Dataset import_in_memory(const EdgelistOptions& options, const ProgressCallback& progress, NodeNames names) {
  EdgelistTables tables(std::move(names), {}, std::numeric_limits<std::int64_t>::max());
  std::vector<Edge> edges;
  std::vector<float> weights;
  read_edges(options, progress, tables.names, [&](std::span<const Edge> more, std::span<const float> more_weights) {
    edges.insert(edges.end(), more.begin(), more.end());
    weights.insert(weights.end(), more_weights.begin(), more_weights.end());
  });
  tables.read(options);
  const std::vector<NodeId> number = tables.names.numbering();
  Dataset data;
  tables.describe(options, number, data);
  for (Edge& edge : edges) {
    edge = {number[edge.source], number[edge.destination]};
  }
  const auto num_nodes = static_cast<std::int64_t>(number.size());
  data.graph = CsrGraph::from_edges(num_nodes, edges, {.symmetrize = !options.directed});
  if (options.weights) {
    data.edge_features = edge_weights(options, data.graph.num_edges(), edges, weights);
  }
  if (!options.features.empty()) {
    Tensor features = Tensor::uninitialized(num_nodes, tables.width);
    tables.features.read(tables.feature_rows(options, number), features.values());
    data.node_features = std::move(features);
  }
  return data;
}

/// A share of the memory for sorting edges, one for features; the rest is for what has an entry a node.
WrittenDataset import_to_file(const EdgelistOptions& options, const ImportedFile& file,
                              const ProgressCallback& progress, NodeNames names) {
  EdgelistTables tables(std::move(names), file.output, file.memory_bytes / 8);
  EdgeSorter sorter({.target = file.output,
                     .memory_bytes = file.memory_bytes / 2,
                     .symmetrize = !options.directed,
                     .has_weights = options.weights});
  read_edges(options, progress, tables.names,
             [&](std::span<const Edge> edges, std::span<const float> weights) { sorter.add(edges, weights); });
  tables.read(options);
  if (tables.names.are_numbers() && !tables.names.expects_integers()) {
    // More of them than the files' sizes let expect. The edges were sorted by other numbers.
    EdgelistOptions again = options;
    if (again.on_bad_row) {
      again.on_bad_row = [](const std::string&) {};
    }
    return import_to_file(again, file, progress, NodeNames::integers(kMaxNodes));
  }
  const std::vector<NodeId> number = tables.names.numbering();
  LargeDataset data;
  tables.describe(options, number, data.rest);
  std::vector<std::int64_t> feature_row;
  if (!options.features.empty()) {
    feature_row = tables.feature_rows(options, number);
    data.num_features = tables.width;
    data.fill_features = [&](std::int64_t first, std::int64_t count, std::span<float> rows) {
      tables.features.read(std::span<const std::int64_t>(feature_row)
                               .subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(count)),
                           rows);
    };
  }
  sorter.finish();
  data.has_weights = options.weights;
  data.visit_edges = [&](FunctionRef<void(const EdgePiece&)> use) { sorter.visit(use); };
  data.offsets = row_offsets(static_cast<std::int64_t>(number.size()), data.visit_edges, progress);
  if (options.strict) {
    require_nothing_assumed(options.edges, data.rest.assumed);
  }
  write_dataset(data, file.output, file.write, progress);
  return {data.rest.name, data.size(), data.rest.assumed};
}

}  // namespace

Dataset import_edgelist(const EdgelistOptions& options, const ProgressCallback& progress) {
  check(options);
  return with_names(options, [&](const EdgelistOptions& told_once, NodeNames names) {
    return import_in_memory(told_once, progress, std::move(names));
  });
}

std::int64_t edgelist_memory_bytes(const EdgelistOptions& options) {
  // Of a byte of text: an edge of 14 bytes, a name, or a number of 8 bytes, in all the forms that they pass through.
  constexpr std::int64_t kOfEdges = 10, kOfTables = 2;
  return memory_of_text(options.edges, kOfEdges) + memory_of_text(options.features, kOfTables) +
         memory_of_text(options.labels, kOfTables);
}

WrittenDataset import_edgelist_to_file(const EdgelistOptions& options, const ImportedFile& file,
                                       const ProgressCallback& progress) {
  check(options);
  require(file.memory_bytes > 0, "import_edgelist_to_file: memory_bytes is ", file.memory_bytes,
          ", expected more than 0");
  return with_names(options, [&](const EdgelistOptions& told_once, NodeNames names) {
    return import_to_file(told_once, file, progress, std::move(names));
  });
}

}  // namespace weft
