#include "weft/cli/storage_flags.hpp"

#include <CLI/CLI.hpp>

#include "weft/core/machine.hpp"
#include "weft/runs/memory_plan.hpp"

namespace weft::cli {

void add_memory_limit(CLI::App& command, StorageFlags& flags, const std::string& what) {
  command.add_option("--memory-limit", flags.memory_limit,
                     "keep to so much memory, as 4G: " + what + "; otherwise half of the machine's");
}

void add_feature_type(CLI::App& command, StorageFlags& flags) {
  command
      .add_option("--feature-type", flags.feature_type,
                  "how dense features of nodes are stored: half the size in 16 bits, rounded to the nearest")
      ->check(CLI::IsMember({"float32", "float16", "bfloat16"}))
      ->capture_default_str();
}

std::int64_t memory_limit_of(const StorageFlags& flags) {
  if (!flags.memory_limit.empty()) {
    return bytes_of(flags.memory_limit);
  }
  return machine_share().memory_bytes / 2;
}

WriteOptions write_options_of(const StorageFlags& flags) {
  return {.feature_type = feature_type_of(flags.feature_type).value()};
}

}  // namespace weft::cli
