#include "weft/tasks/link_split.hpp"

#include <algorithm>

#include "weft/core/random.hpp"

namespace weft {
namespace {

/// One link of so many.
constexpr std::size_t kTestPart = 10, kValPart = 20;

/// The pair with its smaller end first.
Edge pair_of(const Edge& link) {
  return {std::min(link.source, link.destination), std::max(link.source, link.destination)};
}

std::vector<Edge> without_repeats(std::vector<Edge> pairs) {
  std::ranges::sort(pairs);
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

/// Every pair of different nodes with an edge between them.
std::vector<Edge> pairs_of(const CsrGraph& graph) {
  std::vector<Edge> pairs;
  for (std::int64_t v = 0; v < graph.num_nodes(); ++v) {
    for (const NodeId u : graph.sources_of(static_cast<NodeId>(v))) {
      const Edge edge{u, static_cast<NodeId>(v)};
      // An edge with its reverse gives one pair; one without, its own.
      if (u < edge.destination || (u > edge.destination && !graph.has_edge({edge.destination, u}))) {
        pairs.push_back(pair_of(edge));
      }
    }
  }
  std::ranges::sort(pairs);
  return pairs;
}

std::vector<Edge> pairs_of(const std::vector<Edge>& links) {
  std::vector<Edge> pairs;
  for (const Edge& link : links) {
    pairs.push_back(pair_of(link));
  }
  return without_repeats(std::move(pairs));
}

/// Takes so many of `from` at random, at least one if there are any.
std::vector<Edge> drawn(std::vector<Edge>& from, std::size_t count, const Random& random) {
  count = std::min(from.size(), std::max<std::size_t>(1, count));
  shuffle(std::span<Edge>(from), random);
  std::vector<Edge> taken(from.end() - static_cast<std::ptrdiff_t>(count), from.end());
  from.resize(from.size() - count);
  std::ranges::sort(from);
  std::ranges::sort(taken);
  return taken;
}

bool contains(const std::vector<Edge>& sorted, const Edge& pair) {
  return std::ranges::binary_search(sorted, pair);
}

/// Sorted pairs of `all` that are in neither of the others.
std::vector<Edge> rest_of(const std::vector<Edge>& all, const LinkSplit& split) {
  std::vector<Edge> rest;
  std::ranges::copy_if(all, std::back_inserter(rest),
                       [&](const Edge& pair) { return !contains(split.val, pair) && !contains(split.test, pair); });
  return rest;
}

/// See LinkSplit::messages. Edges keep their direction; links of training that the graph lacks are read both ways.
CsrGraph messages_of(const Dataset& dataset, const LinkSplit& split) {
  const CsrGraph& graph = dataset.graph;
  std::vector<Edge> edges;
  for (const Edge& edge : edges_of(graph)) {
    if (const Edge pair = pair_of(edge); !contains(split.val, pair) && !contains(split.test, pair)) {
      edges.push_back(edge);
    }
  }
  for (const auto& [u, v] : split.train) {
    if (!graph.has_edge({u, v}) && !graph.has_edge({v, u})) {
      edges.push_back({u, v});
      edges.push_back({v, u});
    }
  }
  return CsrGraph::from_edges(graph.num_nodes(), edges);
}

}  // namespace

std::vector<std::uint8_t> sides_of(const LinkSplit& split) {
  constexpr std::uint8_t kUnknown = 2;
  std::vector<Edge> links = split.train;
  links.insert(links.end(), split.val.begin(), split.val.end());
  links.insert(links.end(), split.test.begin(), split.test.end());
  const CsrGraph graph = CsrGraph::from_edges(split.messages.num_nodes(), links, {.symmetrize = true});
  std::vector<std::uint8_t> side(static_cast<std::size_t>(graph.num_nodes()), kUnknown);
  std::vector<NodeId> reached;
  for (std::size_t start = 0; start < side.size(); ++start) {
    if (side[start] != kUnknown) {
      continue;
    }
    side[start] = 0;
    reached.assign(1, static_cast<NodeId>(start));
    while (!reached.empty()) {
      const NodeId v = reached.back();
      reached.pop_back();
      for (const NodeId u : graph.sources_of(v)) {
        if (side[u] == kUnknown) {
          side[u] = side[v] == 0 ? 1 : 0;
          reached.push_back(u);
        }
        require(side[u] != side[v], "link_prediction: bipartite is true, and link ", u, " - ", v,
                " closes an odd circle: there are no two sides of which every link joins one node each");
      }
    }
  }
  return side;
}

std::vector<std::string> link_split_names(const Dataset& dataset) {
  std::vector<std::string> names;
  for (const Split& split : dataset.splits) {
    if (split.has_edges()) {
      names.push_back(split.name);
    }
  }
  if (names.empty()) {
    names.emplace_back(kRandomLinks);
  }
  return names;
}

LinkSplit link_split(const Dataset& dataset, std::string_view name, std::uint64_t seed, bool bipartite) {
  require(!dataset.has_many_graphs(), "link_prediction: ", dataset.name, " holds ", dataset.num_graphs(),
          " graphs, expected one");
  require(!dataset.graph.is_in_file(), "link_prediction: the edges of ", dataset.name,
          " stay in their file, expected a larger memory limit");
  const Split* given = dataset.find_split(name);
  require(std::ranges::count(link_split_names(dataset), name) == 1, "link_prediction: the dataset ", dataset.name,
          " has no split of links '", name, "', expected one of /split/NAME/{train,val,test}_edges, or '", kRandomLinks,
          "' where there is none");
  const Random random(seed);
  LinkSplit split;
  split.name = name;
  if (given == nullptr || !given->has_edges()) {
    split.train = pairs_of(dataset.graph);
    const std::size_t all = split.train.size();
    split.test = drawn(split.train, all / kTestPart, random.stream(0));
    split.val = drawn(split.train, all / kValPart, random.stream(1));
  } else {
    split.val = pairs_of(given->val_edges);
    split.test = pairs_of(given->test_edges);
    split.train = given->train_edges.empty() ? rest_of(pairs_of(dataset.graph), split) : pairs_of(given->train_edges);
    if (split.val.empty()) {
      split.val = drawn(split.train, split.train.size() / kValPart, random.stream(1));
    }
  }
  require(!split.train.empty() && !split.val.empty() && !split.test.empty(), "link_prediction: split ", name, " of ",
          dataset.name, " has ", split.train.size(), ", ", split.val.size(), " and ", split.test.size(),
          " links in train, val and test, expected at least one each");
  split.messages = messages_of(dataset, split);
  if (bipartite) {
    split.side = sides_of(split);
  }
  return split;
}

LinkSplit link_split(const Dataset& dataset, std::string_view name, const Options& options) {
  return link_split(dataset, name, static_cast<std::uint64_t>(options.integer("split_seed")),
                    options.flag("bipartite"));
}

}  // namespace weft
