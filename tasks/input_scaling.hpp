// Whether a model reads its dense features in the unit that their columns have in the training part, and that unit.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "weft/layers/models.hpp"
#include "weft/tasks/model_input.hpp"

namespace weft {

/// What is scaled. Saved with the model.
struct InputScaling {
  bool features = false, edge_features = false;

  /// "features", "edge_features", both between a comma, or nothing.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] static InputScaling of_text(std::string_view text);
};

/// What option feature_norm asks for: column scales what is dense; auto does where columns differ in size, as incomes
/// beside shares do. `nodes`: those of the training part, whose features are looked at. `others`: nodes of types that
/// have none there, which tell of columns that are 0 in all of the training part.
[[nodiscard]] InputScaling input_scaling(const ModelInput& input, const Options& options,
                                         std::span<const std::int64_t> nodes,
                                         std::span<const std::int64_t> others = {});

/// The model reading its inputs in a unit of 1, as for one that is read from a file.
[[nodiscard]] std::unique_ptr<NodeModel> with_scaling(std::unique_ptr<NodeModel> model, const ModelShape& shape,
                                                      const Options& options, InputScaling scaling);
/// The same in the unit that the inputs have at those nodes, of edges at all of them.
[[nodiscard]] std::unique_ptr<NodeModel> with_scaling(std::unique_ptr<NodeModel> model, const ModelInput& input,
                                                      InputScaling scaling, std::span<const std::int64_t> nodes,
                                                      std::span<const std::int64_t> others = {});
/// The nodes of types that none of `nodes` is of. node_type: of all nodes, or empty.
[[nodiscard]] std::vector<std::int64_t> nodes_of_other_types(std::span<const std::int32_t> node_type,
                                                             std::span<const std::int64_t> nodes);

/// What was chosen, for people; empty if nothing is scaled.
[[nodiscard]] std::string scaling_note(InputScaling scaling, const Options& options);

}  // namespace weft
