// Where an import writes its dataset when it does not hold it in memory, and how much memory it may take.
#pragma once

#include <cstdint>
#include <filesystem>

#include "weft/io/dataset.hpp"

#pragma GCC visibility push(default)
namespace weft {

struct ImportedFile {
  std::filesystem::path output;
  /// Kept to, as long as what has an entry a node fits in a third of it: some 40 bytes, of edge lists also a bit, or
  /// the name where names are not the integers 0 .. n - 1.
  std::int64_t memory_bytes = std::int64_t{1} << 30;
  WriteOptions write = {};
};

}  // namespace weft
#pragma GCC visibility pop
