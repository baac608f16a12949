// What a weft_model is.
#pragma once

#include <string>
#include <vector>

#include "weft/capi/weft.h"
#include "weft/runs/trained_model.hpp"

struct weft_model {
  explicit weft_model(weft::TrainedModel loaded);

  weft::TrainedModel trained;
  /// Of the outputs.
  std::vector<std::string> names;
  /// As JSON.
  std::string description;
  std::int64_t embedding = 0;
};

namespace weft::capi {

/// Throws ArgumentError for NULL.
[[nodiscard]] const weft_model& model_at(const weft_model* model);

}  // namespace weft::capi
