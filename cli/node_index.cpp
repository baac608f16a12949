#include "weft/cli/node_index.hpp"

#include "weft/core/error.hpp"
#include "weft/core/options.hpp"
#include "weft/io/importers/delimited_text.hpp"

namespace weft::cli {

NodeIndex::NodeIndex(const Dataset& dataset) : dataset_(dataset) {
  place_.resize(dataset.original_node.size());
  for (std::size_t v = 0; v < place_.size(); ++v) {
    place_[static_cast<std::size_t>(dataset.original_node[v])] = static_cast<NodeId>(v);
  }
  for (std::size_t v = 0; v < dataset.node_names.size(); ++v) {
    by_name_.emplace(dataset.node_names[v], static_cast<NodeId>(v));
    // With zeros before it too: of such names 7 is no place.
    const std::string& name = dataset.node_names[v];
    are_names_numbers_ =
        are_names_numbers_ || (!name.empty() && name.find_first_not_of("0123456789") == std::string::npos);
  }
}

std::optional<NodeId> NodeIndex::of_number(std::string_view text) const {
  const std::int64_t number = parse_id(text);
  if (number < 0 || number >= dataset_.graph.num_nodes()) {
    return std::nullopt;
  }
  return place_.empty() ? static_cast<NodeId>(number) : place_[static_cast<std::size_t>(number)];
}

std::optional<NodeId> NodeIndex::find(std::string_view text) const {
  if (const auto found = by_name_.find(text); found != by_name_.end()) {
    return found->second;
  }
  return are_names_numbers_ ? std::nullopt : of_number(text);
}

NodeId NodeIndex::at(std::string_view text) const {
  const std::optional<NodeId> found = find(text);
  if (!found) {
    // Looking at every name takes its time, which a stranger's typing errors should not be given.
    constexpr std::size_t kMostLookedAt = 20'000;
    const std::vector<std::string>& names = dataset_.node_names;
    const std::string nearest = names.size() <= kMostLookedAt ? nearest_name(text, names) : std::string();
    const std::int64_t last = dataset_.graph.num_nodes() - 1;
    throw ArgumentError(
        concat("there is no node '", text.substr(0, 80), "'",
               nearest.empty() ? std::string() : concat("; did you mean '", nearest, "'?"),
               are_names_numbers_ || !nearest.empty()
                   ? std::string()
                   : concat(", expected ", names.empty() ? "" : "a name or ", "a number from 0 to ", last)));
  }
  return *found;
}

std::int64_t NodeIndex::find_in_tables(const std::string& text) const {
  if (by_name_.empty()) {
    const std::optional<NodeId> found = of_number(text);
    return found ? std::int64_t{*found} : -1;
  }
  const auto found = by_name_.find(text);
  return found == by_name_.end() ? -1 : std::int64_t{found->second};
}

std::int64_t NodeIndex::number_of(NodeId node) const {
  return dataset_.original_node.empty() ? std::int64_t{node} : dataset_.original_node[node];
}

}  // namespace weft::cli
