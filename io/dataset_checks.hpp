// The rules of the dataset format that hold between arrays; reading and writing check the same ones.
// Private.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "weft/io/dataset.hpp"

namespace weft {

/// Of nodes or of graphs.
[[nodiscard]] bool is_classification(TaskKind task);
[[nodiscard]] bool is_regression(TaskKind task);

/// Throws: `object` breaks the format by `problem`.
using Refuse = std::function<void(const std::string& object, const std::string& problem)>;

void check_dataset(const Dataset& dataset, const Refuse& refuse);

/// The rules for all but the graph and the features of nodes and edges, which `rest` lacks.
void check_dataset_rest(const Dataset& rest, std::int64_t num_nodes, EdgeId num_edges, const Refuse& refuse);

/// Throws DataError naming `file` and the object.
void check_dataset(const Dataset& dataset, const std::filesystem::path& file);

/// The same for a dataset in memory, by its name: what is made of one takes the rules for granted. Its parts may have
/// members in common, as where a protocol selects by the test part, and a graph of one direction need not say so.
/// O(size of all that is in memory).
void check_dataset(const Dataset& dataset);

}  // namespace weft
