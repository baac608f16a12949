// Boost.Graph on a CsrGraph, without copies: every algorithm of Boost.Graph runs on the arrays that the
// graph already has. The only file that includes Boost.
//
//   const ReversedGraph reverse = reversed(graph);
//   std::vector<double> rank(n);
//   boost::graph::page_rank(boost_view(graph, reverse), node_map(rank), boost::graph::n_iterations(30));
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <boost/graph/cuthill_mckee_ordering.hpp>
#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/iterator/counting_iterator.hpp>
#include <boost/iterator/iterator_facade.hpp>
#include <boost/property_map/property_map.hpp>

#include "weft/core/error.hpp"
#include "weft/graph/csr_graph.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// An edge of a view. `position` is its place in the arrays of the graph itself (not of its reverse), so
/// that a weight is an array lookup.
struct BoostEdge {
  NodeId source = 0;
  NodeId target = 0;
  EdgeId position = 0;
};

/// An edge of a DirectedView.
struct DirectedEdge : BoostEdge {
  friend bool operator==(const DirectedEdge& a, const DirectedEdge& b) {
    return a.source == b.source && a.target == b.target;
  }
};

/// An edge of an UndirectedView, the same edge from either end. `position` is one of the two places that
/// it has in the graph's arrays: what is looked up there must be the same in both.
struct UndirectedEdge : BoostEdge {
  friend bool operator==(const UndirectedEdge& a, const UndirectedEdge& b) {
    return (a.source == b.source && a.target == b.target) || (a.source == b.target && a.target == b.source);
  }
};

namespace boost_detail {

/// The edges of one row. kOwnIsSource: the row's node is each edge's source and the row lists targets.
template <class EdgeType, bool kOwnIsSource>
class RowIterator : public boost::iterator_facade<RowIterator<EdgeType, kOwnIsSource>, EdgeType,
                                                  boost::random_access_traversal_tag, EdgeType, std::int64_t> {
 public:
  RowIterator() = default;
  /// Entry number i of the arrays; `position` maps entries to the graph's own, nullptr: they are the same.
  RowIterator(NodeId own, const NodeId* others, const EdgeId* position, EdgeId i)
      : others_(others), position_(position), i_(i), own_(own) {}

 private:
  friend class boost::iterator_core_access;
  [[nodiscard]] EdgeType dereference() const {
    const EdgeId position = position_ == nullptr ? i_ : position_[i_];
    return kOwnIsSource ? EdgeType{{own_, others_[i_], position}} : EdgeType{{others_[i_], own_, position}};
  }
  [[nodiscard]] bool equal(const RowIterator& other) const { return i_ == other.i_; }
  void increment() { ++i_; }
  void decrement() { --i_; }
  void advance(std::int64_t n) { i_ += n; }
  [[nodiscard]] std::int64_t distance_to(const RowIterator& other) const { return other.i_ - i_; }

  const NodeId* others_ = nullptr;
  const EdgeId* position_ = nullptr;
  EdgeId i_ = 0;
  NodeId own_ = 0;
};

/// All edges in the order of the graph's arrays. kOnce: of u -> v and v -> u only the one with
/// source <= target.
template <class EdgeType, bool kOnce>
class EdgeIterator : public boost::iterator_facade<EdgeIterator<EdgeType, kOnce>, EdgeType,
                                                   boost::forward_traversal_tag, EdgeType, std::int64_t> {
 public:
  EdgeIterator() = default;
  EdgeIterator(const CsrGraph& graph, EdgeId position)
      : offsets_(graph.offsets().data()), sources_(graph.sources().data()), i_(position), end_(graph.num_edges()) {
    settle();
  }

 private:
  friend class boost::iterator_core_access;
  [[nodiscard]] EdgeType dereference() const { return {{sources_[i_], static_cast<NodeId>(row_), i_}}; }
  [[nodiscard]] bool equal(const EdgeIterator& other) const { return i_ == other.i_; }
  void increment() {
    ++i_;
    settle();
  }
  /// Goes on to the first edge from here that counts, and to the row that owns it.
  void settle() {
    for (; i_ < end_; ++i_) {
      while (offsets_[row_ + 1] <= i_) {
        ++row_;
      }
      if (!kOnce || sources_[i_] <= row_) {
        return;
      }
    }
  }

  const EdgeId* offsets_ = nullptr;
  const NodeId* sources_ = nullptr;
  EdgeId i_ = 0;
  EdgeId end_ = 0;
  std::int64_t row_ = 0;
};

/// What both views share: nodes are the numbers 0 .. num_nodes.
struct ViewTypes {
  using vertex_descriptor = NodeId;
  using vertex_iterator = boost::counting_iterator<NodeId, boost::random_access_traversal_tag, std::int64_t>;
  using adjacency_iterator = const NodeId*;
  using vertices_size_type = std::size_t;
  using edges_size_type = std::size_t;
  using degree_size_type = std::size_t;
  using edge_parallel_category = boost::disallow_parallel_edge_tag;
  struct traversal_category : virtual boost::bidirectional_graph_tag,
                              virtual boost::adjacency_graph_tag,
                              virtual boost::vertex_list_graph_tag,
                              virtual boost::edge_list_graph_tag {};
  // Boost.Graph asks for these; a view carries no properties of its own.
  using graph_property_type = boost::no_property;
  using vertex_property_type = boost::no_property;
  using edge_property_type = boost::no_property;

