// Data matched to a trained model, with errors that name the file.
#pragma once

#include <string>
#include <vector>

#include "weft/io/dataset.hpp"
#include "weft/runs/trained_model.hpp"

namespace weft::cli {

/// TrainedModel::match() of data of that file, and what it says. Throws DataError naming the file if the data lack what
/// the model reads.
[[nodiscard]] std::vector<std::string> notes_of_match(Dataset& dataset, const std::string& file,
                                                      const TrainedModel& model);
/// The same, said.
void match_data(Dataset& dataset, const std::string& file, const TrainedModel& model, bool quiet);

}  // namespace weft::cli
