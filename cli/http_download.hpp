// Files from http and https addresses, by libcurl. Certificates are verified, proxies are those of the environment
// (https_proxy, no_proxy, ...), redirects lead to http and https alone, from https to https, and at most ten times.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "weft/cli/partial_file.hpp"

namespace weft::cli {

struct DownloadOptions {
  /// Of the file; 0: not known.
  std::int64_t bytes = 0;
  /// What is there already may be gone on with although the server cannot say that it is of the same file: the content
  /// is compared with a checksum afterwards.
  bool is_checked = false;
  /// How long nothing may come.
  double stall_seconds = 60.0;
  /// Called several times a second with how many bytes are there, and of how many; 0: not known.
  std::function<void(std::int64_t done, std::int64_t total)> on_progress = {};
  /// Asked ten times a second whether to leave off.
  std::function<bool()> stops = {};
};

struct DownloadResult {
  /// Empty: all of the file is there.
  std::string problem = {};
  /// Whether another attempt may go further: the connection broke, or the server is busy.
  bool may_pass = false;
  /// Whether it was asked to leave off.
  bool was_stopped = false;
  /// Whether a part of an earlier attempt was gone on with.
  bool went_on = false;
};

/// Fetches what is at the address into `file`, going on with what is there of it if the server can and the content is
/// the same still. Throws OutputError if it cannot be written.
[[nodiscard]] DownloadResult download(const std::string& address, PartialFile& file, const DownloadOptions& options);

}  // namespace weft::cli
