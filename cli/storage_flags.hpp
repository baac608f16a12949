// What import and synth share: how much memory making a dataset may take, and how its features are stored.
#pragma once

#include <cstdint>
#include <string>

#include <CLI/App.hpp>

#include "weft/io/dataset.hpp"

namespace weft::cli {

struct StorageFlags {
  std::string memory_limit;
  std::string feature_type = "float32";
};

/// --memory-limit; `what` says what is done to keep it.
void add_memory_limit(CLI::App& command, StorageFlags& flags, const std::string& what);
/// --feature-type
void add_feature_type(CLI::App& command, StorageFlags& flags);

/// In bytes; where none is given, half of the machine's memory. Throws ArgumentError if it is no amount.
[[nodiscard]] std::int64_t memory_limit_of(const StorageFlags& flags);
[[nodiscard]] WriteOptions write_options_of(const StorageFlags& flags);

}  // namespace weft::cli
