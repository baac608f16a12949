// The files that earlier releases made (tests/old_files), unpacked where a test may write.
#pragma once

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

#include <zlib.h>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/temporary_folder.hpp"
#include "weft/io/dataset.hpp"
#include "weft/runs/run_config.hpp"

namespace weft::test {

using Json = nlohmann::json;

inline std::string gunzipped(const std::filesystem::path& path) {
  const gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) {
    throw std::runtime_error(path.string() + " cannot be opened");
  }
  std::string bytes;
  char block[1 << 16];
  int count = 0;
  while ((count = gzread(file, block, sizeof block)) > 0) {
    bytes.append(block, static_cast<std::size_t>(count));
  }
  if (gzclose(file) != Z_OK || count < 0) {
    throw std::runtime_error(path.string() + " is no whole gzip file");
  }
  return bytes;
}

inline Json json_in(const std::filesystem::path& path) {
  std::ifstream file(path);
  return Json::parse(file);
}

/// NaN where the figure is not defined.
inline double real_in(const Json& value) {
  return value.is_number() ? value.get<double>() : std::numeric_limits<double>::quiet_NaN();
}

/// Sums of another processor are added in another order, and tables of then have six digits.
inline void expect_near(double found, double kept, double relative = 1e-5) {
  EXPECT_EQ(std::isnan(found), std::isnan(kept)) << found << " for " << kept;
  if (!std::isnan(kept)) {
    EXPECT_NEAR(found, kept, relative * (1.0 + std::abs(kept)));
  }
}

class OldFiles : public testing::Test {
 protected:
  void SetUp() override {
    namespace fs = std::filesystem;
    for (const auto& entry : fs::recursive_directory_iterator(WEFT_OLD_FILES)) {
      fs::path to = folder_ / fs::relative(entry.path(), WEFT_OLD_FILES);
      if (entry.is_directory()) {
        fs::create_directories(to);
      } else if (to.extension() == ".gz") {
        std::ofstream(to.replace_extension(), std::ios::binary) << gunzipped(entry.path());
      } else {
        fs::copy_file(entry.path(), to);
      }
    }
    releases_ = folders_in(folder_.path());
    ASSERT_FALSE(releases_.empty()) << WEFT_OLD_FILES << " holds no release";
  }

  /// One of each release.
  [[nodiscard]] const std::vector<std::filesystem::path>& releases() const { return releases_; }

  /// The run folders that have such a file, of every release; at least `least` of each.
  [[nodiscard]] std::vector<std::filesystem::path> runs_with(const std::string& file, std::size_t least) const {
    std::vector<std::filesystem::path> runs;
    for (const auto& release : releases_) {
      std::size_t found = 0;
      for (const auto& folder : folders_in(release)) {
        if (std::filesystem::exists(folder / file)) {
          runs.push_back(folder);
          ++found;
        }
      }
      EXPECT_GE(found, least) << release.filename() << " has too few runs with " << file;
    }
    return runs;
  }

  /// As the run's own config.toml has it, but with the dataset where it is now.
  [[nodiscard]] static RunConfig config_of(const std::filesystem::path& run) {
    RunConfig config;
    read_run_config(run / "config.toml", config);
    config.dataset = (run.parent_path() / "data" / config.dataset).string();
    return config;
  }
  [[nodiscard]] static Dataset dataset_of(const std::filesystem::path& run) {
    return read_dataset(config_of(run).dataset);
  }

 private:
  [[nodiscard]] static std::vector<std::filesystem::path> folders_in(const std::filesystem::path& path) {
    std::vector<std::filesystem::path> folders;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      if (entry.is_directory()) {
        folders.push_back(entry.path());
      }
    }
    std::ranges::sort(folders);
    return folders;
  }

  TemporaryFolder folder_;
  std::vector<std::filesystem::path> releases_;
};

}  // namespace weft::test
