// metrics.jsonl: one JSON object a line, an epoch each.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>

#include "weft/train/trainer.hpp"

namespace weft {

class RunLog {
 public:
  RunLog() = default;
  /// Starts an empty log, or goes on with the lines of the first `num_lines` epochs of an old one. Throws
  /// DataError if the file cannot be written.
  RunLog(const std::filesystem::path& path, std::int64_t num_lines);

  void add(const EpochRecord& record);
  [[nodiscard]] std::int64_t num_lines() const { return num_lines_; }

 private:
  std::filesystem::path path_;
  std::ofstream out_;
  std::int64_t num_lines_ = 0;
};

}  // namespace weft
