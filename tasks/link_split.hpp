// Which links a model of links learns from, is chosen by and is tested on, and the graph that it reads meanwhile.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/io/dataset.hpp"

namespace weft {

/// Links have no direction here: a pair is in one part, whichever way round, and once. Loops are no links.
struct LinkSplit {
  std::string name;
  std::vector<Edge> train, val, test;
  /// The dataset's graph without the links of val and test, in either direction, and with all of train: no more than
  /// training may know.
  CsrGraph messages;
  /// [num_nodes], 0 or 1, where nodes are of two sides and every link joins one of each; otherwise empty.
  std::vector<std::uint8_t> side = {};
  /// Whether side 0 are the users, to whom metrics of recommendation show nodes of the other side.
  bool knows_users = false;
};

/// Fills in the sides. `users` says which nodes are the users, as "0-29857" (both are), or "type:1", by /node/type;
/// where it is empty, those of the smaller of two types are, and without types the sides are those into which the links
/// part the nodes, and which of them the users are is not known. Nothing hangs on the order in which nodes are
/// numbered. Throws ArgumentError if a link joins two nodes of a side, or what hangs together is in several pieces, so
/// that links do not say which sides of them belong together.
void find_sides(LinkSplit& split, const Dataset& dataset, std::string_view users);

/// The split that is drawn where the file has none: 85 % of all links for training, 5 % for validation, 10 % for the
/// test (Kipf, Welling, "Variational graph auto-encoders", 2016).
inline constexpr std::string_view kRandomLinks = "random";

/// The splits of links that the dataset has, or else kRandomLinks.
[[nodiscard]] std::vector<std::string> link_split_names(const Dataset& dataset);

/// The split of that name. Where the file has no train_edges, they are the graph's that are in no other part; where it
/// has no val_edges, 5 % of those of training become them. All that is drawn is a function of `seed`. Throws
/// ArgumentError if there is no such split, the dataset is not one graph, or a part ends up without links.
[[nodiscard]] LinkSplit link_split(const Dataset& dataset, std::string_view name, std::uint64_t seed);
/// Whether options bipartite or users ask for sides.
[[nodiscard]] bool wants_sides(const Options& options);
/// The same as option split_seed says, with sides where options bipartite or users ask for them.
[[nodiscard]] LinkSplit link_split(const Dataset& dataset, std::string_view name, const Options& options);

}  // namespace weft
