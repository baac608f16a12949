// Public data sets by name: where they are published, under which license, and which importer reads them as they are
// published there.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace weft {

/// A file of a data set, as it is published.
struct PublicFile {
  /// Of the same content, in the order in which they are tried; the last part of the first is the file's name.
  std::vector<std::string> addresses;
  /// 0: not known.
  std::int64_t bytes = 0;
  /// 64 digits in lower case; empty: not known.
  std::string_view sha256 = {};
  /// Of a zip archive: the one file in it that is read, which is taken out under the last part of its name.
  std::string_view member = {};
};

/// A row of the table.
struct PublicDataset {
  std::string_view name;
  std::string_view summary;
  std::string_view task;
  /// As the publisher says, or that it does not say.
  std::string_view license;
  /// What others have reached, and where that stands.
  std::string_view figure;
  /// Of `weft import`.
  std::string_view format;
  std::vector<PublicFile> files = {};
  /// What is imported: a file by its name; empty: the folder of all.
  std::string input = {};
  /// Of the format. Those that name further files name them in the folder.
  std::vector<std::pair<std::string_view, std::string_view>> options = {};
};

/// The last part of the path of an address, or of a member's name.
[[nodiscard]] std::string_view file_name_of(std::string_view address);

/// The name of a file in the folder where it is kept.
[[nodiscard]] inline std::string_view file_name_of(const PublicFile& file) {
  return file_name_of(file.addresses.front());
}

/// Every set, families together.
[[nodiscard]] std::span<const PublicDataset> public_datasets();

/// The set of that name, large and small letters and '-' and '_' being the same; nullptr if there is none.
[[nodiscard]] const PublicDataset* find_public_dataset(std::string_view name);

}  // namespace weft
