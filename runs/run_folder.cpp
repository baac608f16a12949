#include "weft/runs/run_folder.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <limits>
#include <string>

#include <nlohmann/json.hpp>

#include "weft/core/error.hpp"
#include "weft/io/atomic_file.hpp"
#include "weft/io/regular_file.hpp"

namespace weft {
namespace {

using Json = nlohmann::ordered_json;

/// People count epochs from 1 on; before the first that is judged the best one is 0.
std::string line_of(const EpochRecord& record) {
  const auto number = [](double x) { return std::isfinite(x) ? Json(x) : Json(); };
  const Json line = {{"run", record.run},
                     {"seed", record.seed},
                     {"split", record.split},
                     {"epoch", record.epoch + 1},
                     {"loss", number(record.loss)},
                     {"learning_rate", number(record.learning_rate)},
                     {"evaluated", record.evaluated},
                     {"train", number(record.train)},
                     {"val", number(record.val)},
                     {"best_val", number(record.best_val)},
                     {"best_epoch", record.best_epoch + 1},
                     {"seconds", number(record.seconds)}};
  return line.dump() + '\n';
}

/// Nothing if the line is no record. `first`: what the log calls the first epoch of a run, 0 where an earlier Weft has
/// begun it.
std::optional<EpochRecord> record_in(const std::string& line, std::int64_t first) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) {
    return std::nullopt;
  }
  const auto real = [&](const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_number() ? found->get<double>() : std::numeric_limits<double>::quiet_NaN();
  };
  const auto integer = [&](const char* key) {
    const auto found = json.find(key);
    const bool is_integer = found != json.end() && found->is_number_integer();
    // No log is as long, and what is none must not run over.
    constexpr std::int64_t kMost = std::int64_t{1} << 60;
    return is_integer ? std::clamp<std::int64_t>(found->get<std::int64_t>(), -1, kMost) : std::int64_t{-1};
  };
  EpochRecord record;
  record.run = integer("run");
  record.epoch = integer("epoch") - first;
  record.loss = real("loss");
  record.learning_rate = real("learning_rate");
  record.train = real("train");
  record.val = real("val");
  record.best_val = real("best_val");
  record.best_epoch = std::max<std::int64_t>(integer("best_epoch") - first, -1);
  record.seconds = real("seconds");
  if (const auto seed = json.find("seed"); seed != json.end() && seed->is_number_integer()) {
    record.seed = seed->get<std::uint64_t>();
  }
  if (const auto split = json.find("split"); split != json.end() && split->is_string()) {
    record.split = split->get<std::string>();
  }
  record.evaluated = json.value("evaluated", Json()) == true;
  return record;
}

/// What a log with this line calls the first epoch; nothing if the line does not begin a log.
std::optional<std::int64_t> first_epoch_in(const std::string& line) {
  const std::optional<EpochRecord> record = record_in(line, 0);
  return record && record->run == 0 && (record->epoch == 0 || record->epoch == 1) ? std::optional(record->epoch)
                                                                                  : std::nullopt;
}

/// The log of epochs; nothing to read if there is none.
std::ifstream opened_log(const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::exists(path, error)) {
    return {};
  }
  (void)regular_file_bytes(path, "a log of epochs");
  return std::ifstream(path);
}

/// False at the end. Of a line longer than any record the beginning, which is none.
bool next_line(std::ifstream& file, std::string& line) {
  constexpr std::size_t kLongest = 1 << 16;
  line.clear();
  std::streambuf& bytes = *file.rdbuf();
  int byte = bytes.sbumpc();
  if (!file.is_open() || byte == std::char_traits<char>::eof()) {
    return false;
  }
  for (; byte != std::char_traits<char>::eof() && byte != '\n'; byte = bytes.sbumpc()) {
    if (line.size() < kLongest) {
      line += static_cast<char>(byte);
    }
  }
  return true;
}

/// Of a folder that no process is at.
RunState state_of_files(const RunFiles& files) {
  std::error_code error;
  const auto is_there = [&](const std::filesystem::path& file) { return std::filesystem::exists(file, error); };
  return is_there(files.report()) ? RunState::done
         : is_there(files.model()) || is_there(files.checkpoint()) || is_there(files.metrics()) ||
                 is_there(files.config())
             ? RunState::stopped
             : RunState::none;
}

}  // namespace

std::filesystem::path model_file_in(const std::filesystem::path& file_or_folder) {
  return std::filesystem::is_directory(file_or_folder) ? RunFiles{file_or_folder}.model() : file_or_folder;
}

bool is_file_of_run(const std::filesystem::path& path) {
  std::error_code error;
  // Of a link, what it leads to.
  const std::filesystem::path resolved = std::filesystem::weakly_canonical(path, error);
  const RunFiles files{(error ? std::filesystem::absolute(path) : resolved).parent_path()};
  const auto names = {files.config(), files.model(), files.checkpoint(), files.metrics(), files.report(), files.lock()};
  const auto is_there = [](const std::filesystem::path& file) {
    std::error_code unreadable;
    return std::filesystem::exists(file, unreadable);
  };
  const bool is_of_run = is_there(files.lock()) || is_there(files.metrics()) ||
                         (is_there(files.config()) && (is_there(files.model()) || is_there(files.checkpoint())));
  return is_of_run && std::ranges::find(names, error ? std::filesystem::absolute(path) : resolved) != names.end();
}

