#include "weft/io/importers/pair_file.hpp"

#include <string_view>
#include <unordered_map>

#include "weft/io/importers/delimited_text.hpp"

namespace weft {
namespace {

class Nodes {
 public:
  explicit Nodes(const Dataset& dataset) : count_(dataset.graph.num_nodes()) {
    if (!dataset.original_node.empty()) {
      place_.resize(dataset.original_node.size());
      for (std::size_t v = 0; v < place_.size(); ++v) {
        place_[static_cast<std::size_t>(dataset.original_node[v])] = static_cast<NodeId>(v);
      }
    }
    for (std::size_t v = 0; v < dataset.node_names.size(); ++v) {
      by_name_.emplace(dataset.node_names[v], static_cast<NodeId>(v));
      are_names_numbers_ = are_names_numbers_ || parse_id(dataset.node_names[v]) >= 0;
    }
  }

  [[nodiscard]] NodeId find(std::string_view text, const DelimitedRows& rows) const {
    if (const auto found = by_name_.find(text); found != by_name_.end()) {
      return found->second;
    }
    const std::int64_t number = parse_id(text);
    if (number < 0 || are_names_numbers_) {
      rows.fail(concat("no node of the dataset is called '", text, "', expected ",
                       are_names_numbers_
                           ? concat("a name, as '", by_name_.begin()->first, "' is one")
                           : concat("a number from 0 to ", count_ - 1, by_name_.empty() ? "" : " or a name")));
    }
    if (number >= count_) {
      rows.fail(concat("node ", text, " is not in the dataset, expected 0 to ", count_ - 1));
    }
    return place_.empty() ? static_cast<NodeId>(number) : place_[static_cast<std::size_t>(number)];
  }

 private:
  std::int64_t count_;
  /// Where the node of each number is now; empty: where it was.
  std::vector<NodeId> place_;
  std::unordered_map<std::string_view, NodeId> by_name_;
  /// A number is a name then, and not how many nodes come before.
  bool are_names_numbers_ = false;
};

}  // namespace

std::vector<Edge> read_pairs(const std::filesystem::path& path, const Dataset& dataset) {
  const Nodes nodes(dataset);
  DelimitedRows rows(path);
  std::vector<Edge> pairs;
  for (std::vector<std::string_view> fields; rows.next(fields);) {
    rows.expect_fields(fields, 2);
    pairs.push_back({nodes.find(fields[0], rows), nodes.find(fields[1], rows)});
  }
  return pairs;
}

}  // namespace weft
