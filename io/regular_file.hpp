// Files that are read from their beginning to their end. Opening a pipe or a device could wait for ever, so the kind is
// asked before. Private.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

namespace weft {

/// The size of a regular file. Throws DataError if there is none, or something else of that name; `expected` as "an
/// HDF5 file".
[[nodiscard]] std::int64_t regular_file_bytes(const std::filesystem::path& path, std::string_view expected);

/// Throws why a file could not be opened, by errno: DataError, but std::runtime_error where the process has too many
/// files open, for which the file is not to blame.
[[noreturn]] void throw_not_opened(const std::filesystem::path& path, int error);

}  // namespace weft