std::vector<EpochRecord> read_metrics(const std::filesystem::path& path) {
  std::vector<EpochRecord> records;
  std::ifstream lines = opened_log(path);
  // The run and epoch of the next record: a run begins with the first epoch and leaves out none.
  std::int64_t run = 0, epoch = 0;
  std::optional<std::int64_t> first;
  for (std::string line; next_line(lines, line);) {
    first = first ? first : first_epoch_in(line);
    std::optional<EpochRecord> record = record_in(line, first.value_or(1));
    if (record && record->run == run + 1 && record->epoch == 0) {
      ++run;
      epoch = 0;
    }
    if (record && record->run == run && record->epoch == epoch) {
      ++epoch;
      records.push_back(std::move(*record));
    }
  }
  return records;
}

RunState state_of_run(const std::filesystem::path& folder) {
  const RunFiles files{folder};
  const int lock = open(files.lock().c_str(), O_RDONLY | O_CLOEXEC);
  if (lock >= 0) {
    const bool is_held = flock(lock, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
    close(lock);
    if (is_held) {
      return RunState::under_way;
    }
  }
  return state_of_files(files);
}

RunFolder::RunFolder(const std::filesystem::path& path) : files_{path} {
  std::error_code error;
  for (auto folder = std::filesystem::absolute(path); !std::filesystem::exists(folder, error) && !error;
       folder = folder.parent_path()) {
    made_.push_back(folder);
  }
  std::filesystem::create_directories(path, error);
  if (error || !std::filesystem::is_directory(path)) {
    throw OutputError(concat(
        path.string(), ": the run folder cannot be made: ", error ? error.message() : "a file of that name is there"));
  }
  lock_ = open(files_.lock().c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock_ < 0) {
    throw OutputError(concat(path.string(), ": the run folder cannot be written: ", std::strerror(errno)));
  }
  if (flock(lock_, LOCK_EX | LOCK_NB) != 0) {
    const int reason = errno;
    close(lock_);
    throw OutputError(concat(path.string(), ": ",
                             reason == EWOULDBLOCK ? "another run is using this folder; give this one its own with -o"
                                                   : std::strerror(reason)));
  }
  former_state_ = state_of_files(files_);
}

RunFolder::~RunFolder() {
  if (!made_.empty() && !metrics_.is_open()) {
    std::error_code error;
    std::filesystem::remove(files_.lock(), error);
    for (const std::filesystem::path& folder : made_) {
      std::filesystem::remove(folder, error);
    }
  }
  close(lock_);
}

std::optional<ModelFile> RunFolder::read_checkpoint() {
  if (!std::filesystem::exists(files_.checkpoint())) {
    return std::nullopt;
  }
  return read_model_file(files_.checkpoint(), kCheckpointFormat);
}

void RunFolder::write_checkpoint(const ModelFile& checkpoint) {
  writing([&] { write_model_file(checkpoint, files_.checkpoint(), kCheckpointFormat); });
  if (has_former_model_) {
    // Not before there is something to go on from: where the disk is full, the former run stays what it was.
    std::error_code error;
    std::filesystem::remove(files_.model(), error);
    has_former_model_ = false;
  }
}

void RunFolder::write_model(const ModelFile& model) {
  writing([&] { write_model_file(model, files_.model()); });
  has_former_model_ = false;
}

void RunFolder::start_log(std::int64_t num_records) {
  std::string kept;
  std::ifstream old = opened_log(files_.metrics());
  std::string line;
  std::optional<std::int64_t> first;
  for (std::int64_t i = 0; i < num_records && next_line(old, line); ++i) {
    first = first ? first : first_epoch_in(line);
    const std::optional<EpochRecord> record = first == 0 ? record_in(line, 0) : std::nullopt;
    // A log that an earlier Weft has begun goes on as one.
    kept += record ? line_of(*record) : line + '\n';
  }
  if (num_records == 0) {
    // Of a run that stood here before: it would pass for what this one has come to.
    std::error_code error;
    std::filesystem::remove(files_.report(), error);
    has_former_model_ = true;
  }
  writing([&] { write_file_atomically(files_.metrics(), kept); });
  metrics_ = std::ofstream(files_.metrics(), std::ios::app);
  if (!metrics_) {
    throw OutputError(files_.metrics().string() + ": cannot be written");
  }
}

void RunFolder::log(const EpochRecord& record) {
  metrics_ << line_of(record) << std::flush;
  if (!metrics_) {
    throw OutputError(files_.metrics().string() + ": cannot be written: the disk may be full");
  }
}

}  // namespace weft
