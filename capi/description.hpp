// A trained model as a JSON object: what it is, what it reads, what its outputs mean.
#pragma once

#include <string>
#include <vector>

#include "weft/layers/model_shape.hpp"
#include "weft/runs/trained_model.hpp"
#include "weft/tasks/trained_task.hpp"

namespace weft::capi {

/// {"task": ..., "model": ..., "dataset": ..., "metric": ..., "split": ..., "rows": "nodes|graphs|links|none",
///  "outputs": {"kind": ..., "names": [...]}, "embedding": width, "nodes": features, "edges": features,
///  "edge_weight": column or "", "options": {name: value}}, where features are {"kind":
///  "none|dense|sparse|categorical",
/// "columns": n, "categories": [of each column], "names": [...]}.
[[nodiscard]] std::string description_of(const TrainedModel& model, const std::vector<std::string>& output_names);

/// What the caller gives: of data without features a model was made for rows that it learned or for degrees.
[[nodiscard]] ModelShape shape_given(const ModelDescription& about);

}  // namespace weft::capi
