// Data as a trained model reads them: columns of features, classes and targets in the model's order, found by their
// names. What has no names, in the model or in the data, is matched by number.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/io/dataset.hpp"
#include "weft/tasks/trained_task.hpp"

namespace weft {

/// Puts columns and classes of the dataset into the order of the model, and says what was done, a sentence each.
/// Columns that the model does not know are left out. Where columns stand for values ("thing=value"), those that the
/// model knows and the data do not hold no value. Throws ArgumentError, naming them, for columns, values and classes
/// that are missing on one side and cannot be meant.
[[nodiscard]] std::vector<std::string> match_names(Dataset& dataset, const ModelDescription& model);

/// Throws ArgumentError, which starts with `operation`, if match_names() would change the dataset, or weights of edges
/// that the model reads stay in the file.
void require_matched(std::string_view operation, const Dataset& dataset, const ModelDescription& model);

/// Which nodes these are, and in which order, as a short text: what a model that learned a row for each must find
/// again.
[[nodiscard]] std::string table_nodes(const Dataset& dataset);

/// The model that knows nothing but labels of nodes of one graph.
inline constexpr std::string_view kLabelPropagation = "label_propagation";

/// Names of nodes in their order as a short text; of no names empty.
[[nodiscard]] std::string names_mark(std::span<const std::string> names);

}  // namespace weft
