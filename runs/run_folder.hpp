// A run folder: config.toml, model.h5, checkpoint.h5, metrics.jsonl and report.html. The only place that knows these
// names, and what a line of metrics.jsonl is.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <optional>
#include <vector>

#include "weft/train/run_store.hpp"
#include "weft/train/trainer.hpp"

namespace weft {

/// The files of a run folder, be they there or not.
struct RunFiles {
  std::filesystem::path path;

  [[nodiscard]] std::filesystem::path config() const { return path / "config.toml"; }
  [[nodiscard]] std::filesystem::path model() const { return path / "model.h5"; }
  [[nodiscard]] std::filesystem::path checkpoint() const { return path / "checkpoint.h5"; }
  [[nodiscard]] std::filesystem::path metrics() const { return path / "metrics.jsonl"; }
  [[nodiscard]] std::filesystem::path report() const { return path / "report.html"; }
  /// Held by the process that writes the folder.
  [[nodiscard]] std::filesystem::path lock() const { return path / ".lock"; }
};

/// Whether `path` has the name of one of these files in a folder that is one of a run, whether the file is there or
/// not: nothing else is to be written there.
[[nodiscard]] bool is_file_of_run(const std::filesystem::path& path);

/// The model file that a user means: the path itself, or that of the run folder.
[[nodiscard]] std::filesystem::path model_file_in(const std::filesystem::path& file_or_folder);

/// Whether a folder holds a run: a process is at it, it was stopped before its page was written, or it is done.
enum class RunState { none, under_way, stopped, done };
[[nodiscard]] RunState state_of_run(const std::filesystem::path& folder);

/// The records of metrics.jsonl, a JSON object a line, an epoch each, which is counted from 1 there (from 0 in logs
/// that an earlier Weft has begun); none if there is no such file. Lines that are no records, or out of their order, as
/// a damaged file has them, are passed over. Throws DataError if it is a pipe or another thing that is no file.
[[nodiscard]] std::vector<EpochRecord> read_metrics(const std::filesystem::path& path);

/// Holds the folder for this process while it lives, also against other machines on a file system that locks; a killed
/// process holds nothing. A folder that it made goes again if nothing was begun in it: a run that is refused leaves
/// nothing behind.
class RunFolder final : public RunStore {
 public:
  /// Makes the folder if it is not there. Throws OutputError if it cannot be made or another run holds it.
  explicit RunFolder(const std::filesystem::path& path);
  ~RunFolder() override;

  [[nodiscard]] const RunFiles& files() const { return files_; }
  /// What the folder held when it was taken: none, stopped or done.
  [[nodiscard]] RunState former_state() const { return former_state_; }

  [[nodiscard]] std::optional<ModelFile> read_checkpoint() override;
  void write_checkpoint(const ModelFile& checkpoint) override;
  void write_model(const ModelFile& model) override;
  void start_log(std::int64_t num_records) override;
  void log(const EpochRecord& record) override;

 private:
  RunFiles files_;
  /// The folders that were not there before, the innermost first.
  std::vector<std::filesystem::path> made_;
  int lock_ = -1;
  RunState former_state_ = RunState::none;
  /// Whether the model that may be there is one of a run of before.
  bool has_former_model_ = false;
  std::ofstream metrics_;
};

}  // namespace weft
