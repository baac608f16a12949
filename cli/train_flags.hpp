// The flags of weft train, and the run that they ask for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "weft/cli/commands.hpp"
#include "weft/runs/run_config.hpp"

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

/// Throws ArgumentError for flags that contradict each other.
void require_flags_agree(const TrainFlags& flags);

/// The run that the command line asks for. What decides it comes, later ones winning, from: the model's defaults,
/// --config (or, with --resume, the folder's own config.toml), --set, and the flags of their own.
[[nodiscard]] RunConfig config_of(const TrainFlags& flags);

}  // namespace weft::cli
