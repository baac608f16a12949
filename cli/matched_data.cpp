#include "weft/cli/matched_data.hpp"

#include "weft/cli/console.hpp"
#include "weft/core/error.hpp"

namespace weft::cli {

std::vector<std::string> notes_of_match(Dataset& dataset, const std::string& file, const TrainedModel& model) {
  std::vector<std::string> notes;
  try {
    notes = model.match(dataset);
  } catch (const ArgumentError& error) {
    if (dataset.node_features.is_in_file()) {
      // Another memory limit would do.
      throw;
    }
    throw DataError(file, "", error.what());
  }
  const ModelShape& shape = model.shape();
  const std::int64_t has = dataset.node_features.shape().cols;
  const bool is_of_its_form = dataset.has_many_graphs() == (model.task().rows == Rows::graphs);
  const bool reads_numbers = shape.feature_kind == FeatureKind::dense || shape.feature_kind == FeatureKind::sparse;
  if (is_of_its_form && reads_numbers && has != shape.num_features) {
    throw DataError(file, "",
                    concat("the data have ", has, " features of nodes, the model reads ", shape.num_features));
  }
  return notes;
}

void match_data(Dataset& dataset, const std::string& file, const TrainedModel& model, bool quiet) {
  say_all(quiet, notes_of_match(dataset, file, model));
}

}  // namespace weft::cli
