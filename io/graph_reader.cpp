#include "weft/io/graph_reader.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <memory>
#include <optional>
#include <utility>

#include "weft/core/mapped_file.hpp"
#include "weft/core/parallel.hpp"
#include "weft/core/random.hpp"
#include "weft/graph/ascending_rows.hpp"

namespace weft {
namespace {

using hdf5::InputFile;

constexpr const char* kOffsets = "/graph/indptr";
constexpr const char* kSources = "/graph/indices";

std::int64_t length_of(const InputFile& file, const std::string& object) {
  const hdf5::ArrayInfo info = file.array(object);
  if (info.shape.size() != 1) {
    file.fail(object, "has shape [", info.shape[0], ", ", info.shape[1], "], expected rank 1");
  }
  return info.shape[0];
}

/// What tells edges between the same two nodes apart; all are in the order of the sources.
constexpr const char* kOfEdges[] = {"/graph/edge_type", "/edge/time", "/edge/attr", "/edge/y"};

bool has_values_of_edges(const InputFile& file) {
  return std::ranges::any_of(kOfEdges, [&](const char* object) { return file.has(object); });
}

/// The first place of a row where a source is no node or does not ascend, or the end of the row.
EdgeId first_broken(std::span<const EdgeId> offsets, std::span<const NodeId> sources, std::size_t row) {
  const auto num_nodes = static_cast<std::int64_t>(offsets.size()) - 1;
  for (EdgeId i = offsets[row]; i < offsets[row + 1]; ++i) {
    const NodeId source = sources[static_cast<std::size_t>(i)];
    if (std::int64_t{source} >= num_nodes || (i > offsets[row] && sources[static_cast<std::size_t>(i - 1)] > source)) {
      return i;
    }
  }
  return offsets[row + 1];
}

/// What the edge u -> v adds to the balance, and v -> u takes from it.
std::uint64_t signature(NodeId u, NodeId v) {
  return mixed_bits(std::uint64_t{u} << 32 | v);
}

struct LookedAt {
  /// Of the edges and their reverses, 0 if both are there.
  std::uint64_t balance = 0;
  /// The first row that does not ascend, and the first that has a source twice, or the number of rows.
  std::int64_t broken_row = 0, repeating_row = 0;
};

/// Looks at every row; `rest()` is called after every chunk of rows.
LookedAt look_at_rows(std::span<const EdgeId> offsets, std::span<const NodeId> sources, FunctionRef<void()> rest) {
  constexpr std::int64_t kEdgesPerChunk = 1 << 18;
  const auto num_rows = static_cast<std::int64_t>(offsets.size()) - 1;
  std::atomic<std::int64_t> broken_row{num_rows}, repeating_row{num_rows};
  const auto lower = [](std::atomic<std::int64_t>& least, std::int64_t v) {
    std::int64_t smallest = least.load();
    while (v < smallest && !least.compare_exchange_weak(smallest, v)) {
    }
  };
  std::atomic<std::uint64_t> balance{0};
  parallel_rows(offsets, kEdgesPerChunk, [&](std::int64_t begin, std::int64_t end) {
    std::uint64_t own = 0;
    std::int64_t own_repeating = num_rows;
    for (std::int64_t v = begin; v < end; ++v) {
      const auto row = static_cast<std::size_t>(v);
      if (first_broken(offsets, sources, row) != offsets[row + 1]) {
        lower(broken_row, v);
        return;
      }
      for (EdgeId i = offsets[row]; i < offsets[row + 1]; ++i) {
        const NodeId u = sources[static_cast<std::size_t>(i)];
        own += signature(u, static_cast<NodeId>(v)) - signature(static_cast<NodeId>(v), u);
        if (i > offsets[row] && sources[static_cast<std::size_t>(i - 1)] == u) {
          own_repeating = std::min(own_repeating, v);
        }
      }
    }
    balance += own;
    lower(repeating_row, own_repeating);
    rest();
  });
  return {balance, broken_row, repeating_row};
}

/// "row 3 has source 2 after 5 at 17"; or, where the row ascends, after another 2. Throws if the source there is no
/// node.
std::string broken_place(const InputFile& file, std::span<const EdgeId> offsets, std::span<const NodeId> sources,
                         std::int64_t row) {
  const auto num_rows = static_cast<std::int64_t>(offsets.size()) - 1;
  EdgeId i = first_broken(offsets, sources, static_cast<std::size_t>(row));
  if (const EdgeId first = offsets[static_cast<std::size_t>(row)], end = offsets[static_cast<std::size_t>(row) + 1];
      i == end) {
    i = std::adjacent_find(sources.begin() + first, sources.begin() + end) - sources.begin() + 1;
  }
  const NodeId source = sources[static_cast<std::size_t>(i)];
  if (source >= num_rows) {
    file.fail(kSources, "value ", source, " at ", i, ", expected 0 to ", num_rows - 1);
  }
  return concat("row ", row, " has source ", source, " after ", sources[static_cast<std::size_t>(i - 1)], " at ", i);
}

constexpr std::string_view kAscending = ", expected sources that ascend";
constexpr std::string_view kOnce = " without repeats, as nothing tells edges between the same two nodes apart";

/// Ascending rows without repeats. Says in `assumed` how many edges were repeats.
CsrGraph sorted_rows(std::span<const EdgeId> offsets, std::span<const NodeId> sources, bool were_sorted,
                     std::vector<std::string>& assumed) {
  std::vector<Edge> edges;
  edges.reserve(sources.size());
  for (std::size_t v = 0; v + 1 < offsets.size(); ++v) {
    for (EdgeId i = offsets[v]; i < offsets[v + 1]; ++i) {
      edges.push_back({sources[static_cast<std::size_t>(i)], static_cast<NodeId>(v)});
    }
  }
  CsrGraph graph = CsrGraph::from_edges(static_cast<std::int64_t>(offsets.size()) - 1, edges);
  const auto repeats = static_cast<std::int64_t>(sources.size()) - graph.num_edges();
  const std::string merged = repeats == 0 ? std::string() : concat(repeats, " repeated edges were merged");
  assumed.push_back(
      were_sorted ? concat("in rows of ", kSources, ' ', merged)
                  : concat("rows of ", kSources, " do not ascend and were sorted", repeats == 0 ? "" : "; ", merged));
  return graph;
}

CsrGraph graph_in_file(const InputFile& file, Buffer<EdgeId> offsets, bool directed, const ReadOptions& options) {
  const auto num_nodes = static_cast<std::int64_t>(offsets.size()) - 1;
  const EdgeId num_edges = offsets[offsets.size() - 1];
  // A negative number is a node beyond 2^31 to a mapping: refused where there are no such nodes.
  const std::optional<std::int64_t> place =
      num_nodes <= std::int64_t{1} << 31 ? file.place_of_int32(kSources) : std::nullopt;
  if (!place) {
    file.fail(kSources,
              "is compressed, in chunks or not of 32-bit integers, and edges of that form cannot stay in the "
              "file; expected a plain array, as `h5repack -f ",
              kSources + 1, ":NONE -l ", kSources + 1, ":CONTI IN.h5 OUT.h5` makes it, or a larger memory limit");
  }
  const auto mapped = std::make_shared<const MappedFile>(
      file.name(), *place, num_edges * static_cast<std::int64_t>(sizeof(NodeId)), options.mapped_bytes);
  CsrGraph graph = CsrGraph::from_file_rows(num_nodes, std::move(offsets), mapped);
  if (options.only_opens) {
    return graph;
  }
  const auto [balance, broken_row, repeating_row] =
      look_at_rows(graph.offsets(), graph.sources(), [&] { mapped->trim(); });
  if (broken_row < num_nodes) {
    file.fail(kSources, broken_place(file, graph.offsets(), graph.sources(), broken_row), kAscending);
  }
  if (repeating_row < num_nodes) {
    if (!has_values_of_edges(file)) {
      file.fail(kSources, broken_place(file, graph.offsets(), graph.sources(), repeating_row), kAscending, kOnce);
    }
    graph = CsrGraph::from_file_rows(num_nodes, Buffer<EdgeId>::copy_of(graph.offsets()), mapped, true);
  }
  if (!directed && balance != 0) {
    file.fail(kSources, "holds edges u -> v without v -> u, expected both in a graph that is not directed");
  }
  mapped->expect_random_reads();
  return graph;
}

}  // namespace

Buffer<EdgeId> read_row_offsets(const InputFile& file, const std::string& object, std::int64_t end,
                                const std::string& entries) {
  Buffer<EdgeId> offsets(static_cast<std::size_t>(length_of(file, object)));
  file.read_integers<EdgeId>(object, offsets, std::numeric_limits<EdgeId>::min(), std::numeric_limits<EdgeId>::max());
  if (offsets.empty() || offsets[0] != 0) {
    file.fail(object, offsets.empty() ? "is empty" : concat("starts at ", offsets[0]), ", expected to start at 0");
  }
  for (std::size_t row = 0; row + 1 < offsets.size(); ++row) {
    if (offsets[row + 1] < offsets[row]) {
      file.fail(object, "falls from ", offsets[row], " to ", offsets[row + 1], " at row ", row,
                ", expected values that do not fall");
    }
  }
  if (const EdgeId last = offsets[offsets.size() - 1]; last != end) {
    file.fail(object, "ends at ", last, ", expected ", end, ", the length of ", entries);
  }
  return offsets;
}

CsrGraph read_graph(const InputFile& file, bool directed, const ReadOptions& options,
                    std::vector<std::string>& assumed) {
  for (const char* object : {kOffsets, kSources}) {
    if (!file.has(object)) {
      std::string there;
      for (const std::string& member : file.members("/graph")) {
        there += concat(there.empty() ? "" : ", ", member);
      }
      file.fail(object, "is missing, expected /graph/indptr and /graph/indices, edges in rows by destination; /graph ",
                there.empty() ? "holds nothing" : concat("holds ", there));
    }
  }
  const std::int64_t num_edges = length_of(file, kSources), num_nodes = length_of(file, kOffsets) - 1;
  if (num_nodes > kMaxNodes) {
    file.fail(kOffsets, "declares ", num_nodes, " nodes, expected at most ", kMaxNodes);
  }
  Buffer<EdgeId> offsets = read_row_offsets(file, kOffsets, num_edges, kSources);
  if (options.leaves_edges && num_edges > 0) {
    return graph_in_file(file, std::move(offsets), directed, options);
  }
  Buffer<NodeId> sources(static_cast<std::size_t>(num_edges));
  file.read_integers<NodeId>(kSources, sources, 0, num_nodes - 1);
  const LookedAt looked = look_at_rows(offsets, sources, [] {});
  const bool has_repeats = looked.repeating_row < num_nodes;
  if (looked.broken_row < num_nodes) {
    const std::string place = broken_place(file, offsets, sources, looked.broken_row);
    for (const char* object : kOfEdges) {
      if (file.has(object)) {
        file.fail(kSources, place, kAscending, ", since ", object, " is in the same order");
      }
    }
  }
  if (looked.broken_row < num_nodes || (has_repeats && !has_values_of_edges(file))) {
    return sorted_rows(offsets, sources, looked.broken_row == num_nodes, assumed);
  }
  return from_ascending_rows(num_nodes, std::move(offsets), std::move(sources), has_repeats);
}

}  // namespace weft