  [[nodiscard]] static NodeId null_vertex() { return static_cast<NodeId>(kMaxNodes); }
};

inline void require_simple(const char* view, const CsrGraph& graph) {
  require(graph.num_sources() == graph.num_nodes(), view, ": the graph has ", graph.num_nodes(), " rows and ",
          graph.num_sources(), " sources, expected as many of both");
  require(!graph.has_repeats(), view, ": several edges join the same two nodes, expected at most one in a direction");
}

}  // namespace boost_detail

/// A graph and its reverse as a bidirectional Boost graph; both must outlive the view. Models VertexList-,
/// EdgeList-, Incidence-, Adjacency- and BidirectionalGraph.
class DirectedView : public boost_detail::ViewTypes {
 public:
  using directed_category = boost::bidirectional_tag;
  using edge_descriptor = DirectedEdge;
  using out_edge_iterator = boost_detail::RowIterator<DirectedEdge, true>;
  using in_edge_iterator = boost_detail::RowIterator<DirectedEdge, false>;
  using edge_iterator = boost_detail::EdgeIterator<DirectedEdge, false>;

  DirectedView(const CsrGraph& graph, const ReversedGraph& reverse) : graph_(&graph), reverse_(&reverse) {
    boost_detail::require_simple("DirectedView", graph);
    require(reverse.graph.num_nodes() == graph.num_nodes() && reverse.graph.num_edges() == graph.num_edges(),
            "DirectedView: the reverse has ", reverse.graph.num_nodes(), " nodes and ", reverse.graph.num_edges(),
            " edges, expected ", graph.num_nodes(), " and ", graph.num_edges(), " as in the graph");
    require(reverse.edge.size() == static_cast<std::size_t>(graph.num_edges()), "DirectedView: the reverse says of ",
            reverse.edge.size(), " edges where they stood, expected of ", graph.num_edges());
  }

  [[nodiscard]] const CsrGraph& in_rows() const { return *graph_; }
  [[nodiscard]] const CsrGraph& out_rows() const { return reverse_->graph; }
  /// Where the entries of out_rows stand in the graph.
  [[nodiscard]] const EdgeId* out_positions() const { return reverse_->edge.data(); }
  [[nodiscard]] std::size_t num_boost_edges() const { return static_cast<std::size_t>(graph_->num_edges()); }

 private:
  const CsrGraph* graph_;
  const ReversedGraph* reverse_;
};

