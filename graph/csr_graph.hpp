// The graph: compressed sparse rows, one row a destination.
//
// Direction is named here and nowhere mixed: row v lists the sources u of the edges u -> v, that is,
// what v reads in message passing. sources[offsets[v] .. offsets[v + 1]) ascend; one repeats only where several edges,
// of different relations or times, join the same two nodes.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "weft/core/buffer.hpp"
#include "weft/core/types.hpp"

#pragma GCC visibility push(default)
namespace weft {

class MappedFile;

/// The edge source -> destination.
struct Edge {
  NodeId source = 0;
  NodeId destination = 0;
  friend auto operator<=>(const Edge&, const Edge&) = default;
};

struct GraphOptions {
  /// Store the reverse of every edge too.
  bool symmetrize = false;
  enum class SelfLoops { keep, remove, add_all };
  /// What to do with edges u -> u; add_all leaves exactly one at every node.
  SelfLoops self_loops = SelfLoops::keep;
};

/// Immutable; copies share the arrays.
class CsrGraph {
 public:
  CsrGraph() = default;

  /// Builds the graph in parallel: sorts by (destination, source) and drops repeats. O(m log m).
  /// Throws ArgumentError if an edge names a node that is not below num_nodes.
  [[nodiscard]] static CsrGraph from_edges(std::int64_t num_nodes, std::span<const Edge> edges,
                                           const GraphOptions& options = {});

  /// Takes over arrays in the form above, repeats included; num_sources may differ from the number of rows (a
  /// bipartite message block). Checks every promise in O(n + m) and throws ArgumentError, naming the first row or
  /// position that breaks one.
  [[nodiscard]] static CsrGraph from_rows(std::int64_t num_sources, Buffer<EdgeId> offsets, Buffer<NodeId> sources);

  /// The same with the sources in a file, one unsigned 32-bit number each in the order of bytes of this machine: for
  /// graphs larger than memory. The caller has checked the promises, and says whether sources repeat; the file stays as
  /// it is.
  [[nodiscard]] static CsrGraph from_file_rows(std::int64_t num_sources, Buffer<EdgeId> offsets,
                                               std::shared_ptr<const MappedFile> sources, bool has_repeats = false);

  /// The number of rows: nodes that read.
  [[nodiscard]] std::int64_t num_nodes() const {
    return rows_ ? static_cast<std::int64_t>(rows_->offsets.size()) - 1 : 0;
  }
  /// The number of nodes that may be read; equal to num_nodes() unless the graph is a block.
  [[nodiscard]] std::int64_t num_sources() const { return rows_ ? rows_->num_sources : 0; }
  [[nodiscard]] EdgeId num_edges() const { return rows_ ? static_cast<EdgeId>(rows_->view.size()) : 0; }

  /// [num_nodes + 1]; {0} for the empty graph.
  [[nodiscard]] std::span<const EdgeId> offsets() const;
  [[nodiscard]] std::span<const NodeId> sources() const;
  /// v is below num_nodes(), here and in in_degree(), which is not checked.
  [[nodiscard]] std::span<const NodeId> sources_of(NodeId v) const {
    const EdgeId begin = rows_->offsets[v];
    return rows_->view.subspan(static_cast<std::size_t>(begin),
                               static_cast<std::size_t>(rows_->offsets[v + 1] - begin));
  }
  [[nodiscard]] std::int64_t in_degree(NodeId v) const { return rows_->offsets[v + 1] - rows_->offsets[v]; }
  [[nodiscard]] bool has_edge(Edge edge) const;
  /// Whether several edges join the same two nodes in one direction.
  [[nodiscard]] bool has_repeats() const { return rows_ && rows_->has_repeats; }

  /// Whether the sources lie in a file.
  [[nodiscard]] bool is_in_file() const { return rows_ && rows_->file; }
  /// MappedFile::trim() of sources in a file, to be called after every few thousand rows; otherwise nothing.
  void trim() const;

  /// Whether the two graphs are the same arrays in memory.
  [[nodiscard]] bool shares_rows_with(const CsrGraph& other) const { return rows_ == other.rows_; }

 private:
  struct Rows {
    Rows(std::int64_t count, bool repeats, Buffer<EdgeId> row_offsets, Buffer<NodeId> row_sources)
        : num_sources(count),
          has_repeats(repeats),
          offsets(std::move(row_offsets)),
          sources(std::move(row_sources)),
          view(sources) {}
    Rows(std::int64_t count, bool repeats, Buffer<EdgeId> row_offsets, std::shared_ptr<const MappedFile> row_sources);

    std::int64_t num_sources;
    bool has_repeats;
    Buffer<EdgeId> offsets;
    /// Empty where they are in a file.
    Buffer<NodeId> sources;
    std::shared_ptr<const MappedFile> file;
    std::span<const NodeId> view;
  };
  std::shared_ptr<const Rows> rows_;

  // For code of the library that makes rows which ascend by construction: graph/ascending_rows.hpp.
  friend CsrGraph from_ascending_rows(std::int64_t num_sources, Buffer<EdgeId> offsets, Buffer<NodeId> sources,
                                      bool has_repeats);
};

/// A graph with every edge turned round, and where each of its edges stood before.
struct ReversedGraph {
  /// Row u lists, ascending, the nodes v with an edge u -> v in the original. If the original is
  /// symmetric this shares its arrays.
  CsrGraph graph;
  /// edge[i]: the position, in the original's order, of edge number i of `graph`.
  Buffer<EdgeId> edge;
};

/// In parallel, O(n + m), the same result for every number of threads.
[[nodiscard]] ReversedGraph reversed(const CsrGraph& graph);

/// Whether there are as many edges v -> u as u -> v for every two nodes.
[[nodiscard]] bool is_symmetric(const CsrGraph& graph);

/// The graph with an edge v -> v at every row; itself if there are all already. O(n log d + m). Throws
/// ArgumentError if there are more rows than sources.
[[nodiscard]] CsrGraph with_self_loops(const CsrGraph& graph);

/// Every edge, destination by destination, in the order of the graph's arrays.
[[nodiscard]] std::vector<Edge> edges_of(const CsrGraph& graph);

/// The graph on `nodes` (distinct) alone, renumbered in their order.
[[nodiscard]] CsrGraph induced_subgraph(const CsrGraph& graph, std::span<const NodeId> nodes);

}  // namespace weft
#pragma GCC visibility pop
