// Members of a zip archive, read into memory. Private.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

struct ZipLimits {
  std::int64_t members = 1 << 16;
  /// Of all that is read together: this much in any case, and this many times the length of the archive.
  std::int64_t content_bytes = std::int64_t{1} << 27;
  std::int64_t expansion = 256;
};

/// Nothing is written to disk and no name is used as a path; names that would lead out of a folder are refused all
/// the same. Folders are passed over; links, devices, names that occur twice, damage and content beyond the limits are
/// DataErrors naming archive and member. Sizes that the archive declares are not believed. Not for several threads.
class ZipArchive {
 public:
  explicit ZipArchive(const std::filesystem::path& path, const ZipLimits& limits = {});

  /// In the order of their bytes.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] bool has(std::string_view name) const;
  /// The whole member, its checksum verified.
  [[nodiscard]] std::string read(std::string_view name) const;

 private:
  std::filesystem::path path_;
  /// That reading may still give.
  mutable std::int64_t bytes_left_;
  std::vector<std::string> names_;
};

/// Whether the file starts as a zip archive does.
[[nodiscard]] bool is_zip(const std::filesystem::path& path);

}  // namespace weft
