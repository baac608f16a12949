// Public data sets, by name: in $WEFT_DATA and $WEFT_DATA/h5, or the folder that a benchmark starts in.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

#include "weft/io/dataset.hpp"
#include "weft/io/dataset_lookup.hpp"

namespace weft::bench {

inline Dataset public_dataset(const std::string& name) {
  const char* root = std::getenv("WEFT_DATA");
  const std::filesystem::path folder = root == nullptr ? "." : root;
  const std::filesystem::path folders[] = {folder, folder / "h5"};
  return read_dataset(find_dataset(name, folders));
}

}  // namespace weft::bench
