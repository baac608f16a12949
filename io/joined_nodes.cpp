#include "weft/io/joined_nodes.hpp"

#include <algorithm>
#include <limits>
#include <unordered_map>
#include <utility>
#include <variant>

#include "weft/core/error.hpp"

namespace weft {
namespace {

constexpr NodeId kAbsent = std::numeric_limits<NodeId>::max();

/// An edge into some node: its source by the number in both graphs together, and where it stands in the old graph, or
/// -1 and where it stands in the new one.
struct ReadEdge {
  std::int64_t source = 0;
  EdgeId old_edge = -1, new_edge = -1;
};

/// Both graphs as one: the old nodes, then the new ones.
class BothGraphs {
 public:
  BothGraphs(const Dataset& old, const Dataset& fresh, const NodeJoin& join)
      : old_(old.graph), fresh_(fresh.graph), number_(join.old_node) {
    const std::int64_t n = old_.num_nodes();
    for (std::size_t i = 0; i < join.new_nodes.size(); ++i) {
      number_[static_cast<std::size_t>(join.new_nodes[i])] = n + static_cast<std::int64_t>(i);
    }
    num_nodes_ = n + static_cast<std::int64_t>(join.new_nodes.size());
    for (std::size_t v = 0; v < number_.size(); ++v) {
      require(number_[v] >= 0 && number_[v] < num_nodes_, "join nodes: node ", v, " of ", fresh.name,
              " is neither an old one nor among the new ones");
      fresh_node_.emplace(number_[v], static_cast<NodeId>(v));
    }
  }

  [[nodiscard]] std::int64_t num_nodes() const { return num_nodes_; }
  [[nodiscard]] bool is_old(std::int64_t node) const { return node < old_.num_nodes(); }
  /// In the new dataset.
  [[nodiscard]] NodeId fresh_node(std::int64_t node) const { return fresh_node_.at(node); }
  [[nodiscard]] std::int64_t num_repeats() const { return num_repeats_; }
  [[nodiscard]] std::int64_t num_old_edges() const { return num_old_edges_; }

  /// Ascending by their sources.
  const std::vector<ReadEdge>& edges_into(std::int64_t node) {
    row_.clear();
    if (is_old(node)) {
      EdgeId e = old_.offsets()[static_cast<std::size_t>(node)];
      for (const NodeId u : old_.sources_of(static_cast<NodeId>(node))) {
        row_.push_back({.source = u, .old_edge = e++});
      }
      num_old_edges_ += static_cast<std::int64_t>(row_.size());
      if (++num_rows_ % 512 == 0) {
        old_.trim();
      }
    }
    if (const auto found = fresh_node_.find(node); found != fresh_node_.end()) {
      EdgeId e = fresh_.offsets()[found->second];
      for (const NodeId u : fresh_.sources_of(found->second)) {
        row_.push_back({.source = number_[u], .new_edge = e++});
      }
      // Old edges stand first among equal ones, and all of them stay; without one, all of the new do.
      std::ranges::stable_sort(row_, {}, &ReadEdge::source);
      std::size_t kept = 0;
      for (const ReadEdge& edge : row_) {
        if (edge.old_edge < 0 && kept > 0 && row_[kept - 1].source == edge.source && row_[kept - 1].old_edge >= 0) {
          ++num_repeats_;
        } else {
          row_[kept++] = edge;
        }
      }
      row_.resize(kept);
    }
    return row_;
  }

