// A row of the table of importers. Private.
#pragma once

#include <cstdint>

#include "weft/io/importers/importers.hpp"

namespace weft {

struct ImporterRow {
  ImporterInfo info;
  Dataset (*read)(const ImportJob&);
  /// Of formats that can go to disk.
  std::int64_t (*memory_bytes)(const ImportJob&) = nullptr;
  WrittenDataset (*to_file)(const ImportJob&, const ImportedFile&) = nullptr;
};

}  // namespace weft
