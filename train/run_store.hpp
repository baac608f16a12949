// Where a job is kept while it goes on; a run folder is one (runs/run_folder.hpp).
#pragma once

#include <cstdint>
#include <optional>

#include "weft/io/model_file.hpp"

namespace weft {

struct EpochRecord;

class RunStore {
 public:
  RunStore() = default;
  RunStore(const RunStore&) = delete;
  RunStore& operator=(const RunStore&) = delete;
  virtual ~RunStore() = default;

  /// Nothing if there is none to go on from.
  [[nodiscard]] virtual std::optional<ModelFile> read_checkpoint() = 0;
  virtual void write_checkpoint(const ModelFile& checkpoint) = 0;
  /// The best model so far.
  virtual void write_model(const ModelFile& model) = 0;

  /// Begins the log of epochs, after the first `num_records` of an old one.
  virtual void start_log(std::int64_t num_records) = 0;
  virtual void log(const EpochRecord& record) = 0;
};

}  // namespace weft
