// One import, as `weft import` and `weft datasets get` do it: what may harm the process that reads it is read in a
// child process first, unless the user trusts it; what is too large for memory is made on disk; what was left out and
// assumed is told.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "weft/cli/commands.hpp"
#include "weft/cli/console.hpp"
#include "weft/cli/storage_flags.hpp"
#include "weft/io/importers/importers.hpp"

namespace weft::cli {

struct ImportFlags : SharedFlags, StorageFlags {
  explicit ImportFlags(const ImporterInfo& info) : importer(info) {
    for (const Option& option : info.options) {
      values.push_back(option.fallback);
    }
  }

  const ImporterInfo& importer;
  std::string input, output;
  /// Of the importer's options, in their order; what is a list, between commas.
  std::vector<OptionValue> values;
  std::uint64_t seed = 0;
  bool strict = false;
  /// Of nodes: as they come, community, rcm or degree.
  std::string order = "none";
  /// Of a public set, kept in what is made in memory.
  std::string source = {}, license = {};
};

/// Writes the output, says so, and returns it as what `weft import --json` prints.
Json run_import(const ImportFlags& flags);

}  // namespace weft::cli
