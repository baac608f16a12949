#include "weft/io/importers/zip_archive.hpp"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>

#include "weft/core/error.hpp"

namespace weft {
namespace {

constexpr std::size_t kBlock = 1 << 16;

// "/x", "../x", "x/../../y": sound archives of data sets have none.
bool leads_out(std::string_view name) {
  const std::filesystem::path path(name);
  return path.is_absolute() || std::find(path.begin(), path.end(), "..") != path.end();
}

struct CloseArchive {
  void operator()(archive* open) const { archive_read_free(open); }
};

// Steps from member to member.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path) : name_(path.string()), archive_(archive_read_new()) {
    if (archive_ == nullptr) {
      throw std::bad_alloc();
    }
    archive_read_support_format_zip_seekable(archive_.get());
    if (archive_read_open_filename(archive_.get(), path.c_str(), kBlock) != ARCHIVE_OK) {
      throw DataError(name_, "", concat("cannot be opened as a zip archive: ", message()));
    }
  }

  /// The next regular file; false at the end.
  bool next() {
    archive_entry* entry = nullptr;
    while (true) {
      const int result = archive_read_next_header(archive_.get(), &entry);
      if (result == ARCHIVE_EOF) {
        return false;
      }
      if (result != ARCHIVE_OK) {
        throw DataError(name_, member_, concat("the zip archive is damaged here or behind it: ", message()));
      }
      const char* name = archive_entry_pathname_utf8(entry);
      name = name == nullptr ? archive_entry_pathname(entry) : name;
      if (name == nullptr) {
        throw DataError(name_, member_, "the next member has a name that is no text");
      }
      member_ = name;
      if (archive_entry_filetype(entry) == AE_IFREG && archive_entry_hardlink(entry) == nullptr) {
        return true;
      }
      if (archive_entry_filetype(entry) != AE_IFDIR) {
        throw DataError(name_, member_, "is a link or a device, expected files and folders only");
      }
    }
  }

  [[nodiscard]] const std::string& member() const { return member_; }

  std::string content(std::int64_t most_bytes) {
    std::string content;
    std::array<char, kBlock> block;
    while (true) {
      const la_ssize_t count = archive_read_data(archive_.get(), block.data(), block.size());
      if (count < 0) {
        throw DataError(name_, member_, concat("is damaged or cut short: ", message()));
      }
      if (count == 0) {
        return content;
      }
      if (static_cast<std::int64_t>(content.size()) + count > most_bytes) {
        throw DataError(name_, member_,
                        concat("expands to more than the ", most_bytes, " bytes that are left to the archive"));
      }
      content.append(block.data(), static_cast<std::size_t>(count));
    }
  }

 private:
  std::string message() const {
    const char* text = archive_error_string(archive_.get());
    return text == nullptr ? "no reason given" : text;
  }

  std::string name_, member_;
  std::unique_ptr<archive, CloseArchive> archive_;
};

}  // namespace

ZipArchive::ZipArchive(const std::filesystem::path& path, const ZipLimits& limits) : path_(path) {
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  if (error) {
    throw DataError(path.string(), "", concat("cannot be opened: ", error.message()));
  }
  bytes_left_ = limits.content_bytes +
                limits.expansion * static_cast<std::int64_t>(std::min<std::uintmax_t>(bytes, std::uintmax_t{1} << 50));
  for (Reader reader(path); reader.next();) {
    names_.push_back(reader.member());
    if (leads_out(names_.back())) {
      throw DataError(path.string(), names_.back(), "is a name that leads out of the archive's folder");
    }
    if (static_cast<std::int64_t>(names_.size()) > limits.members) {
      throw DataError(path.string(), "", concat("has more than ", limits.members, " members"));
    }
  }
  std::sort(names_.begin(), names_.end());
  if (const auto twice = std::adjacent_find(names_.begin(), names_.end()); twice != names_.end()) {
    throw DataError(path.string(), *twice, "is in the archive twice");
  }
}

bool ZipArchive::has(std::string_view name) const {
  return std::binary_search(names_.begin(), names_.end(), name);
}

std::string ZipArchive::read(std::string_view name) const {
  for (Reader reader(path_); reader.next();) {
    if (reader.member() == name) {
      std::string content = reader.content(bytes_left_);
      bytes_left_ -= static_cast<std::int64_t>(content.size());
      return content;
    }
  }
  throw DataError(path_.string(), std::string(name), "is not in the archive");
}

bool is_zip(const std::filesystem::path& path) {
  std::array<char, 4> start{};
  std::ifstream file(path, std::ios::binary);
  file.read(start.data(), start.size());
  // A local header, or the end record of an empty archive (APPNOTE 6.3.3, 4.3).
  return file.gcount() == 4 && start[0] == 'P' && start[1] == 'K' &&
         ((start[2] == 3 && start[3] == 4) || (start[2] == 5 && start[3] == 6));
}

}  // namespace weft
