// A run folder: config.toml, model.h5, checkpoint.h5, metrics.jsonl and report.html, one run at a time.
#pragma once

#include <filesystem>

namespace weft::cli {

/// Holds the folder for this process while it lives, also against other machines on a file system that
/// locks; a killed process holds nothing.
class RunFolder {
 public:
  /// Makes the folder if it is not there. Throws OutputError if it cannot be made or another run holds it.
  explicit RunFolder(const std::filesystem::path& path);
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;
  ~RunFolder();

  [[nodiscard]] std::filesystem::path config() const { return path_ / "config.toml"; }
  [[nodiscard]] std::filesystem::path model() const { return path_ / "model.h5"; }
  [[nodiscard]] std::filesystem::path checkpoint() const { return path_ / "checkpoint.h5"; }
  [[nodiscard]] std::filesystem::path metrics() const { return path_ / "metrics.jsonl"; }
  [[nodiscard]] std::filesystem::path report() const { return path_ / "report.html"; }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  int lock_ = -1;
};

}  // namespace weft::cli
