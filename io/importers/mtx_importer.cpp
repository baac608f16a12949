#include "weft/io/importers/mtx_importer.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>
#include <vector>

#include "weft/core/parallel.hpp"
#include "weft/io/dataset_checks.hpp"
#include "weft/io/importers/edge_rows.hpp"
#include "weft/io/importers/edge_sorter.hpp"
#include "weft/io/importers/mtx_text.hpp"
#include "weft/io/importers/row_store.hpp"
#include "weft/io/splits.hpp"

namespace weft {
namespace {

constexpr std::int64_t kMostClasses = 1 << 24;
constexpr int kNumRandomSplits = 3;

/// Takes some entries as edges, with the values that are to be kept.
using TakeEntries = FunctionRef<void(std::vector<Edge>& edges, std::vector<float>& values)>;

void read_entries(MtxText& text, const MtxOptions& options, const ProgressCallback& progress, TakeEntries take) {
  std::vector<Edge> edges;
  std::vector<float> values;
  for (std::int64_t count = 0; text.next(edges, values); count += static_cast<std::int64_t>(edges.size())) {
    if (!options.weights) {
      values.clear();
    }
    take(edges, values);
    if (progress) {
      progress({.stage = "reading entries", .done = count, .total = text.num_entries(), .detail = ""});
    }
  }
}

void expect_rows(const std::filesystem::path& path, std::int64_t count, std::int64_t num_nodes) {
  if (count != num_nodes) {
    throw DataError(path.string(), "", concat("has ", count, " rows, expected ", num_nodes, ", one for each node"));
  }
}

/// Calls take(row) for a row of numbers for each node; returns how many numbers a row has.
template <class Take>
std::int64_t read_table(const std::filesystem::path& path, std::int64_t num_nodes, NotANumber nan, const Take& take) {
  TextInput input(path);
  NumberRows rows(input);
  std::vector<float> row;
  std::int64_t count = 0;
  for (; rows.next(); ++count) {
    if (count == num_nodes) {
      rows.fail(concat("is one row more than the ", num_nodes, " nodes"));
    }
    row.clear();
    for (std::int64_t j = 0; j < rows.cols(); ++j) {
      row.push_back(rows.real(j, nan));
    }
    take(std::span<const float>(row));
  }
  expect_rows(path, count, num_nodes);
  return static_cast<std::int64_t>(row.size());
}

Tensor read_tensor(const std::filesystem::path& path, std::int64_t num_nodes, NotANumber nan) {
  std::vector<float> values;
  const std::int64_t cols = read_table(
      path, num_nodes, nan, [&](std::span<const float> row) { values.insert(values.end(), row.begin(), row.end()); });
  return Tensor::from_buffer(num_nodes, cols, Buffer<float>::copy_of(values));
}

/// An integer, which may be written as a real; -1 and nan are none.
std::int64_t read_class(const NumberRows& rows) {
  if (!rows.is_integer(0)) {
    const float value = rows.real(0, NotANumber::allowed);
    if (std::isnan(value)) {
      return -1;
    }
    if (value == std::floor(value) && value >= -1.0F && value <= static_cast<float>(kMostClasses)) {
      return static_cast<std::int64_t>(value);
    }
  }
  return rows.integer(0, "class", -1, kMostClasses);
}

void read_labels(const MtxOptions& options, std::int64_t num_nodes, Dataset& data) {
  // One class for all that has a target: a split of the labeled nodes.
  std::vector<std::int64_t> strata;
  if (options.regression) {
    data.task = TaskKind::node_regression;
    Tensor targets = read_tensor(options.labels, num_nodes, NotANumber::allowed);
    for (std::int64_t i = 0; i < targets.rows(); ++i) {
      const auto row = targets.row(i);
      strata.push_back(std::any_of(row.begin(), row.end(), [](float y) { return y == y; }) ? 0 : -1);
    }
    data.node_labels = std::move(targets);
  } else {
    data.task = TaskKind::node_classification;
    TextInput input(options.labels);
    NumberRows rows(input);
    while (rows.next()) {
      rows.expect_cols(1);
      strata.push_back(read_class(rows));
      data.num_classes = std::max(data.num_classes, strata.back() + 1);
    }
    expect_rows(options.labels, static_cast<std::int64_t>(strata.size()), num_nodes);
    data.node_labels = strata;
  }
  for (int i = 0; i < kNumRandomSplits; ++i) {
    data.splits.push_back(stratified_split(concat("rand", i), strata, std::max<std::int64_t>(1, data.num_classes), {},
                                           Random(options.seed).stream(static_cast<std::uint64_t>(i))));
  }
}

/// Everything but the graph and the features of nodes and edges.
Dataset describe(const MtxOptions& options, const MtxText& text) {
  Dataset data;
  data.directed = options.directed && !text.is_symmetric();
  data.task = TaskKind::link_prediction;
  if (!options.labels.empty()) {
    read_labels(options, text.num_nodes(), data);
  }
  data.name = options.name.empty() ? options.input.stem().string() : options.name;
  data.source = options.input.filename().string();
  return data;
}

/// All edges of the matrix, sorted, of which every direction takes the value of its own entry where there is one.
EdgeSorter sort_entries(MtxText& text, const MtxOptions& options, const ImportedFile& file,
                        const ProgressCallback& progress) {
  const bool both = !options.directed || text.is_symmetric();
  // The value that was added first counts.
  const bool reversed_later = both && options.weights && !text.is_symmetric();
  EdgeSorter sorter({.target = file.output,
                     .memory_bytes = file.memory_bytes / 2,
                     .symmetrize = both && !reversed_later,
                     .has_weights = options.weights});
  const auto add = [&](std::span<const Edge> edges, std::span<const float> values) { sorter.add(edges, values); };
  read_entries(text, options, progress, add);
  if (reversed_later) {
    MtxText again(options.input, options.weights, options.on_bad_row ? [](const std::string&) {} : OnBadRow());
    read_entries(again, options, progress, [&](std::vector<Edge>& edges, const std::vector<float>& values) {
      for (Edge& edge : edges) {
        std::swap(edge.source, edge.destination);
      }
      sorter.add(edges, values);
    });
  }
  sorter.finish();
  return sorter;
}

}  // namespace

Dataset import_mtx(const MtxOptions& options, const ProgressCallback& progress) {
  MtxText text(options.input, options.weights, options.on_bad_row);
  std::vector<Edge> edges;
  std::vector<float> values;
  read_entries(text, options, progress, [&](const std::vector<Edge>& more, const std::vector<float>& more_values) {
    edges.insert(edges.end(), more.begin(), more.end());
    values.insert(values.end(), more_values.begin(), more_values.end());
  });
  Dataset data = describe(options, text);
  data.graph = CsrGraph::from_edges(text.num_nodes(), edges, {.symmetrize = !data.directed});
  if (options.weights && !edges.empty()) {
    const Features table =
        Tensor::from_buffer(static_cast<std::int64_t>(values.size()), 1, Buffer<float>::copy_of(values));
    data.edge_features = select_rows(table, places_of_edges(edges, !data.directed));
  }
  if (!options.features.empty()) {
    data.node_features = read_tensor(options.features, text.num_nodes(), NotANumber::refused);
  }
  check_dataset(data, options.input);
  return data;
}

std::int64_t mtx_memory_bytes(const MtxOptions& options) {
  // Of a byte of text: an edge of 12 bytes, or a number of 8 bytes, in all the forms that they pass through.
  constexpr std::int64_t kOfEntries = 10, kOfTables = 2;
  return memory_of_text(options.input, kOfEntries) + memory_of_text(options.features, kOfTables) +
         memory_of_text(options.labels, kOfTables);
}

DatasetSize import_mtx_to_file(const MtxOptions& options, const ImportedFile& file, const ProgressCallback& progress) {
  require(file.memory_bytes > 0, "import_mtx_to_file: memory_bytes is ", file.memory_bytes, ", expected more than 0");
  MtxText text(options.input, options.weights, options.on_bad_row);
  const EdgeSorter sorter = sort_entries(text, options, file, progress);
  LargeDataset data;
  data.rest = describe(options, text);
  RowStore features(file.output, file.memory_bytes / 8);
  if (!options.features.empty()) {
    data.num_features = read_table(options.features, text.num_nodes(), NotANumber::refused,
                                   [&](std::span<const float> row) { features.append(row); });
    data.fill_features = [&](std::int64_t first, std::int64_t count, std::span<float> rows) {
      std::vector<std::int64_t> numbers(static_cast<std::size_t>(count));
      std::iota(numbers.begin(), numbers.end(), first);
      features.read(numbers, rows);
    };
  }
  data.visit_edges = [&](FunctionRef<void(const EdgePiece&)> use) { sorter.visit(use); };
  data.offsets = row_offsets(text.num_nodes(), data.visit_edges, progress);
  data.has_weights = options.weights && data.num_edges() > 0;
  write_dataset(data, file.output, file.write, progress);
  return data.size();
}

}  // namespace weft
