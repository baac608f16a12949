// A trained model of nodes as an ONNX file, for programs that run networks and know nothing of Weft.
//
// Inputs: `x` float32 [N, features], `edge_index` int64 [2, E], row 0 the nodes u and row 1 the nodes v of edges u -> v
// (both directions where edges have none), and where the model reads weights `edge_weight` float32 [E], which may be
// left out. Outputs: `logits` and `probabilities` [N, outputs], or `values` of a regression, as `weft predict` writes
// them but for rounding. Loops that a layer wants, normalization and the unit of features are inside.
#pragma once

#include <filesystem>
#include <string>

#include "weft/io/model_file.hpp"
#include "weft/runs/trained_model.hpp"

namespace weft {

/// Throws ArgumentError, naming what it is, if the model does something that ONNX, or a file without the data, has no
/// place for.
void require_onnx(const TrainedModel& model);

/// file: that of the model. Throws as require_onnx does. Replaces what is at `path` only when the new file is whole.
void write_onnx(const TrainedModel& model, const ModelFile& file, const std::filesystem::path& path);

}  // namespace weft
