// Building and checking compressed sparse rows.
#include "weft/graph/csr_graph.hpp"

#include <algorithm>
#include <atomic>
#include <functional>
#include <numeric>

#include "weft/core/error.hpp"
#include "weft/core/mapped_file.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/ascending_rows.hpp"
#include "weft/graph/row_buckets.hpp"

namespace weft {
namespace {

constexpr std::int64_t kGrain = 1 << 15;

std::size_t index(std::int64_t i) {
  return static_cast<std::size_t>(i);
}

void require_node_count(const char* operation, std::int64_t count) {
  require(count >= 0 && count <= kMaxNodes, operation, ": the number of nodes is ", count, ", expected 0 to ",
          kMaxNodes);
}

/// The first i below count for which is_broken(i), or count; the same one for every number of threads.
template <class IsBroken>
std::int64_t first_broken(std::int64_t count, const IsBroken& is_broken) {
  std::vector<std::int64_t> found(index((count + kGrain - 1) / kGrain), count);
  parallel_for(count, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      if (is_broken(i)) {
        found[index(begin / kGrain)] = i;
        return;
      }
    }
  });
  const auto first = std::ranges::find_if(found, [&](std::int64_t i) { return i < count; });
  return first == found.end() ? count : *first;
}

struct Incoming {
  NodeId row;
  NodeId source;
};

/// The edges that the options make of `edges`, by destination; repeats are still there.
RowBuckets<Incoming> bucket_edges(std::int64_t num_nodes, std::span<const Edge> edges, const GraphOptions& options) {
  const bool keep_loops = options.self_loops == GraphOptions::SelfLoops::keep;
  const auto num_edges = static_cast<std::int64_t>(edges.size());
  const std::int64_t added = options.self_loops == GraphOptions::SelfLoops::add_all ? num_nodes : 0;
  return into_row_buckets<Incoming>(num_nodes, num_edges + added,
                                    [&](std::int64_t first, std::int64_t last, const auto& emit) {
                                      for (std::int64_t i = first; i < std::min(last, num_edges); ++i) {
                                        const Edge edge = edges[index(i)];
                                        if (edge.source != edge.destination) {
                                          emit({edge.destination, edge.source});
                                          if (options.symmetrize) {
                                            emit({edge.source, edge.destination});
                                          }
                                        } else if (keep_loops) {
                                          emit({edge.destination, edge.source});
                                        }
                                      }
                                      for (std::int64_t i = std::max(first, num_edges); i < last; ++i) {
                                        const auto v = static_cast<NodeId>(i - num_edges);
                                        emit({v, v});
                                      }
                                    });
}

/// Sorts each row and drops repeats.
void finish_rows(Buffer<EdgeId>& offsets, Buffer<NodeId>& sources) {
  const auto num_rows = static_cast<std::int64_t>(offsets.size()) - 1;
  Buffer<EdgeId> kept(offsets.size());
  parallel_rows(offsets, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      NodeId* first = sources.data() + offsets[index(v)];
      NodeId* last = sources.data() + offsets[index(v) + 1];
      if (!std::is_sorted(first, last)) {
        std::sort(first, last);
      }
      kept[index(v)] = std::unique(first, last) - first;
    }
  });
  EdgeId total = 0;
  for (std::int64_t v = 0; v < num_rows; ++v) {
    total += std::exchange(kept[index(v)], total);
  }
  kept[index(num_rows)] = total;
  if (total == offsets[index(num_rows)]) {
    return;
  }
  Buffer<NodeId> compact(index(total));
  parallel_rows(offsets, kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      std::copy_n(sources.data() + offsets[index(v)], kept[index(v) + 1] - kept[index(v)],
                  compact.data() + kept[index(v)]);
    }
  });
  offsets = std::move(kept);
  sources = std::move(compact);
}

}  // namespace

CsrGraph CsrGraph::from_edges(std::int64_t num_nodes, std::span<const Edge> edges, const GraphOptions& options) {
  require_node_count("CsrGraph::from_edges", num_nodes);
  const auto num_edges = static_cast<std::int64_t>(edges.size());
  const std::int64_t broken = first_broken(num_edges, [&](std::int64_t i) {
    return std::max(edges[index(i)].source, edges[index(i)].destination) >= num_nodes;
  });
  if (broken < num_edges) {
    const Edge edge = edges[index(broken)];
    throw ArgumentError(concat("CsrGraph::from_edges: edge number ", broken, " is ", edge.source, " -> ",
                               edge.destination, ", expected nodes below ", num_nodes));
  }

  Buffer<EdgeId> offsets;
  Buffer<NodeId> sources;
  {
    const auto buckets = bucket_edges(num_nodes, edges, options);
    sources = Buffer<NodeId>(buckets.items.size());
    offsets = place_rows(buckets, num_nodes,
                         [&](EdgeId position, const Incoming& edge) { sources[index(position)] = edge.source; });
  }
  finish_rows(offsets, sources);
  CsrGraph graph;
  graph.rows_ = std::make_shared<const Rows>(num_nodes, false, std::move(offsets), std::move(sources));
  return graph;
}

