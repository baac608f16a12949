// Foreign formats by name. A row of the table gives what a format reads, its options and what else can be done with
// it; the command line, its help and its checks come from it. The header of each format has the same as a typed
// struct.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/core/progress.hpp"
#include "weft/io/dataset.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// Called with what is wrong, file and line named, for each row of text that is left out. Empty: such a row ends the
/// import. Text that is damaged as such (not UTF-8, a quote without end, broken compression) ends it in any case.
using OnBadRow = std::function<void(const std::string& problem)>;

/// How the cells of a table are written.
struct CellForm {
  /// Texts that stand for missing values, beside the empty one, nan, NA, N/A, null, none and <NA>.
  std::vector<std::string> missing = {};
  /// What stands before the decimals of a number, '.' or ','; 0: a point, unless an encoder says otherwise.
  char decimal = '\0';
  /// They are read as a run says, by a command that is told nothing of cells.
  bool is_fixed = false;
};

/// What one import reads, and whom it tells.
struct ImportJob {
  std::filesystem::path input = {};
  /// Of the format; those that are not set have their defaults.
  Options options = {};
  /// Of random splits, where the format makes some.
  std::uint64_t seed = 0;
  /// What the dataset is called where neither the option `name` nor the format says; empty: as the input.
  std::string default_name = {};
  ProgressCallback on_progress = {};
  /// Called with what is wrong, file and line named, for each row that the options allow to leave out.
  OnBadRow on_skipped = {};
  /// Whether anything that would have to be taken for granted (Dataset::assumed) ends the import instead.
  bool strict = false;
};

/// A row of the table.
struct ImporterInfo {
  std::string_view name;
  std::string_view summary;
  /// What the command line calls ImportJob::input, what that may be, and whether there has to be one.
  std::string_view input_name = "INPUT";
  std::string_view input;
  bool needs_input = true;
  std::vector<Option> options = {};
  /// Text options that name further files to read, and those that are lists between commas.
  std::vector<std::string_view> files = {}, lists = {};
  /// What ImportJob::seed decides; empty: nothing is drawn.
  std::string_view seed = "";
  /// Whether a damaged input may crash or hang a library that reads it: a child process reads it first, unless its
  /// origin is trusted.
  bool needs_isolation = false;
  /// Whether a dataset larger than memory can be made (import_dataset_to_file).
  bool can_go_to_disk = false;
  std::string_view example;
};

/// Throws DataError naming the input if anything was assumed of it.
void require_nothing_assumed(const std::filesystem::path& input, const std::vector<std::string>& assumed);

/// Every format, in the order in which they are shown.
[[nodiscard]] std::span<const ImporterInfo> importers();
/// Throws ArgumentError naming the nearest format if there is none of that name.
[[nodiscard]] const ImporterInfo& importer_info(std::string_view name);

/// What the input holds. Throws DataError naming file and line, array or object where it breaks the format, and
/// ArgumentError if the format does not have one of the options (names the nearest).
[[nodiscard]] Dataset import_dataset(std::string_view format, const ImportJob& job);

/// What was written without ever being in memory.
struct WrittenDataset {
  std::string name;
  DatasetSize size;
  /// As Dataset::assumed.
  std::vector<std::string> assumed = {};
};

/// Where an import writes its dataset when it does not hold it in memory, and how much memory it may take.
struct ImportedFile {
  std::filesystem::path output;
  /// Kept to, as long as what has an entry a node fits in a third of it: some 40 bytes, of edge lists also a bit, or
  /// the name where names are not the integers 0 .. n - 1.
  std::int64_t memory_bytes = std::int64_t{1} << 30;
  WriteOptions write = {};
};

/// Of formats that can go to disk: about how much memory import_dataset takes, by the sizes of the files; and the same
/// dataset written in less. Throw as import_dataset does.
[[nodiscard]] std::int64_t import_memory_bytes(std::string_view format, const ImportJob& job);
WrittenDataset import_dataset_to_file(std::string_view format, const ImportJob& job, const ImportedFile& file);

}  // namespace weft
#pragma GCC visibility pop