 private:
  const CsrGraph& old_;
  const CsrGraph& fresh_;
  std::vector<std::int64_t> number_;
  std::unordered_map<std::int64_t, NodeId> fresh_node_;
  std::int64_t num_nodes_ = 0, num_rows_ = 0, num_repeats_ = 0, num_old_edges_ = 0;
  std::vector<ReadEdge> row_;
};

/// Nodes within some hops of the new ones, and their edges.
struct Surroundings {
  /// Ascending.
  std::vector<std::int64_t> nodes;
  /// [nodes + 1]
  std::vector<std::size_t> offsets = {0};
  std::vector<ReadEdge> edges;
};

Surroundings surroundings(BothGraphs& both, const NodeJoin& join, std::vector<NodeId>& place) {
  Surroundings found;
  const std::int64_t n = both.num_nodes();
  place.assign(static_cast<std::size_t>(n), kAbsent);
  const std::int64_t first_new = n - static_cast<std::int64_t>(join.new_nodes.size());
  for (std::int64_t v = join.hops < 0 ? 0 : first_new; v < n; ++v) {
    found.nodes.push_back(v);
    place[static_cast<std::size_t>(v)] = 0;
  }
  // Rows are read once more below, in the order of the nodes; most of them from memory then.
  for (std::size_t begin = 0, hop = 0; static_cast<std::int64_t>(hop) < join.hops; ++hop) {
    const std::size_t end = found.nodes.size();
    for (std::size_t i = begin; i < end; ++i) {
      for (const ReadEdge& edge : both.edges_into(found.nodes[i])) {
        if (NodeId& seen = place[static_cast<std::size_t>(edge.source)]; seen == kAbsent) {
          seen = 0;
          found.nodes.push_back(edge.source);
        }
      }
    }
    begin = end;
  }
  std::ranges::sort(found.nodes);
  for (std::size_t i = 0; i < found.nodes.size(); ++i) {
    place[static_cast<std::size_t>(found.nodes[i])] = static_cast<NodeId>(i);
  }
  return found;
}

/// The graph of the surroundings. Sources that are not in it become the nodes behind them, as many as the row has most
/// of: what counts of them is that they are there.
CsrGraph graph_of(Surroundings& found, std::span<const NodeId> place) {
  const std::size_t num_nodes = found.nodes.size();
  std::size_t num_others = 0;
  Buffer<NodeId> sources(found.edges.size());
  for (std::size_t v = 0; v < num_nodes; ++v) {
    // Those in it ascend, and so do the others behind them; edges keep to their sources.
    const auto row =
        std::span<ReadEdge>(found.edges).subspan(found.offsets[v], found.offsets[v + 1] - found.offsets[v]);
    const auto is_in = [&](const ReadEdge& edge) { return place[static_cast<std::size_t>(edge.source)] != kAbsent; };
    const std::size_t num_in =
        static_cast<std::size_t>(std::ranges::stable_partition(row, is_in).begin() - row.begin());
    for (std::size_t i = 0; i < row.size(); ++i) {
      sources[found.offsets[v] + i] =
          i < num_in ? place[static_cast<std::size_t>(row[i].source)] : static_cast<NodeId>(num_nodes + i - num_in);
    }
    num_others = std::max(num_others, row.size() - num_in);
  }
  Buffer<EdgeId> offsets(num_nodes + num_others + 1, static_cast<EdgeId>(found.edges.size()));
  for (std::size_t v = 0; v <= num_nodes; ++v) {
    offsets[v] = static_cast<EdgeId>(found.offsets[v]);
  }
  return CsrGraph::from_rows(static_cast<std::int64_t>(num_nodes + num_others), std::move(offsets), std::move(sources));
}

/// Rows of the nodes, those of the old dataset as they are kept there, then zeros.
Features features_of(const Dataset& old, const Dataset& fresh, const BothGraphs& both,
                     std::span<const std::int64_t> nodes, std::int64_t num_rows) {
  const Shape of_old = old.node_features.shape(), of_new = fresh.node_features.shape();
  if (of_old == Shape{} && of_new == Shape{}) {
    return {};
  }
  require(of_old.cols == of_new.cols, "join nodes: ", old.name, " has ", of_old.cols, " features and ", fresh.name, " ",
          of_new.cols, ", expected the same ones in both");
  std::vector<std::uint32_t> old_rows, new_rows;
  for (const std::int64_t v : nodes) {
    both.is_old(v) ? old_rows.push_back(static_cast<std::uint32_t>(v)) : new_rows.push_back(both.fresh_node(v));
  }
  const Features first = old.node_features.rows(old_rows), second = fresh.node_features.rows(new_rows);
  const auto* a = std::get_if<Tensor>(&first);
  const auto* b = std::get_if<Tensor>(&second);
  require(a != nullptr && b != nullptr, "join nodes: the features of ", old.name, " or of ", fresh.name,
          " are sparse or categories, expected rows of numbers");
  Tensor x(num_rows, of_old.cols);
  std::int64_t i = 0;
  for (const Tensor* rows : {a, b}) {
    for (std::int64_t row = 0; row < rows->rows(); ++row) {
      std::ranges::copy(rows->row(row), x.row(i++).begin());
    }
  }
  return x;
}

/// Columns of dense features of edges, or their column of weights alone.
const Tensor* columns_of(const Dataset& data) {
  return std::get_if<Tensor>(&data.edge_features);
}

void set_edge_features(const Dataset& old, const Dataset& fresh, const NodeJoin& join, const Surroundings& found,
                       Dataset& data) {
  const bool has_weights = join.joins_weights && old.weight_column >= 0;
  if (!join.joins_edge_features && !has_weights) {
    return;
  }
  const Tensor* a = columns_of(old);
  const Tensor* b = columns_of(fresh);
  require(!has_weights || fresh.weight_column >= 0 || fresh.graph.num_edges() == 0, "join nodes: the edges of ",
          old.name, " have weights, and those of ", fresh.name, " have none");
  require(a != nullptr && (b != nullptr || fresh.graph.num_edges() == 0), "join nodes: the features of edges of ",
          old.name, " or of ", fresh.name, " are no rows of numbers, or none");
  require(!join.joins_edge_features || b == nullptr || a->cols() == b->cols(), "join nodes: the edges of ", old.name,
          " have ", a->cols(), " features, those of ", fresh.name, " ", b == nullptr ? 0 : b->cols());
  const std::int64_t width = join.joins_edge_features ? a->cols() : 1;
  Tensor x(static_cast<std::int64_t>(found.edges.size()), width);
  for (std::size_t e = 0; e < found.edges.size(); ++e) {
    const bool is_old = found.edges[e].old_edge >= 0;
    const std::span<const float> from = is_old ? a->row(found.edges[e].old_edge) : b->row(found.edges[e].new_edge);
    const std::span<float> to = x.row(static_cast<std::int64_t>(e));
    if (join.joins_edge_features) {
      std::ranges::copy(from, to.begin());
    } else {
      to.front() = from[static_cast<std::size_t>(is_old ? old.weight_column : fresh.weight_column)];
    }
  }
  data.edge_features = std::move(x);
  data.weight_column = !has_weights ? -1 : join.joins_edge_features ? old.weight_column : 0;
  if (join.joins_edge_features) {
    data.names.edge_features = old.names.edge_features;
  }
}

}  // namespace

JoinedNodes join_nodes(const Dataset& old, const Dataset& fresh, const NodeJoin& join) {
  require(static_cast<std::int64_t>(join.old_node.size()) == fresh.graph.num_nodes(), "join nodes: there are ",
          join.old_node.size(), " numbers of nodes, expected one for each of ", fresh.graph.num_nodes());
  require(!old.has_many_graphs() && !fresh.has_many_graphs(), "join nodes: ", old.name,
          " holds many graphs, expected one graph");
  const std::int64_t num_all = old.graph.num_nodes() + static_cast<std::int64_t>(join.new_nodes.size());
  require(num_all <= kMaxNodes, "join nodes: ", num_all, " nodes, expected at most ", kMaxNodes);
  BothGraphs both(old, fresh, join);
  std::vector<NodeId> place;
  Surroundings found = surroundings(both, join, place);
  const std::int64_t repeats_before = both.num_repeats(), edges_before = both.num_old_edges();
  JoinedNodes joined;
  for (const std::int64_t v : found.nodes) {
    const std::vector<ReadEdge>& row = both.edges_into(v);
    found.edges.insert(found.edges.end(), row.begin(), row.end());
    found.offsets.push_back(found.edges.size());
    joined.num_old_nodes += both.is_old(v) ? 1 : 0;
  }
  joined.num_old_edges = both.num_old_edges() - edges_before;
  joined.num_repeats = both.num_repeats() - repeats_before;
  Dataset& data = joined.dataset;
  data.name = fresh.name;
  data.task = fresh.task;
  data.directed = old.directed;
  data.names.features = old.names.features;
  data.graph = graph_of(found, place);
  set_edge_features(old, fresh, join, found, data);
  data.node_features = features_of(old, fresh, both, found.nodes, data.graph.num_nodes());
  for (std::size_t i = 0; i < join.new_nodes.size(); ++i) {
    joined.rows.push_back(place[static_cast<std::size_t>(old.graph.num_nodes()) + i]);
  }
  return joined;
}

}  // namespace weft
