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
};

/// Sides of nodes such that every link of the split joins one of each; the smallest node of what hangs together is of
/// side 0. Throws ArgumentError, naming a link, if there are none.
[[nodiscard]] std::vector<std::uint8_t> sides_of(const LinkSplit& split);

/// The split that is drawn where the file has none: 85 % of all links for training, 5 % for validation, 10 % for the
/// test (Kipf, Welling, "Variational graph auto-encoders", 2016).
inline constexpr std::string_view kRandomLinks = "random";

/// The splits of links that the dataset has, or else kRandomLinks.
[[nodiscard]] std::vector<std::string> link_split_names(const Dataset& dataset);

/// The split of that name. Where the file has no train_edges, they are the graph's that are in no other part; where it
/// has no val_edges, 5 % of those of training become them. All that is drawn is a function of `seed`. `bipartite`:
/// fills in the sides. Throws ArgumentError if there is no such split, the dataset is not one graph, or a part ends up
/// without links.
[[nodiscard]] LinkSplit link_split(const Dataset& dataset, std::string_view name, std::uint64_t seed,
                                   bool bipartite = false);
/// The same as options split_seed and bipartite say.
[[nodiscard]] LinkSplit link_split(const Dataset& dataset, std::string_view name, const Options& options);

}  // namespace weft
