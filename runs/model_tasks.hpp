// Which tasks a model learns, asked before any data are read.
#pragma once

#include <string_view>

#include "weft/tasks/tasks.hpp"

namespace weft {

/// Whether the model is one of models() that suits some tasks only, so that what the dataset is for decides.
[[nodiscard]] bool suits_some_tasks(std::string_view model);

/// Throws ArgumentError if the model learns other tasks alone.
void require_model_suits(std::string_view model, const TaskInfo& task);

}  // namespace weft
