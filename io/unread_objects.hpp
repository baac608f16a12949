// What a dataset file holds beyond the format. Private.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace weft {

/// Arrays of a dataset file that read_dataset() leaves alone, as "/node/types/author/x [7167, 1902]".
[[nodiscard]] std::vector<std::string> unread_objects(const std::filesystem::path& path);

}  // namespace weft
