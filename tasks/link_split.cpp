#include "weft/tasks/link_split.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

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
  return without_repeats(std::move(pairs));
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

/// Side 0 for those that `is_user` says.
template <class IsUser>
std::vector<std::uint8_t> sides_by(std::size_t num_nodes, const IsUser& is_user) {
  std::vector<std::uint8_t> side(num_nodes);
  for (std::size_t v = 0; v < num_nodes; ++v) {
    side[v] = is_user(v) ? 0 : 1;
  }
  return side;
}

std::int64_t number_in(std::string_view text, std::string_view users) {
  std::int64_t number = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  require(error == std::errc() && end == text.data() + text.size() && number >= 0, "users: is '", users,
          "', expected FIRST-LAST, the numbers of the first and the last user, or type:N, a number in /node/type");
  return number;
}

std::vector<Edge> links_of(const LinkSplit& split) {
  std::vector<Edge> links = split.train;
  links.insert(links.end(), split.val.begin(), split.val.end());
  links.insert(links.end(), split.test.begin(), split.test.end());
  return links;
}

/// Of the types of nodes that have links, if there are two.
std::optional<std::int32_t> smaller_of_two_types(const LinkSplit& split, const Dataset& dataset) {
  if (dataset.node_type.empty()) {
    return std::nullopt;
  }
  std::set<std::int32_t> types;
  for (const auto& [u, v] : links_of(split)) {
    types.insert({dataset.node_type[u], dataset.node_type[v]});
  }
  return types.size() == 2 ? std::optional(*types.begin()) : std::nullopt;
}

/// The two sets of nodes between which all links run. Nodes without a link are of side 1.
std::vector<std::uint8_t> sides_by_links(const LinkSplit& split) {
  constexpr std::uint8_t kUnknown = 2;
  const std::vector<Edge> links = links_of(split);
  const CsrGraph graph = CsrGraph::from_edges(split.messages.num_nodes(), links, {.symmetrize = true});
  std::vector<std::uint8_t> side(static_cast<std::size_t>(graph.num_nodes()), kUnknown);
  std::vector<NodeId> reached;
  std::int64_t pieces = 0;
  for (std::size_t start = 0; start < side.size(); ++start) {
    if (side[start] != kUnknown || graph.in_degree(static_cast<NodeId>(start)) == 0) {
      continue;
    }
    ++pieces;
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
  require(pieces <= 1, "link_prediction: bipartite is true, and the links hang together in ", pieces,
          " pieces, so that they do not say which sides belong together; expected users=FIRST-LAST or users=type:N");
  std::ranges::replace(side, kUnknown, std::uint8_t{1});
  return side;
}

}  // namespace

void find_sides(LinkSplit& split, const Dataset& dataset, std::string_view users) {
  const bool has_types = !dataset.node_type.empty();
  if (users.starts_with("type:")) {
    const std::int64_t type = number_in(users.substr(5), users);
    require(has_types, "users: is '", users, "', but the nodes of ", dataset.name,
            " have no types; expected FIRST-LAST");
    split.side = sides_by(dataset.node_type.size(), [&](std::size_t v) { return dataset.node_type[v] == type; });
    split.knows_users = true;
  } else if (!users.empty()) {
    const std::size_t dash = std::min(users.find('-'), users.size());
    const std::int64_t first = number_in(users.substr(0, dash), users),
                       last = dash == users.size() ? -1 : number_in(users.substr(dash + 1), users),
                       n = split.messages.num_nodes();
    require(first <= last && last < n, "users: is '", users, "', expected FIRST-LAST, of nodes 0 to ", n - 1);
    split.side = sides_by(static_cast<std::size_t>(n), [&](std::size_t v) {
      return first <= static_cast<std::int64_t>(v) && static_cast<std::int64_t>(v) <= last;
    });
    split.knows_users = true;
  } else if (const std::optional<std::int32_t> type = smaller_of_two_types(split, dataset)) {
    split.side = sides_by(dataset.node_type.size(), [&](std::size_t v) { return dataset.node_type[v] == *type; });
    split.knows_users = true;
  } else {
    split.side = sides_by_links(split);
    split.knows_users = false;
  }
  for (const std::vector<Edge>* part : {&split.train, &split.val, &split.test}) {
    for (const auto& [u, v] : *part) {
      require(split.side[u] != split.side[v], "link_prediction: link ", u, " - ", v, " joins two nodes of one side, ",
              split.side[u] == 0 ? "of users" : "not of users",
              "; expected every link to join a user and another node");
    }
  }
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

LinkSplit link_split(const Dataset& dataset, std::string_view name, std::uint64_t seed) {
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
  return split;
}

bool wants_sides(const Options& options) {
  return options.flag("bipartite") || !options.text("users").empty();
}

LinkSplit link_split(const Dataset& dataset, std::string_view name, const Options& options) {
  LinkSplit split = link_split(dataset, name, static_cast<std::uint64_t>(options.integer("split_seed")));
  if (wants_sides(options)) {
    find_sides(split, dataset, options.text("users"));
  }
  return split;
}

}  // namespace weft
