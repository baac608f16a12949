// SHA-256 (FIPS 180-4) of files.
#pragma once

#include <filesystem>
#include <string>

namespace weft::cli {

/// 64 digits in lower case. Throws DataError naming the file if it cannot be read.
[[nodiscard]] std::string sha256_of(const std::filesystem::path& file);

}  // namespace weft::cli
