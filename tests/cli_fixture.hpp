// The command, run in a folder of its own.
#pragma once

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "tests/command.hpp"
#include "tests/temporary_folder.hpp"

namespace weft::test {

using Json = nlohmann::json;

inline std::vector<std::string> with(std::vector<std::string> words, const std::vector<std::string>& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

class Cli : public testing::Test {
 protected:
  CommandResult weft(const std::vector<std::string>& arguments, std::optional<rlim_t> most_file_bytes = {}) const {
    return Command(folder_.path(), arguments, most_file_bytes).wait();
  }

  /// Runs and expects success and one JSON object.
  Json weft_json(std::vector<std::string> arguments) const {
    arguments.emplace_back("--json");
    const CommandResult result = weft(arguments);
    EXPECT_EQ(result.code, 0) << result.err;
    Json object = Json::parse(result.out, nullptr, false);
    EXPECT_TRUE(object.is_object()) << result.out;
    return object;
  }

  /// sbm.h5: 200 nodes in 2 communities with 8 features.
  void make_sbm(const std::string& nodes = "200") const {
    const CommandResult made =
        weft({"synth", "sbm", "--nodes", nodes, "--classes", "2", "--features", "8", "--seed", "1", "-o", "sbm.h5"});
    ASSERT_EQ(made.code, 0) << made.err;
  }

  /// Visible files, so neither locks nor captured streams.
  std::vector<std::string> files_in(const std::filesystem::path& folder) const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
      const std::string name = entry.path().filename().string();
      if (name[0] != '.' || name.find(".tmp") != std::string::npos) {
        names.push_back(name);
      }
    }
    std::ranges::sort(names);
    return names;
  }

  std::filesystem::path path(const std::string& name) const { return folder_ / name; }

  TemporaryFolder folder_;
};

}  // namespace weft::test
