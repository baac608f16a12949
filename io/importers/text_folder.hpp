// The text files of a folder, or of a zip archive of it. Private.
#pragma once

#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weft/io/importers/text_input.hpp"
#include "weft/io/importers/zip_archive.hpp"

namespace weft {

/// A file of a folder, plain or compressed, while it is read. A member of an archive is held in memory.
class FolderText {
 public:
  explicit FolderText(const std::filesystem::path& path) : input_(std::make_unique<TextInput>(path)) {}
  FolderText(std::string content, const std::string& name);

  [[nodiscard]] TextInput& operator*() const { return *input_; }
  [[nodiscard]] TextInput* operator->() const { return input_.get(); }

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::string> content_;
  std::unique_ptr<std::FILE, Close> memory_;
  std::unique_ptr<TextInput> input_;
};

class TextFolder {
 public:
  explicit TextFolder(const std::filesystem::path& path);

  /// Paths below the folder, '/' between their parts, in the order of their bytes.
  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }
  [[nodiscard]] bool has(std::string_view name) const;
  [[nodiscard]] FolderText open(const std::string& name) const;
  /// What errors call the file.
  [[nodiscard]] std::string path_of(const std::string& name) const;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
  std::optional<ZipArchive> archive_;
  std::vector<std::string> names_;
};

}  // namespace weft
