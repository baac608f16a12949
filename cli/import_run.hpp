// What every subcommand of weft import does: read, write, say what was written.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "weft/cli/commands.hpp"
#include "weft/cli/storage_flags.hpp"
#include "weft/core/parallel.hpp"
#include "weft/core/progress.hpp"
#include "weft/io/dataset.hpp"

namespace weft::cli {

struct ImportFlags : SharedFlags, StorageFlags {
  std::string output;
  /// Of nodes: as they come, community, rcm or degree.
  std::string order = "none";
};

/// --order, --feature-type
void add_dataset_flags(CLI::App& command, ImportFlags& flags);

/// Runs `read`, which is given a callback for its progress, and writes what it returns. Throws ArgumentError if
/// the output is one of the inputs.
void import_with(const ImportFlags& flags, const std::vector<std::filesystem::path>& inputs,
                 FunctionRef<Dataset(const ProgressCallback&)> read);

/// The same of `make`, which writes the file itself and returns the size of what it wrote.
void import_to_file(const ImportFlags& flags, const std::string& name, const std::vector<std::filesystem::path>& inputs,
                    FunctionRef<DatasetSize(const ProgressCallback&)> make);

/// Whether a dataset that takes so many bytes in memory is to be made on disk. Throws ArgumentError if it would have to
/// be and cannot, since its nodes are put into another order.
[[nodiscard]] bool is_too_large(const ImportFlags& flags, std::int64_t needed);

/// --skip-bad-rows
void add_skip_flag(CLI::App& command, bool& skip);

/// Tells of rows that an import leaves out: of the first few each, and at the end of how many there were.
class SkippedRows {
 public:
  explicit SkippedRows(bool quiet) : quiet_(quiet) {}
  void add(const std::string& problem);
  void tell_count() const;

 private:
  bool quiet_;
  std::int64_t count_ = 0;
};

/// The formats that data sets are published in; one piece of work for each subcommand, in their order.
std::vector<Work> add_public_formats(CLI::App& app);

}  // namespace weft::cli
