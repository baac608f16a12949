// A seal in the user block of an HDF5 file, the bytes before its data: length and CRC-32 of all the rest,
// as one line of text. Truncated or altered files are found before the HDF5 library parses a byte of them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>

namespace weft {

/// The size of the user block.
inline constexpr std::int64_t kSealBytes = 512;

/// CRC-32 of ISO-HDLC (the one of zip, gzip and PNG), continuing from `crc`, 0 at the start.
[[nodiscard]] std::uint32_t crc32(std::span<const unsigned char> bytes, std::uint32_t crc = 0);

/// Writes the seal of the file at `written` in place; errors name `target`.
void seal_file(const std::filesystem::path& written, const std::filesystem::path& target);

/// Throws DataError unless the file carries a seal that fits its content.
void check_seal(const std::filesystem::path& path);

}  // namespace weft
