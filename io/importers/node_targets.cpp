#include "weft/io/importers/node_targets.hpp"

#include <algorithm>
#include <string_view>

#include "weft/core/error.hpp"
#include "weft/io/importers/delimited_text.hpp"
#include "weft/io/importers/smiles_targets.hpp"

namespace weft {

std::vector<std::string> label_names(const std::string& text, const std::vector<std::string>& header) {
  const bool is_one = std::ranges::find(header, text) != header.end();
  const char separator = text.find('\n') == std::string::npos ? ',' : '\n';
  std::vector<std::string> names;
  for (std::size_t begin = 0, end = 0; !text.empty() && begin <= text.size(); begin = end + 1) {
    end = is_one ? text.size() : std::min(text.find(separator, begin), text.size());
    names.push_back(text.substr(begin, end - begin));
  }
  return names;
}

bool NodeTargets::add(std::size_t row, NodeId node) {
  rows_.emplace_back(row, node);
  return std::ranges::any_of(columns_, [&](std::size_t column) { return !table_.is_missing(row, column); });
}

void NodeTargets::finish(const EdgelistOptions& options, EdgelistTables& tables) const {
  TargetTable targets;
  std::int64_t num_missing = 0;
  for (const std::size_t column : columns_) {
    targets.names.push_back(table_.header()[column]);
    std::vector<std::string>& texts = targets.texts.emplace_back();
    for (const auto& [row, node] : rows_) {
      texts.emplace_back(table_.is_missing(row, column) ? std::string_view() : table_.cell(row, column));
      if (table_.form().decimal == ',' && parse_real_with_comma(texts.back())) {
        std::ranges::replace(texts.back(), ',', '.');
      }
      num_missing += texts.back().empty() ? 1 : 0;
      if (!texts.back().empty() && !parse_real(texts.back()) && !yes_or_no(texts.back())) {
        table_.fail(row, concat("'", texts.back().substr(0, 40), "' in column '", table_.header()[column],
                                "' is neither a number nor yes or no; a label of any texts stands alone"));
      }
    }
  }
  if (options.task == TaskKind::node_regression) {
    targets.task = TaskKind::graph_regression;
  }
  targets.fail = [&](std::size_t row, const std::string& problem) { table_.fail(rows_[row].first, problem); };
  Dataset found;
  set_targets(targets, found);
  tables.task = found.task == TaskKind::graph_regression ? TaskKind::node_regression : TaskKind::node_classification;
  tables.several = std::get<Tensor>(std::move(found.graph_labels));
  for (const auto& [row, node] : rows_) {
    tables.several_nodes.push_back(node);
  }
  tables.assumed.insert(tables.assumed.end(), found.assumed.begin(), found.assumed.end());
  if (num_missing > 0) {
    tables.assumed.push_back(concat(num_missing, num_missing == 1 ? " label is" : " labels are", " missing, of ",
                                    rows_.size() * columns_.size()));
  }
  tables.label_column.clear();
  for (const std::string& name : targets.names) {
    tables.label_column += (tables.label_column.empty() ? "" : "\n") + name;
  }
}

}  // namespace weft
