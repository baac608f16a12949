// Tables of new nodes, read as those were that a model was trained on. Private.
#pragma once

#include <vector>

#include "weft/core/progress.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/importers/edgelist_importer.hpp"

namespace weft {

struct NewNodes {
  Dataset dataset;
  /// The nodes that have a row in the table of nodes or of features, in the order of its rows; of no table none.
  std::vector<NodeId> rows;
};

/// What import_edgelist returns, and where the rows of the table went. are_some: edges may name other nodes too, which
/// are known elsewhere, so that nothing is said of their features.
[[nodiscard]] NewNodes import_new_nodes(const EdgelistOptions& options, bool are_some,
                                        const ProgressCallback& progress = {});

}  // namespace weft
