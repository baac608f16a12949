#include "weft/graph/color_refinement.hpp"

#include <bit>
#include <optional>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/core/random.hpp"
#include "weft/graph/ascending_rows.hpp"

namespace weft {
namespace {

constexpr std::int64_t kEdgesPerChunk = 4096;

std::size_t place(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

/// What a node is told apart by: its color, and two hashes of the multiset of its edges.
struct Signature {
  std::int64_t color = 0;
  std::uint64_t low = 0, high = 0;
  friend bool operator==(const Signature&, const Signature&) = default;
};

/// Sums of hashes are the same for every order of the edges.
std::vector<Signature> signatures_of(const CsrGraph& graph, std::span<const std::int64_t> colors,
                                     std::span<const std::int64_t> edge_kinds) {
  std::vector<Signature> result(colors.size());
  const std::span<const EdgeId> offsets = graph.offsets();
  const std::span<const NodeId> sources = graph.sources();
  parallel_rows(offsets, kEdgesPerChunk, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      Signature own{.color = colors[place(v)]};
      for (EdgeId e = offsets[place(v)]; e < offsets[place(v) + 1]; ++e) {
        const auto color = static_cast<std::uint64_t>(colors[sources[place(e)]]);
        const auto kind = edge_kinds.empty() ? 0 : static_cast<std::uint64_t>(edge_kinds[place(e)]);
        const std::uint64_t hash = mixed_bits((kind << 32) + color + 0x9E3779B97F4A7C15);
        own.low += hash;
        own.high += mixed_bits(hash + 0x632BE59BD9B4E019);
      }
      result[place(v)] = own;
    }
  });
  return result;
}

struct Colors {
  /// Of each node, and the first node of each.
  std::vector<std::int64_t> of_node, first_node;
  /// How many nodes have each.
  std::vector<float> counts;
};

/// Nodes of the same signature have the same color, numbered in the order of their first nodes; nothing if there are
/// more than `most` colors.
std::optional<Colors> colors_of(std::span<const Signature> signatures, std::int64_t most) {
  Colors result;
  result.of_node.resize(signatures.size());
  // Open hashing; at most half of the slots are ever taken.
  std::vector<std::int64_t> slots(std::bit_ceil(2 * place(most) + 2), -1);
  for (std::size_t v = 0; v < signatures.size(); ++v) {
    const Signature& own = signatures[v];
    std::size_t slot = mixed_bits(own.low + static_cast<std::uint64_t>(own.color)) & (slots.size() - 1);
    while (slots[slot] >= 0 && signatures[place(result.first_node[place(slots[slot])])] != own) {
      slot = (slot + 1) & (slots.size() - 1);
    }
    if (slots[slot] < 0) {
      if (static_cast<std::int64_t>(result.first_node.size()) == most) {
        return std::nullopt;
      }
      slots[slot] = static_cast<std::int64_t>(result.first_node.size());
      result.first_node.push_back(static_cast<std::int64_t>(v));
      result.counts.push_back(0.0F);
    }
    result.of_node[v] = slots[slot];
    result.counts[place(slots[slot])] += 1.0F;
  }
  return result;
}

/// The rows of the first nodes of the colors, `before` being the nodes' colors so far.
ColorRound round_of(const CsrGraph& graph, const Colors& colors, std::span<const std::int64_t> before) {
  const auto num_outputs = static_cast<std::int64_t>(colors.first_node.size());
  // The input that each node is: the outputs first, then what else they read; both in the order of the nodes, so that
  // a row ascends if its outputs come first.
  constexpr std::int64_t kUnread = -1, kRead = -2;
  std::vector<std::int64_t> input(before.size(), kUnread);
  Buffer<EdgeId> offsets(place(num_outputs) + 1);
  offsets[0] = 0;
  for (std::int64_t c = 0; c < num_outputs; ++c) {
    const auto v = static_cast<NodeId>(colors.first_node[place(c)]);
    offsets[place(c) + 1] = offsets[place(c)] + graph.in_degree(v);
    for (const NodeId u : graph.sources_of(v)) {
      input[u] = kRead;
    }
  }
  ColorRound result;
  for (std::int64_t c = 0; c < num_outputs; ++c) {
    input[place(colors.first_node[place(c)])] = c;
    result.input_colors.push_back(before[place(colors.first_node[place(c)])]);
  }
  for (std::size_t u = 0; u < input.size(); ++u) {
    if (input[u] == kRead) {
      input[u] = static_cast<std::int64_t>(result.input_colors.size());
      result.input_colors.push_back(before[u]);
    }
  }
  Buffer<NodeId> sources(place(offsets[place(num_outputs)]));
  result.edges.resize(sources.size());
  std::size_t next = 0;
  for (const std::int64_t v : colors.first_node) {
    const std::span<const NodeId> row = graph.sources_of(static_cast<NodeId>(v));
    const EdgeId first = graph.offsets()[place(v)];
    for (const bool are_outputs : {true, false}) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        const std::int64_t u = input[row[i]];
        if ((u < num_outputs) == are_outputs) {
          result.edges[next] = first + static_cast<EdgeId>(i);
          sources[next++] = static_cast<NodeId>(u);
        }
      }
    }
  }
  result.block = MessageBlock(from_ascending_rows(static_cast<std::int64_t>(result.input_colors.size()),
                                                  std::move(offsets), std::move(sources)),
                              BlockOrigin{.counts = Buffer<float>::copy_of(colors.counts)});
  return result;
}

}  // namespace

ColorRefinement refine_colors(const CsrGraph& graph, std::span<const std::int64_t> kinds,
                              std::span<const std::int64_t> edge_kinds, std::int64_t most_rounds,
                              double largest_share) {
  const std::int64_t n = graph.num_nodes();
  require(graph.num_sources() == n, "refine_colors: the graph has ", n, " rows and ", graph.num_sources(),
          " sources, expected as many of both");
  require(static_cast<std::int64_t>(kinds.size()) == n, "refine_colors: there are kinds of ", kinds.size(),
          " nodes, the graph has ", n);
  require(edge_kinds.empty() || static_cast<EdgeId>(edge_kinds.size()) == graph.num_edges(),
          "refine_colors: there are kinds of ", edge_kinds.size(), " edges, the graph has ", graph.num_edges());
  ColorRefinement result{{}, {kinds.begin(), kinds.end()}};
  const auto most = static_cast<std::int64_t>(largest_share * static_cast<double>(n));
  while (static_cast<std::int64_t>(result.rounds.size()) < most_rounds) {
    std::optional<Colors> next = colors_of(signatures_of(graph, result.colors, edge_kinds), most);
    if (!next) {
      break;
    }
    result.rounds.push_back(round_of(graph, *next, result.colors));
    result.colors = std::move(next->of_node);
  }
  return result;
}

}  // namespace weft