CsrGraph CsrGraph::from_rows(std::int64_t num_sources, Buffer<EdgeId> offsets, Buffer<NodeId> sources) {
  require_node_count("CsrGraph::from_rows", num_sources);
  require(!offsets.empty(), "CsrGraph::from_rows: offsets is empty, expected one more entry than rows");
  const auto num_rows = static_cast<std::int64_t>(offsets.size()) - 1;
  const auto num_edges = static_cast<EdgeId>(sources.size());
  require_node_count("CsrGraph::from_rows", num_rows);
  require(offsets[0] == 0, "CsrGraph::from_rows: offsets[0] is ", offsets[0], ", expected 0");
  const std::int64_t falling =
      first_broken(num_rows, [&](std::int64_t v) { return offsets[index(v) + 1] < offsets[index(v)]; });
  require(falling == num_rows, "CsrGraph::from_rows: row ", falling, " ends before it starts, offsets fall from ",
          falling < num_rows ? offsets[index(falling)] : 0, " to ",
          falling < num_rows ? offsets[index(falling) + 1] : 0);
  require(offsets[index(num_rows)] == num_edges, "CsrGraph::from_rows: the last offset is ", offsets[index(num_rows)],
          ", expected the number of sources, ", num_edges);
  const std::int64_t outside =
      first_broken(num_edges, [&](EdgeId i) { return std::int64_t{sources[index(i)]} >= num_sources; });
  require(outside == num_edges, "CsrGraph::from_rows: the source at position ", outside, " is ",
          outside < num_edges ? sources[index(outside)] : 0, ", expected below ", num_sources);

  const auto first_descent = [&](std::int64_t v) {
    const auto first = sources.begin() + offsets[index(v)];
    return std::adjacent_find(first, sources.begin() + offsets[index(v) + 1], std::greater<>()) - sources.begin();
  };
  std::atomic<std::int64_t> row_found{num_rows};
  std::atomic<bool> has_repeats{false};
  parallel_rows(offsets, kGrain, [&](std::int64_t begin, std::int64_t end) {
    bool repeats = false;
    for (std::int64_t v = begin; v < end; ++v) {
      const auto row_begin = sources.begin() + offsets[index(v)], row_end = sources.begin() + offsets[index(v) + 1];
      repeats = repeats || std::adjacent_find(row_begin, row_end) != row_end;
      if (first_descent(v) != offsets[index(v) + 1]) {
        std::int64_t smallest = row_found.load();
        while (v < smallest && !row_found.compare_exchange_weak(smallest, v)) {
        }
        return;
      }
    }
    if (repeats) {
      has_repeats = true;
    }
  });
  if (const std::int64_t v = row_found; v < num_rows) {
    const auto i = index(first_descent(v));
    throw ArgumentError(concat("CsrGraph::from_rows: row ", v, " does not ascend: position ", i, " holds ", sources[i],
                               " and the next one ", sources[i + 1], ", expected ascending sources"));
  }

  CsrGraph graph;
  graph.rows_ = std::make_shared<const Rows>(num_sources, has_repeats, std::move(offsets), std::move(sources));
  return graph;
}

CsrGraph::Rows::Rows(std::int64_t count, bool repeats, Buffer<EdgeId> row_offsets,
                     std::shared_ptr<const MappedFile> row_sources)
    : num_sources(count), has_repeats(repeats), offsets(std::move(row_offsets)), file(std::move(row_sources)) {
  // The mapping is aligned and its bytes are what NodeId is stored as.
  view = {reinterpret_cast<const NodeId*>(file->data()), static_cast<std::size_t>(file->size()) / sizeof(NodeId)};
}

CsrGraph CsrGraph::from_file_rows(std::int64_t num_sources, Buffer<EdgeId> offsets,
                                  std::shared_ptr<const MappedFile> sources, bool has_repeats) {
  require_node_count("CsrGraph::from_file_rows", num_sources);
  require(!offsets.empty(), "CsrGraph::from_file_rows: offsets is empty, expected one more entry than rows");
  require(sources != nullptr, "CsrGraph::from_file_rows: there is no file");
  require(reinterpret_cast<std::uintptr_t>(sources->data()) % alignof(NodeId) == 0 &&
              offsets[offsets.size() - 1] == sources->size() / static_cast<std::int64_t>(sizeof(NodeId)),
          "CsrGraph::from_file_rows: the last offset is ", offsets[offsets.size() - 1], ", the file part has ",
          sources->size(), " bytes, expected 4 for each source, at an aligned place");
  CsrGraph graph;
  graph.rows_ = std::make_shared<const Rows>(num_sources, has_repeats, std::move(offsets), std::move(sources));
  return graph;
}

