// What fuzz targets share: one input cut into the files of a format, a folder in memory to hold them, and what a
// reader may do with them: return a sound dataset, or throw a DataError that names a file.
#pragma once

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <span>
#include <string>
#include <string_view>

#include <unistd.h>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/dataset_checks.hpp"

namespace weft::fuzz {

inline std::string_view text_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

/// Takes the first byte, or 0 of nothing: options of the reader.
inline unsigned take_byte(std::string_view& input) {
  if (input.empty()) {
    return 0;
  }
  const auto byte = static_cast<unsigned char>(input.front());
  input.remove_prefix(1);
  return byte;
}

/// Between the files of one input, in seeds too.
inline constexpr std::string_view kBetweenFiles = "\x1e\x1f\n";

/// Takes all up to the end of the next file.
inline std::string_view take_file(std::string_view& input) {
  const std::size_t end = input.find(kBetweenFiles);
  const std::string_view file = input.substr(0, end);
  input.remove_prefix(end == std::string_view::npos ? input.size() : end + kBetweenFiles.size());
  return file;
}

/// A folder of this process, in memory where the system has such a place; removed at the end.
class Folder {
 public:
  Folder() {
    const std::filesystem::path memory = "/dev/shm";
    const auto place = std::filesystem::is_directory(memory) ? memory : std::filesystem::temp_directory_path();
    path_ = place / concat("weft-fuzz-", ::getpid());
    std::filesystem::create_directories(path_);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  std::filesystem::path write(const std::string& name, std::string_view bytes) const {
    std::filesystem::path path = path_ / name;
    std::FILE* file = std::fopen(path.c_str(), "wb");
    if (file == nullptr || std::fwrite(bytes.data(), 1, bytes.size(), file) != bytes.size()) {
      std::abort();
    }
    std::fclose(file);
    return path;
  }
  /// Whether it is there differs from input to input.
  void write_or_remove(const std::string& name, std::string_view bytes, bool present) const {
    if (present) {
      write(name, bytes);
    } else {
      ::unlink((path_ / name).c_str());
    }
  }

 private:
  std::filesystem::path path_;
};

inline const Folder& folder() {
  static const Folder made;
  return made;
}

/// Everything but a DataError with a file leaves, which the fuzzer reports.
template <class Read>
void expect_data_error_only(const Read& read) {
  try {
    on_this_thread([&] { read(); });
  } catch (const DataError& error) {
    if (error.file().empty() || error.problem().empty()) {
      throw std::logic_error("a DataError that names nothing");
    }
  }
}

/// Says at the end how many inputs were read as datasets: a target whose inputs all fail early tests little.
struct Tally {
  std::int64_t sound = 0;
  Tally() = default;
  Tally(const Tally&) = delete;
  Tally& operator=(const Tally&) = delete;
  ~Tally() { std::fprintf(stderr, "stat::sound_datasets: %lld\n", static_cast<long long>(sound)); }
};

inline Tally& tally() {
  static Tally made;
  return made;
}

/// The dataset that comes out, if one does, breaks no rule of the format.
template <class Read>
void expect_sound_dataset(const Read& read) {
  // Made now, so that it says 0 where nothing can be read.
  Tally& count = tally();
  expect_data_error_only([&] {
    const Dataset data = read();
    check_dataset(data, [](const std::string& object, const std::string& problem) {
      throw std::logic_error(concat("the reader gave a dataset that breaks the format: ", object, ": ", problem));
    });
    ++count.sound;
  });
}

}  // namespace weft::fuzz
