// Jobs of training that tests run.
#pragma once

#include <cstdint>
#include <string_view>

#include "weft/tasks/training_options.hpp"
#include "weft/train/trainer.hpp"

namespace weft::test {

/// On split rand0, with 16 columns.
inline TrainJob short_job(std::string_view model, std::int64_t epochs = 12) {
  TrainJob job;
  job.model = model;
  job.options = default_options(model);
  job.splits = {"rand0"};
  job.options.set_value("epochs", epochs);
  // Models that are solved for have none.
  if (job.options.has("hidden")) {
    job.options.set_value("hidden", std::int64_t{16});
  }
  return job;
}

}  // namespace weft::test
