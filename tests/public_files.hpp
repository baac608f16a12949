// Where tests find public data sets: h5/NAME.h5 or NAME.h5 in $WEFT_DATA, or in the folder beside the tree.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "weft/io/dataset.hpp"

namespace weft::test {

/// Nothing where the file is missing, which fails the test in continuous integration.
inline std::optional<std::filesystem::path> public_file(const std::string& name) {
  const char* named = std::getenv("WEFT_DATA");
  const std::filesystem::path root =
      named != nullptr ? std::filesystem::path(named)
                       : std::filesystem::path(__FILE__).parent_path().parent_path() / ".." / "shared" / "data";
  for (const std::filesystem::path& folder : {root / "h5", root}) {
    if (std::filesystem::exists(folder / (name + ".h5"))) {
      return folder / (name + ".h5");
    }
  }
  EXPECT_EQ(std::getenv("CI"), nullptr) << name << ".h5 is missing from " << root;
  return {};
}

inline std::optional<Dataset> public_dataset(const std::string& name) {
  const std::optional<std::filesystem::path> path = public_file(name);
  return path ? std::optional(read_dataset(*path)) : std::nullopt;
}

}  // namespace weft::test
