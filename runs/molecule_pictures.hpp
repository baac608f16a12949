// Molecules for a report: the best and the worst predicted of some, drawn, with what each atom added to the prediction.
#pragma once

#include <cstdint>
#include <span>

#include "weft/runs/evaluation.hpp"
#include "weft/runs/report.hpp"

namespace weft {

/// Draws a dozen of the molecules `rows` into data.pictures: the ones predicted worst, then spread over the others by
/// error. Does nothing where Weft was built without RDKit.
void add_molecules(const Predictor& predictor, const Evaluation& evaluation, const Dataset& dataset,
                   std::span<const std::int64_t> rows, ReportData& data);

}  // namespace weft