/// A symmetric graph as an undirected Boost graph, each pair u -> v and v -> u one edge; the graph must
/// outlive the view. Models the same concepts. A self-loop counts once in a degree.
class UndirectedView : public boost_detail::ViewTypes {
 public:
  using directed_category = boost::undirected_tag;
  using edge_descriptor = UndirectedEdge;
  using out_edge_iterator = boost_detail::RowIterator<UndirectedEdge, true>;
  using in_edge_iterator = boost_detail::RowIterator<UndirectedEdge, false>;
  using edge_iterator = boost_detail::EdgeIterator<UndirectedEdge, true>;

  /// Throws ArgumentError unless the graph is symmetric: O(m log d).
  explicit UndirectedView(const CsrGraph& graph) : graph_(&graph) {
    boost_detail::require_simple("UndirectedView", graph);
    require(is_symmetric(graph), "UndirectedView: an edge has no reverse, expected a symmetric graph");
    std::size_t num_loops = 0;
    for (std::int64_t v = 0; v < graph.num_nodes(); ++v) {
      const auto node = static_cast<NodeId>(v);
      num_loops += graph.has_edge({node, node}) ? 1 : 0;
    }
    num_edges_ = (static_cast<std::size_t>(graph.num_edges()) + num_loops) / 2;
  }

  [[nodiscard]] const CsrGraph& in_rows() const { return *graph_; }
  [[nodiscard]] const CsrGraph& out_rows() const { return *graph_; }
  [[nodiscard]] const EdgeId* out_positions() const { return nullptr; }
  [[nodiscard]] std::size_t num_boost_edges() const { return num_edges_; }

 private:
  const CsrGraph* graph_;
  std::size_t num_edges_ = 0;
};

[[nodiscard]] inline DirectedView boost_view(const CsrGraph& graph, const ReversedGraph& reverse) {
  return {graph, reverse};
}
[[nodiscard]] inline UndirectedView boost_view_undirected(const CsrGraph& graph) {
  return UndirectedView(graph);
}
// A view of something that is gone at the end of the line would dangle.
DirectedView boost_view(CsrGraph&&, const ReversedGraph&) = delete;
DirectedView boost_view(const CsrGraph&, ReversedGraph&&) = delete;
UndirectedView boost_view_undirected(CsrGraph&&) = delete;

template <class V>
concept BoostView = std::is_base_of_v<boost_detail::ViewTypes, V>;

// What the concepts of Boost.Graph ask for, found by argument-dependent lookup.

[[nodiscard]] std::size_t num_vertices(const BoostView auto& g) {
  return static_cast<std::size_t>(g.in_rows().num_nodes());
}
template <BoostView G>
[[nodiscard]] std::pair<typename G::vertex_iterator, typename G::vertex_iterator> vertices(const G& g) {
  using Iterator = typename G::vertex_iterator;
  return {Iterator(0), Iterator(static_cast<NodeId>(g.in_rows().num_nodes()))};
}

[[nodiscard]] std::size_t num_edges(const BoostView auto& g) {
  return g.num_boost_edges();
}
template <BoostView G>
[[nodiscard]] std::pair<typename G::edge_iterator, typename G::edge_iterator> edges(const G& g) {
  using Iterator = typename G::edge_iterator;
  return {Iterator(g.in_rows(), 0), Iterator(g.in_rows(), g.in_rows().num_edges())};
}
[[nodiscard]] NodeId source(const BoostEdge& edge, const BoostView auto&) {
  return edge.source;
}
[[nodiscard]] NodeId target(const BoostEdge& edge, const BoostView auto&) {
  return edge.target;
}

