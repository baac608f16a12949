// Part of a file as memory: read-only, read when it is touched, and given back so that a limit is kept.
//
// Method: mmap; pages that were touched stay in the process until trim() finds too many and lets go of them all
// (MADV_DONTNEED). The system's own cache of the file still has them then, while memory lasts.
#pragma once

#include <cstdint>
#include <filesystem>

namespace weft {

/// Immutable; may be used by several threads at once, trim() as well.
///
/// The mapping is of the file that was opened: another file that takes its name later changes nothing. A file that is
/// cut short or written over while it is mapped is beyond what a mapping can guard; trim() looks at its length.
class MappedFile {
 public:
  /// Maps the bytes [offset, offset + bytes). From trim() to trim() the process may hold about most_resident bytes of
  /// files in memory, beside what it held at the start. Throws DataError if the file cannot be opened or ends before
  /// the last byte.
  MappedFile(const std::filesystem::path& path, std::int64_t offset, std::int64_t bytes, std::int64_t most_resident);
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  [[nodiscard]] const unsigned char* data() const { return data_; }
  [[nodiscard]] std::int64_t size() const { return bytes_; }

  /// Lets go of all pages if too many are held. To be called now and then by whoever reads: takes microseconds. Throws
  /// DataError if the file has been cut short since.
  void trim() const;
  /// From now on the system reads pages that are touched, without those that follow.
  void expect_random_reads() const;

 private:
  std::filesystem::path path_;
  int file_ = -1;
  std::int64_t end_, bytes_, mapped_bytes_ = 0, most_resident_, resident_at_start_ = 0;
  void* pages_ = nullptr;
  const unsigned char* data_ = nullptr;
};

/// Bytes of files that the process holds in memory; the largest number if the system does not say.
[[nodiscard]] std::int64_t resident_file_bytes();

}  // namespace weft
