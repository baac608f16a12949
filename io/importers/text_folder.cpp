#include "weft/io/importers/text_folder.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "weft/core/error.hpp"

namespace weft {
namespace {

constexpr int kDeepest = 4;
constexpr std::size_t kMostFiles = 1 << 16;

std::vector<std::string> files_below(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  std::filesystem::recursive_directory_iterator at(folder, error);
  for (const std::filesystem::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
    if (at.depth() >= kDeepest) {
      at.disable_recursion_pending();
    }
    if (at->is_regular_file(error)) {
      names.push_back(at->path().lexically_relative(folder).generic_string());
    }
    if (names.size() > kMostFiles) {
      throw DataError(folder.string(), "", concat("holds more than ", kMostFiles, " files, expected a data set alone"));
    }
  }
  if (error) {
    throw DataError(folder.string(), "", concat("cannot be listed: ", error.message()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace

FolderText::FolderText(std::string content, const std::string& name)
    : content_(std::make_unique<std::string>(std::move(content))) {
  // An empty buffer cannot be opened; its end is where one more byte would be.
  memory_.reset(content_->empty() ? std::fopen("/dev/null", "rbe") : fmemopen(content_->data(), content_->size(), "r"));
  if (memory_ == nullptr) {
    throw DataError(name, "", concat("cannot be opened: ", std::strerror(errno)));
  }
  input_ = std::make_unique<TextInput>(memory_.get(), name);
}

TextFolder::TextFolder(const std::filesystem::path& path) : path_(path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    names_ = files_below(path);
  } else {
    archive_.emplace(path);
    names_ = archive_->names();
  }
}

bool TextFolder::has(std::string_view name) const {
  return std::binary_search(names_.begin(), names_.end(), name);
}

std::string TextFolder::path_of(const std::string& name) const {
  return (path_ / name).string();
}

FolderText TextFolder::open(const std::string& name) const {
  if (archive_) {
    return FolderText(archive_->read(name), path_of(name));
  }
  return FolderText(path_ / name);
}

}  // namespace weft
