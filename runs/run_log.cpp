#include "weft/runs/run_log.hpp"

#include <cmath>
#include <string>

#include <nlohmann/json.hpp>

#include "weft/core/error.hpp"
#include "weft/io/atomic_file.hpp"

namespace weft {

RunLog::RunLog(const std::filesystem::path& path, std::int64_t num_lines) : path_(path) {
  std::string kept;
  std::ifstream old(path);
  for (std::string line; num_lines_ < num_lines && std::getline(old, line); ++num_lines_) {
    kept += line + '\n';
  }
  write_file_atomically(path, kept);
  out_.open(path, std::ios::app);
  if (!out_) {
    throw DataError(path.string(), "", "cannot be written");
  }
}

void RunLog::add(const EpochRecord& record) {
  ++num_lines_;
  if (path_.empty()) {
    return;
  }
  const auto number = [](double x) { return std::isfinite(x) ? nlohmann::ordered_json(x) : nlohmann::ordered_json(); };
  const nlohmann::ordered_json line = {{"run", record.run},
                                       {"seed", record.seed},
                                       {"split", record.split},
                                       {"epoch", record.epoch},
                                       {"loss", number(record.loss)},
                                       {"learning_rate", number(record.learning_rate)},
                                       {"evaluated", record.evaluated},
                                       {"train", number(record.train)},
                                       {"val", number(record.val)},
                                       {"best_val", number(record.best_val)},
                                       {"best_epoch", record.best_epoch},
                                       {"seconds", number(record.seconds)}};
  out_ << line.dump() << '\n' << std::flush;
  if (!out_) {
    throw DataError(path_.string(), "", "cannot be written: the disk may be full");
  }
}

}  // namespace weft
