// --memory-limit: what of a dataset is read into memory, decided before anything is.
#pragma once

#include <filesystem>
#include <string>

#include "weft/cli/commands.hpp"
#include "weft/runs/memory_plan.hpp"
#include "weft/runs/trained_model.hpp"

namespace weft::cli {

/// The sizes that the file declares, read in a child first unless the user trusts the file.
[[nodiscard]] DatasetSize size_of(const std::filesystem::path& data, const SharedFlags& flags);

/// Tells what was decided.
void say_plan(const MemoryPlan& plan, std::int64_t limit, bool quiet);

/// What of `data` a model reads into memory to predict within `limit`, as "4G", or everything if that is empty; also
/// sets how many nodes the model judges at a time. Starts no thread.
[[nodiscard]] ReadOptions fit_prediction(const std::string& limit, const std::filesystem::path& data,
                                         const SharedFlags& flags, Predictor& predictor);

}  // namespace weft::cli
