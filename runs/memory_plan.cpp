#include "weft/runs/memory_plan.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <string>
#include <system_error>

#include "weft/layers/models.hpp"
#include "weft/samplers/batch_sampler.hpp"

namespace weft {
namespace {

/// The program, its libraries and small things.
constexpr std::int64_t kProcessBytes = std::int64_t{56} << 20;
/// Pages of a file below which reading it stands still.
constexpr std::int64_t kLeastMapped = std::int64_t{16} << 20;

std::int64_t product(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_mul_overflow(a, b, &result) ? std::numeric_limits<std::int64_t>::max() / 4 : result;
}

std::int64_t hidden_of(const Options& options) {
  return options.has("hidden") ? options.integer("hidden") : 64;
}

/// Of the features of a node in memory.
std::int64_t feature_bytes_of_node(const DatasetSize& size) {
  return size.has_dense_features ? 4 * size.features : size.feature_bytes / std::max<std::int64_t>(1, size.nodes);
}

/// What a job can do without having all of the data in memory.
struct Abilities {
  /// Reads features, and the graph, by rows of the nodes it works on.
  bool features = false, edges = false;
  /// Evaluates layer by layer.
  bool layers = false;
};

MemoryPlan plan(const DatasetSize& size, const Options& options, const Abilities& can, std::int64_t limit) {
  require(limit > 0, "memory limit: is ", limit, ", expected above 0");
  MemoryPlan plan;
  const std::int64_t nodes = graph_bytes(size, true), edges = size.neighbor_bytes() + size.edge_bytes;
  plan.read.leaves_edges = can.edges && size.has_plain_edges && edges > (limit - nodes) / 3;
  plan.read.mapped_bytes = std::max<std::int64_t>(kLeastMapped, (limit - nodes) / 8);
  const std::int64_t graph =
      graph_bytes(size, plan.read.leaves_edges) + (plan.read.leaves_edges ? plan.read.mapped_bytes : 0);
  require(graph < limit, "memory limit: is ", bytes_text(limit), ", the graph of ", size.nodes, " nodes and ",
          size.edges, " edges alone takes ", bytes_text(graph),
          plan.read.leaves_edges ? ", its edges left in the file"
          : !can.edges ? "; its edges could stay in the file with sampler neighbor, labor or full and a model "
                         "whose layers read a hop each"
          : !size.has_plain_edges ? "; its edges cannot stay in the file as they are stored, expected a plain array: "
                                    "h5repack -f graph/indices:NONE -l graph/indices:CONTI IN.h5 OUT.h5"
                                  : "");
  const std::int64_t hidden = hidden_of(options);
  // Evaluation of all nodes at once: what a layer reads, its result, and two steps between.
  const std::int64_t at_once = product(size.nodes, 16 * hidden + feature_bytes_of_node(size));
  const bool by_layers = can.layers && (plan.read.leaves_edges || at_once > (limit - graph) / 2);
  const std::int64_t held = graph + (by_layers ? layerwise_bytes(size, options) : 0), rest = limit - held;
  const std::string need =
      concat("memory limit: is ", bytes_text(limit), ", the features take ", bytes_text(size.feature_bytes), " beside ",
             bytes_text(held), " of the graph and the states of its nodes");
  if (size.feature_bytes > rest / 2) {
    require(size.has_dense_features, need, "; only dense features can stay in the file");
    require(can.features, need,
            "; the job reads them all at once, expected batches (--batch-size) and a model whose "
            "layers read a hop each (gcn, sage, gat, gatv2, gin, mlp)");
    require(rest > 0, "memory limit: is ", bytes_text(limit),
            ", the graph and the states of its nodes in evaluation take ", bytes_text(held));
    plan.read.leaves_features = true;
    plan.read.kept_rows = std::min(size.nodes, rest / 4 / (4 * std::max<std::int64_t>(1, size.features) + 4));
  }
  if (options.integer("inference_rows") == 0 && (by_layers || plan.read.leaves_features)) {
    const std::int64_t row = std::max<std::int64_t>(1, layerwise_chunk_bytes(size, options, 1));
    plan.inference_rows = std::clamp<std::int64_t>(rest / 4 / row, 256, 1 << 20);
  }
  return plan;
}

}  // namespace

std::int64_t graph_bytes(const DatasetSize& size, bool leaves_edges) {
  // Offsets; degrees; ids of samplers; the rows of splits.
  constexpr std::int64_t kBytesOfNode = 8 + 4 + 8 + 8;
  return kProcessBytes + product(size.nodes, kBytesOfNode) + size.other_bytes +
         (leaves_edges ? 0 : size.neighbor_bytes() + size.edge_bytes);
}

std::int64_t layerwise_bytes(const DatasetSize& size, const Options& options) {
  const bool adds_up = options.has("jumping_knowledge") && options.text("jumping_knowledge") != "none";
  const std::int64_t layers = options.has("layers") ? options.integer("layers") : 2;
  const std::int64_t states = std::min<std::int64_t>(2, layers - 1) * (adds_up ? 2 : 1);
  // Beside the numbers: ids of nodes for each layer, and the sampler's and degrees that go with them.
  return product(size.nodes, 4 * (states * hidden_of(options) + 2 * size.num_classes + layers) + 13);
}

std::int64_t layerwise_chunk_bytes(const DatasetSize& size, const Options& options, std::int64_t rows) {
  const std::int64_t degree = size.nodes > 0 ? size.edges / size.nodes + 1 : 1;
  const std::int64_t inputs = std::min(std::max<std::int64_t>(1, size.nodes), product(rows, degree + 1));
  // Features or states that are read, and what a layer makes of them before it sums over neighbors.
  return product(inputs, 16 * hidden_of(options) + feature_bytes_of_node(size)) + product(rows, degree * 8);
}

MemoryPlan plan_memory(const DatasetSize& size, const Options& options, std::int64_t limit) {
  const std::string& sampler = options.text("sampler");
  const bool samples = sampler != "none";
  const bool by_rows = samples && sampler_info(sampler).reads_rows_only;
  return plan(size, options, {.features = samples, .edges = by_rows && !reads_edge_features(options), .layers = true},
              limit);
}

MemoryPlan plan_memory_of_graphs(const DatasetSize& size, std::int64_t limit) {
  const std::int64_t graphs = graph_bytes(size);
  require(graphs < limit && size.feature_bytes <= (limit - graphs) / 2, "memory limit: is ", bytes_text(limit),
          ", the graphs take ", bytes_text(graphs), " and the features of their nodes ", bytes_text(size.feature_bytes),
          ", of which nothing can stay in the file where there are many graphs; expected ",
          bytes_text(graphs + 2 * size.feature_bytes), " or more");
  return {};
}

MemoryPlan plan_inference_memory(const DatasetSize& size, const Options& options, bool reads_by_layers,
                                 std::int64_t limit) {
  return plan(size, options,
              {.features = reads_by_layers,
               .edges = reads_by_layers && !reads_edge_features(options),
               .layers = reads_by_layers},
              limit);
}

std::string plan_text(const MemoryPlan& plan, std::int64_t limit) {
  std::string text = concat("memory limit ", bytes_text(limit), ": ");
  if (plan.read.leaves_edges) {
    text += concat("the edges stay in the file, ", bytes_text(plan.read.mapped_bytes), " of it in memory; ");
  }
  text += plan.read.leaves_features ? concat("the features stay in the file, ", plan.read.kept_rows, " rows in memory")
                                    : std::string("the features are read into memory");
  if (plan.inference_rows > 0) {
    text += concat("; evaluation by ", plan.inference_rows, " nodes a layer");
  }
  return text;
}

std::string bytes_text(std::int64_t bytes) {
  static constexpr std::array<const char*, 5> kUnits = {"bytes", "KB", "MB", "GB", "TB"};
  auto value = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; std::abs(value) >= 1024.0 && unit + 1 < kUnits.size(); ++unit) {
    value /= 1024.0;
  }
  char text[32];
  std::snprintf(text, sizeof text, unit == 0 ? "%.0f %s" : "%.2f %s", value, kUnits[unit]);
  return text;
}

std::int64_t bytes_of(std::string_view text) {
  // Not strtod(): a program around the library may have set a language that writes 1,5.
  double value = 0.0;
  const char* const last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  std::string unit(end, last);
  std::erase(unit, ' ');
  if (unit.size() == 2 && (unit[1] == 'B' || unit[1] == 'b')) {
    unit.pop_back();
  }
  constexpr std::string_view kUnits = "KMGT";
  std::size_t power = 0;
  bool known = unit.empty() || unit == "B";
  if (unit.size() == 1 && !known) {
    const std::size_t place = kUnits.find(static_cast<char>(std::toupper(static_cast<unsigned char>(unit[0]))));
    known = place != std::string_view::npos;
    power = known ? place + 1 : 0;
  }
  const double bytes = value * std::pow(1024.0, static_cast<double>(power));
  require(error == std::errc() && known && bytes >= 1.0 && bytes < 9e18, "'", text,
          "' is no amount of memory, expected a number with K, M, G or T, as 4G");
  return static_cast<std::int64_t>(bytes);
}

}  // namespace weft