CsrGraph from_ascending_rows(std::int64_t num_sources, Buffer<EdgeId> offsets, Buffer<NodeId> sources,
                             [[maybe_unused]] bool has_repeats) {
#ifdef NDEBUG
  CsrGraph graph;
  graph.rows_ =
      std::make_shared<const CsrGraph::Rows>(num_sources, has_repeats, std::move(offsets), std::move(sources));
  return graph;
#else
  return CsrGraph::from_rows(num_sources, std::move(offsets), std::move(sources));
#endif
}

std::span<const EdgeId> CsrGraph::offsets() const {
  static constexpr EdgeId kNoRows[] = {0};
  return rows_ ? std::span<const EdgeId>(rows_->offsets) : std::span<const EdgeId>(kNoRows);
}

std::span<const NodeId> CsrGraph::sources() const {
  return rows_ ? rows_->view : std::span<const NodeId>();
}

void CsrGraph::trim() const {
  if (is_in_file()) {
    rows_->file->trim();
  }
}

bool CsrGraph::has_edge(Edge edge) const {
  return std::int64_t{edge.destination} < num_nodes() &&
         std::ranges::binary_search(sources_of(edge.destination), edge.source);
}

std::vector<Edge> edges_of(const CsrGraph& graph) {
  std::vector<Edge> edges(index(graph.num_edges()));
  parallel_rows(graph.offsets(), kGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      for (EdgeId i = graph.offsets()[index(v)]; i < graph.offsets()[index(v) + 1]; ++i) {
        edges[index(i)] = {graph.sources()[index(i)], static_cast<NodeId>(v)};
      }
    }
  });
  return edges;
}

CsrGraph induced_subgraph(const CsrGraph& graph, std::span<const NodeId> nodes) {
  require(graph.num_sources() == graph.num_nodes(), "induced_subgraph: the graph has ", graph.num_nodes(), " rows and ",
          graph.num_sources(), " sources, expected as many of both");
  constexpr auto kAbsent = static_cast<NodeId>(kMaxNodes);
  Buffer<NodeId> new_id(index(graph.num_nodes()), kAbsent);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    require(nodes[i] < graph.num_nodes(), "induced_subgraph: node number ", i, " is ", nodes[i], ", expected below ",
            graph.num_nodes());
    require(new_id[nodes[i]] == kAbsent, "induced_subgraph: node ", nodes[i], " is named twice, at ", new_id[nodes[i]],
            " and ", i);
    new_id[nodes[i]] = static_cast<NodeId>(i);
  }

  const auto num_nodes = static_cast<std::int64_t>(nodes.size());
  constexpr std::int64_t kRows = 1024;
  Buffer<EdgeId> offsets(nodes.size() + 1);
  offsets[0] = 0;
  parallel_for(num_nodes, kRows, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      offsets[index(v) + 1] =
          std::ranges::count_if(graph.sources_of(nodes[index(v)]), [&](NodeId u) { return new_id[u] != kAbsent; });
    }
  });
  for (std::size_t v = 0; v < nodes.size(); ++v) {
    offsets[v + 1] += offsets[v];
  }
  Buffer<NodeId> sources(index(offsets[nodes.size()]));
  parallel_for(num_nodes, kRows, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      NodeId* first = sources.data() + offsets[index(v)];
      NodeId* next = first;
      for (const NodeId u : graph.sources_of(nodes[index(v)])) {
        if (new_id[u] != kAbsent) {
          *next++ = new_id[u];
        }
      }
      std::sort(first, next);
    }
  });
  return CsrGraph::from_rows(num_nodes, std::move(offsets), std::move(sources));
}

CsrGraph with_self_loops(const CsrGraph& graph) {
  const std::int64_t n = graph.num_nodes();
  require(n <= graph.num_sources(), "with_self_loops: the graph has ", n, " rows and ", graph.num_sources(),
          " sources, expected every row to be a source");
  constexpr std::int64_t kRowGrain = 4096;
  Buffer<EdgeId> offsets(static_cast<std::size_t>(n) + 1);
  offsets[0] = 0;
  parallel_for(n, kRowGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      const auto node = static_cast<NodeId>(v);
      offsets[static_cast<std::size_t>(v) + 1] = graph.in_degree(node) + (graph.has_edge({node, node}) ? 0 : 1);
    }
  });
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  if (offsets[static_cast<std::size_t>(n)] == graph.num_edges()) {
    return graph;
  }
  Buffer<NodeId> sources(static_cast<std::size_t>(offsets[static_cast<std::size_t>(n)]));
  parallel_for(n, kRowGrain, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t v = begin; v < end; ++v) {
      const auto node = static_cast<NodeId>(v);
      const auto row = graph.sources_of(node);
      const auto place = std::ranges::lower_bound(row, node);
      NodeId* out = std::copy(row.begin(), place, sources.data() + offsets[static_cast<std::size_t>(v)]);
      if (place == row.end() || *place != node) {
        *out++ = node;
      }
      std::copy(place, row.end(), out);
    }
  });
  return CsrGraph::from_rows(graph.num_sources(), std::move(offsets), std::move(sources));
}

}  // namespace weft