[[nodiscard]] std::size_t out_degree(NodeId v, const BoostView auto& g) {
  return static_cast<std::size_t>(g.out_rows().in_degree(v));
}
[[nodiscard]] std::size_t in_degree(NodeId v, const BoostView auto& g) {
  return static_cast<std::size_t>(g.in_rows().in_degree(v));
}
[[nodiscard]] inline std::size_t degree(NodeId v, const DirectedView& g) {
  return in_degree(v, g) + out_degree(v, g);
}
[[nodiscard]] inline std::size_t degree(NodeId v, const UndirectedView& g) {
  return out_degree(v, g);
}
template <BoostView G>
[[nodiscard]] std::pair<typename G::out_edge_iterator, typename G::out_edge_iterator> out_edges(NodeId v, const G& g) {
  using Iterator = typename G::out_edge_iterator;
  const EdgeId* offsets = g.out_rows().offsets().data();
  const NodeId* targets = g.out_rows().sources().data();
  return {Iterator(v, targets, g.out_positions(), offsets[v]),
          Iterator(v, targets, g.out_positions(), offsets[std::size_t{v} + 1])};
}
template <BoostView G>
[[nodiscard]] std::pair<typename G::in_edge_iterator, typename G::in_edge_iterator> in_edges(NodeId v, const G& g) {
  using Iterator = typename G::in_edge_iterator;
  const EdgeId* offsets = g.in_rows().offsets().data();
  const NodeId* sources = g.in_rows().sources().data();
  return {Iterator(v, sources, nullptr, offsets[v]), Iterator(v, sources, nullptr, offsets[std::size_t{v} + 1])};
}
[[nodiscard]] std::pair<const NodeId*, const NodeId*> adjacent_vertices(NodeId v, const BoostView auto& g) {
  const auto targets = g.out_rows().sources_of(v);
  return {targets.data(), targets.data() + targets.size()};
}

/// The edge between two nodes, and whether there is one: O(log d).
[[nodiscard]] inline std::pair<UndirectedEdge, bool> edge(NodeId u, NodeId v, const UndirectedView& g) {
  const auto targets = g.out_rows().sources_of(u);
  const auto found = std::ranges::lower_bound(targets, v);
  const bool exists = found != targets.end() && *found == v;
  const EdgeId position = g.out_rows().offsets()[u] + (found - targets.begin());
  return {UndirectedEdge{{u, v, exists ? position : 0}}, exists};
}

/// A node is its own index.
using NodeIndexMap = boost::typed_identity_property_map<NodeId>;
/// A map by the position of an edge of either kind.
template <class T>
struct EdgeMap : boost::put_get_helper<T&, EdgeMap<T>> {
  using value_type = std::remove_const_t<T>;
  using key_type = BoostEdge;
  using reference = T&;
  using category = boost::lvalue_property_map_tag;
  std::span<T> values;

  explicit EdgeMap(std::span<T> all = {}) : values(all) {}
  T& operator[](const BoostEdge& edge) const { return values[static_cast<std::size_t>(edge.position)]; }
};

[[nodiscard]] NodeIndexMap get(boost::vertex_index_t, const BoostView auto&) {
  return {};
}
[[nodiscard]] NodeId get(boost::vertex_index_t, const BoostView auto&, NodeId v) {
  return v;
}

/// Values of nodes, one for each, as a property map; `values` must outlive it.
template <class T>
[[nodiscard]] auto node_map(std::vector<T>& values) {
  static_assert(!std::is_same_v<T, bool>, "std::vector<bool> holds no elements to refer to; use char");
  return boost::make_iterator_property_map(values.begin(), NodeIndexMap());
}
/// Values of edges, in the order of the graph's arrays, as a property map; they must outlive it.
template <class T>
[[nodiscard]] EdgeMap<T> edge_map(std::span<T> values) {
  return EdgeMap<T>(values);
}
template <class T>
[[nodiscard]] EdgeMap<T> edge_map(std::vector<T>& values) {
  return EdgeMap<T>(std::span<T>(values));
}

}  // namespace weft
#pragma GCC visibility pop

template <weft::BoostView G>
struct boost::property_map<G, boost::vertex_index_t> {
  using type = weft::NodeIndexMap;
  using const_type = weft::NodeIndexMap;
};
