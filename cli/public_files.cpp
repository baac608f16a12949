#include "weft/cli/public_files.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <fstream>
#include <thread>
#include <vector>

#include "weft/cli/console.hpp"
#include "weft/cli/http_download.hpp"
#include "weft/cli/progress_bar.hpp"
#include "weft/cli/sha256.hpp"
#include "weft/cli/stop_signal.hpp"
#include "weft/core/error.hpp"
#include "weft/io/atomic_file.hpp"
#include "weft/io/importers/zip_archive.hpp"
#include "weft/io/isolation.hpp"
#include "weft/runs/memory_plan.hpp"

namespace weft::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDigits = 64;

bool is_address(const std::string& text) {
  return text.starts_with("http://") || text.starts_with("https://");
}

/// Where the file may be, in the order in which that is tried.
std::vector<std::string> sources_of(const PublicDataset& set, const PublicFile& file, std::string mirror) {
  if (mirror.empty()) {
    return file.addresses;
  }
  while (mirror.size() > 1 && mirror.ends_with('/')) {
    mirror.pop_back();
  }
  return {concat(mirror, "/", set.name, "/", file_name_of(file)), concat(mirror, "/", file_name_of(file))};
}

/// Servers and proxies answer with a page where they have no such file, and call that a success.
bool is_page(const fs::path& file) {
  std::string head(512, '\0');
  std::ifstream in(file, std::ios::binary);
  in.read(head.data(), static_cast<std::streamsize>(head.size()));
  head.resize(static_cast<std::size_t>(in.gcount()));
  std::ranges::transform(head, head.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  const std::size_t begin = head.find_first_not_of(" \t\r\n\xef\xbb\xbf");
  const std::string_view text = begin == std::string::npos ? "" : std::string_view(head).substr(begin);
  return text.starts_with("<!doctype html") || text.starts_with("<html") || text.starts_with("<head");
}

/// What `sha256sum` writes and reads.
fs::path pin_of(const fs::path& file) {
  return concat(file.string(), ".sha256");
}

/// Empty: there is none.
std::string pinned(const fs::path& file) {
  std::string digits(kDigits, '\0');
  std::ifstream in(pin_of(file), std::ios::binary);
  in.read(digits.data(), static_cast<std::streamsize>(kDigits));
  return in.gcount() == static_cast<std::streamsize>(kDigits) ? digits : "";
}

std::string speed_text(std::int64_t bytes, double seconds) {
  constexpr double kTooEarly = 0.5;
  return seconds > kTooEarly ? concat(bytes_text(static_cast<std::int64_t>(static_cast<double>(bytes) / seconds)), "/s")
                             : "";
}

/// Fetches one file.
class Fetch {
 public:
  Fetch(const PublicDataset& set, const PublicFile& file, const fs::path& folder, const FetchOptions& options)
      : set_(set),
        file_(file),
        options_(options),
        name_(file_name_of(file)),
        target_(folder / name_),
        expected_(file.sha256),
        bar_(options.quiet) {
    if (expected_.empty()) {
      expected_ = pinned(target_);
    }
  }

  /// How many bytes were fetched.
  std::int64_t run() {
    std::error_code error;
    if (fs::exists(target_, error)) {
      compare_kept();
      return 0;
    }
    PartialFile part(target_);
    std::string tried;
    for (const std::string& source : sources_of(set_, file_, options_.mirror)) {
      const std::string problem = take_from(source, part);
      if (problem.empty()) {
        // First what it has to be, then the file: whoever ends in between is not left with a file that nobody vouches
        // for.
        keep_pin(sha256_);
        const std::int64_t bytes = part.size();
        part.publish();
        return bytes;
      }
      tried += concat(tried.empty() ? "" : "; ", source, ": ", problem);
    }
    throw DataError(std::string(set_.name), name_,
                    concat("cannot be had: ", tried, "; expected a network, --mirror with a folder or an address that ",
                           "has it, or the file as ", target_.string()));
  }

 private:
  /// A file that is here already, from an earlier time or by the user's hand.
  void compare_kept() {
    const std::string problem = problem_of(target_);
    if (!problem.empty()) {
      throw DataError(target_.string(), "", concat(problem, "; remove it to have it fetched again"));
    }
    keep_pin(sha256_);
  }

  /// What is wrong with the content; sets its checksum.
  std::string problem_of(const fs::path& path) {
    const auto bytes = static_cast<std::int64_t>(fs::file_size(path));
    if (is_page(path)) {
      return "is a web page and not the file";
    }
    if (file_.bytes > 0 && bytes != file_.bytes) {
      return concat("has ", bytes, " bytes, expected ", file_.bytes);
    }
    bar_.show(concat(set_.name, ": comparing ", name_), 0, 0, "");
    sha256_ = sha256_of(path);
    if (!expected_.empty() && sha256_ != expected_) {
      return concat(
          "has another content: SHA-256 ", sha256_, ", expected ", expected_,
          file_.sha256.empty() ? concat(", as it had when it came first (", pin_of(target_).string(), ")") : "");
    }
    return "";
  }

  void keep_pin(const std::string& sha256) {
    bar_.clear();
    if (!file_.sha256.empty() || !expected_.empty()) {
      return;
    }
    say(options_.quiet, concat(set_.name, ": no checksum of ", name_, " is known; from now on it has to be SHA-256 ",
                               sha256, ", as this first time"));
    writing([&] { write_file_atomically(pin_of(target_), concat(sha256, "  ", name_, "\n")); });
  }

  /// The problem, or nothing where the whole file has come and is what it should be.
  std::string take_from(const std::string& source, PartialFile& part) {
    for (bool is_second = false;; is_second = true) {
      bool went_on = false;
      std::string problem = is_address(source) ? download_from(source, part, went_on) : copy_from(source, part);
      if (!problem.empty()) {
        return problem;
      }
      problem = problem_of(part.path());
      if (problem.empty()) {
        return "";
      }
      part.drop();
      // The two parts may have been of different files.
      if (!went_on || is_second) {
        return problem;
      }
    }
  }

  /// Connections break: as long as each attempt gets further, it is gone on with.
  std::string download_from(const std::string& address, PartialFile& part, bool& went_on) {
    constexpr int kMostAttempts = 6, kMostInVain = 2;
    start_ = std::chrono::steady_clock::now();
    first_done_ = -1;
    const DownloadOptions options{
        .bytes = file_.bytes,
        .is_checked = !expected_.empty(),
        .stall_seconds = options_.stall_seconds,
        .on_progress = [this](std::int64_t done, std::int64_t total) { show(done, total); },
        .stops = options_.stops,
    };
    DownloadResult result;
    int in_vain = 0;
    for (int attempt = 0; attempt < kMostAttempts && in_vain < kMostInVain; ++attempt) {
      const std::int64_t before = part.size();
      result = download(address, part, options);
      went_on = went_on || result.went_on;
      if (result.was_stopped) {
        bar_.clear();
        throw Interrupted(concat("interrupted; `weft datasets get ", set_.name, "` goes on from what has come"));
      }
      if (result.problem.empty() || !result.may_pass) {
        break;
      }
      in_vain = part.size() > before ? 0 : in_vain + 1;
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
    return result.problem;
  }

  std::string copy_from(const std::string& source, PartialFile& part) {
    std::error_code error;
    if (!fs::is_regular_file(source, error)) {
      return "there is no such file";
    }
    std::ifstream in(source, std::ios::binary);
    if (!in) {
      return "cannot be opened";
    }
    part.open(0, {.address = source, .validator = ""});
    const auto total = static_cast<std::int64_t>(fs::file_size(source, error));
    std::vector<char> block(1 << 20);
    for (std::int64_t done = 0; in;) {
      in.read(block.data(), static_cast<std::streamsize>(block.size()));
      part.write({block.data(), static_cast<std::size_t>(in.gcount())});
      done += in.gcount();
      show(done, total);
      if (options_.stops && options_.stops()) {
        throw Interrupted("interrupted");
      }
    }
    part.close();
    return in.bad() ? "cannot be read to its end" : "";
  }

  void show(std::int64_t done, std::int64_t total) {
    if (first_done_ < 0) {
      first_done_ = done;
    }
    const std::chrono::duration<double> passed = std::chrono::steady_clock::now() - start_;
    bar_.show(name_, done, total, speed_text(done - first_done_, passed.count()));
  }

  const PublicDataset& set_;
  const PublicFile& file_;
  const FetchOptions& options_;
  std::string name_;
  fs::path target_;
  /// Empty: not known.
  std::string expected_;
  std::string sha256_;
  ProgressBar bar_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::int64_t first_done_ = -1;
};

/// Takes the one file that is read out of an archive. It is called as the table says, whatever the archive says.
void take_out(const PublicFile& file, const fs::path& folder, const FetchOptions& options) {
  const fs::path archive = folder / file_name_of(file);
  const fs::path output = folder / file_name_of(file.member);
  std::error_code error;
  if (fs::exists(output, error)) {
    return;
  }
  if (!options.trust) {
    rehearse(archive, [&] { (void)ZipArchive(archive).read(file.member); });
  }
  const std::string content = ZipArchive(archive).read(file.member);
  writing([&] { write_file_atomically(output, content); });
}

}  // namespace

FolderLock::FolderLock(const fs::path& folder, const std::function<void()>& tell_waiting) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) {
    throw OutputError(concat(folder.string(), ": the folder cannot be made: ", error.message()));
  }
  const fs::path path = folder / ".lock";
  lock_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (lock_ < 0) {
    throw OutputError(concat(path.string(), ": cannot be made: ", std::strerror(errno)));
  }
  for (bool was_told = false; flock(lock_, LOCK_EX | LOCK_NB) != 0;) {
    if (errno != EWOULDBLOCK && errno != EINTR) {
      const int reason = errno;
      close(lock_);
      throw OutputError(concat(path.string(), ": cannot be locked: ", std::strerror(reason)));
    }
    if (!was_told) {
      tell_waiting();
      was_told = true;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
}

FolderLock::~FolderLock() {
  close(lock_);
}

std::int64_t fetch_files(const PublicDataset& set, const fs::path& folder, const FetchOptions& options) {
  std::error_code error;
  require(options.mirror.empty() || is_address(options.mirror) || fs::is_directory(options.mirror, error), "--mirror ",
          options.mirror, ": there is no such folder, expected one or an address, http:// or https://");
  std::int64_t bytes = 0;
  for (const PublicFile& file : set.files) {
    bytes += Fetch(set, file, folder, options).run();
    if (!file.member.empty()) {
      take_out(file, folder, options);
    }
  }
  return bytes;
}

}  // namespace weft::cli
