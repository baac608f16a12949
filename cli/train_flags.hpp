// The flags of weft train.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/cli/commands.hpp"

namespace weft::cli {

struct TrainFlags : SharedFlags {
  std::string data, model, config, output, task, protocol, sampler, memory_limit, users;
  std::vector<std::string> assignments, splits;
  bool estimate = false, resume = false, overwrite = false, keeps_nothing = false;
  std::optional<std::int64_t> epochs, runs, batch_size;
  std::optional<std::uint64_t> seed;
  double max_minutes = 0.0;
};

void add_train_flags(CLI::App& command, TrainFlags& flags);

}  // namespace weft::cli
