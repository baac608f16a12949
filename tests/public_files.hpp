// Where tests find public data: in $WEFT_DATA, or in the folder beside the tree.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "weft/io/dataset.hpp"

namespace weft::test {

/// The first of these that is there; nothing where none is, which fails the test in continuous integration.
inline std::optional<std::filesystem::path> first_real_file(const std::vector<std::filesystem::path>& names) {
  const char* named = std::getenv("WEFT_DATA");
  const std::filesystem::path root =
      named != nullptr ? std::filesystem::path(named)
                       : std::filesystem::path(__FILE__).parent_path().parent_path() / ".." / "shared" / "data";
  for (const std::filesystem::path& name : names) {
    if (std::filesystem::exists(root / name)) {
      return root / name;
    }
  }
  EXPECT_EQ(std::getenv("CI"), nullptr) << names.front() << " is missing from " << root;
  return {};
}

inline std::optional<std::filesystem::path> real_file(const std::string& name) {
  return first_real_file({name});
}

/// Of a data set: h5/NAME.h5 or NAME.h5.
inline std::optional<std::filesystem::path> public_file(const std::string& name) {
  return first_real_file({"h5/" + name + ".h5", name + ".h5"});
}

inline std::optional<Dataset> public_dataset(const std::string& name) {
  const std::optional<std::filesystem::path> path = public_file(name);
  return path ? std::optional(read_dataset(*path)) : std::nullopt;
}

}  // namespace weft::test
