#include "weft/train/memory_plan.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>

namespace weft {
namespace {

/// The program, its libraries and small things.
constexpr std::int64_t kProcessBytes = std::int64_t{48} << 20;

std::int64_t product(std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  return __builtin_mul_overflow(a, b, &result) ? std::numeric_limits<std::int64_t>::max() / 4 : result;
}

}  // namespace

std::int64_t graph_bytes(const DatasetSize& size) {
  // Offsets; degrees; ids of samplers; the rows of splits.
  constexpr std::int64_t kBytesOfNode = 8 + 4 + 8 + 8, kBytesOfEdge = 4;
  return kProcessBytes + product(size.nodes, kBytesOfNode) + product(size.edges, kBytesOfEdge) + size.other_bytes;
}

MemoryPlan plan_memory(const DatasetSize& size, const Options& options, std::int64_t limit) {
  require(limit > 0, "memory limit: is ", limit, ", expected above 0");
  const std::int64_t graph = graph_bytes(size);
  require(graph < limit, "memory limit: is ", bytes_text(limit), ", the graph of ", size.nodes, " nodes and ",
          size.edges, " edges alone takes ", bytes_text(graph));
  const std::int64_t hidden = options.has("hidden") ? options.integer("hidden") : 64;
  // Evaluation of all nodes at once: what a layer reads, its result, and two steps between. By layers: the states that
  // go from one to the next, and the outputs with what is measured on them.
  const std::int64_t at_once = product(size.nodes, 4 * (4 * hidden + size.features));
  const std::int64_t by_layers = product(size.nodes, 4 * (2 * hidden + 2 * size.num_classes));
  const bool is_tight = at_once > (limit - graph) / 2;
  const std::int64_t held = graph + (is_tight ? by_layers : 0), rest = limit - held;
  MemoryPlan plan;
  if (size.feature_bytes > rest / 2) {
    require(size.has_dense_features, "memory limit: is ", bytes_text(limit), ", the features take ",
            bytes_text(size.feature_bytes), " beside ", bytes_text(held),
            " of the graph and the states of its nodes; only dense features can stay in the file");
    require(options.text("sampler") != "none", "memory limit: is ", bytes_text(limit), ", the features take ",
            bytes_text(size.feature_bytes), " beside ", bytes_text(held),
            " of the graph and the states of its nodes; training on the whole graph reads them all at once, expected "
            "batches (--batch-size)");
    require(rest > 0, "memory limit: is ", bytes_text(limit),
            ", the graph and the states of its nodes in evaluation take ", bytes_text(held));
    plan.read.leaves_features = true;
    plan.read.kept_rows = std::min(size.nodes, rest / 4 / (4 * std::max<std::int64_t>(1, size.features) + 4));
  }
  if (options.integer("inference_rows") == 0 && is_tight) {
    const std::int64_t degree = size.nodes > 0 ? size.edges / size.nodes + 1 : 1;
    const std::int64_t row = product(degree + 1, 4 * (4 * hidden + size.features));
    plan.inference_rows = std::clamp<std::int64_t>(rest / 4 / std::max<std::int64_t>(1, row), 256, 1 << 20);
  }
  return plan;
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
  const std::string copy(text);
  char* end = nullptr;
  const double value = std::strtod(copy.c_str(), &end);
  std::string unit(end);
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
  require(end != copy.c_str() && known && bytes >= 1.0 && bytes < 9e18, "'", text,
          "' is no amount of memory, expected a number with K, M, G or T, as 4G");
  return static_cast<std::int64_t>(bytes);
}

}  // namespace weft
