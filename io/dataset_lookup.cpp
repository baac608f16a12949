#include "weft/io/dataset_lookup.hpp"

#include <string>
#include <system_error>

#include "weft/core/error.hpp"

namespace weft {

std::filesystem::path find_dataset(std::string_view name_or_path, std::span<const std::filesystem::path> folders) {
  const std::filesystem::path path(name_or_path);
  std::error_code error;
  if (name_or_path.empty()) {
    throw DataError("", "", "a data set is named by an empty text, expected a file or a name");
  }
  // A folder that happens to have the name of a data set is none.
  const bool is_name = name_or_path.find('/') == std::string_view::npos;
  const bool exists = std::filesystem::exists(path, error);
  if (exists && !(is_name && std::filesystem::is_directory(path, error))) {
    return path;
  }
  std::string looked = path.string();
  if (is_name) {
    const std::string file = name_or_path.ends_with(".h5") ? path.string() : path.string() + ".h5";
    for (const std::filesystem::path& folder : folders) {
      const std::filesystem::path candidate = folder / file;
      if (std::filesystem::is_regular_file(candidate, error)) {
        return candidate;
      }
      looked += ", " + candidate.string();
    }
  }
  if (exists) {
    return path;
  }
  throw DataError(path.string(), "", "there is no such data set; looked for " + looked);
}

}  // namespace weft
