// The files of a public data set in the cache: fetched from where they are published or from a mirror, compared with
// what is known of them, kept.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "weft/io/importers/public_datasets.hpp"

namespace weft::cli {

struct FetchOptions {
  /// A folder or an address that has the files, by their names, in a folder of the set's name or not; empty: they come
  /// from where they are published.
  std::string mirror = {};
  bool quiet = false;
  /// Whether archives are read in this process at once.
  bool trust = false;
  double stall_seconds = 60.0;
  /// Asked ten times a second whether to leave off.
  std::function<bool()> stops = {};
};

/// Holds a folder for this process, as long as it lives. Another one that wants it waits.
class FolderLock {
 public:
  /// `tell_waiting` is called once where another process holds it. Makes the folder. Throws OutputError if it cannot.
  FolderLock(const std::filesystem::path& folder, const std::function<void()>& tell_waiting);
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  ~FolderLock();

 private:
  int lock_ = -1;
};

/// Sees to it that all files of the set are in the folder, of which the caller holds the lock. What is there already is
/// not fetched again but compared: with the checksum that is known, or the one that was kept (FILE.sha256) when it came
/// first. Returns how many bytes were fetched. Throws DataError naming set, file and what was tried, and Interrupted
/// where it was asked to leave off: what had come is gone on with next time.
std::int64_t fetch_files(const PublicDataset& set, const std::filesystem::path& folder, const FetchOptions& options);

}  // namespace weft::cli
