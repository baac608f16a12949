// Molecules for a report: the best and the worst predicted of some, drawn, with what each atom added to the prediction.
#pragma once

#include <cstdint>
#include <span>

#include <span>

#include "weft/io/dataset.hpp"
#include "weft/runs/report.hpp"
#include "weft/runs/trained_model.hpp"
#include "weft/tasks/labels.hpp"

namespace weft {

/// What a model says of the rows of a dataset, and what is known of them. Views.
struct LabeledPrediction {
  const RowLabels& labels;
  const Prediction& prediction;
};

/// Draws a dozen of the molecules `rows` into data.pictures: the ones predicted worst, then spread over the others by
/// error. Does nothing where Weft was built without RDKit.
void add_molecules(const TrainedModel& model, const LabeledPrediction& evaluation, const Dataset& dataset,
                   std::span<const std::int64_t> rows, ReportData& data);

}  // namespace weft
