// What training left in a folder, and whether it is the same to the bit.
#pragma once

#include <filesystem>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "weft/io/model_file.hpp"

namespace weft::test {

inline std::vector<NamedTensor> weights_in(const std::filesystem::path& folder) {
  return read_model_file(folder / "model.h5").tensors;
}

inline void expect_same_bits(const std::vector<NamedTensor>& a, const std::vector<NamedTensor>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_TRUE(same_bits(a[i].value, b[i].value)) << a[i].name;
  }
}

}  // namespace weft::test
