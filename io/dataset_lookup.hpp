// Where a data set named on a command line is.
#pragma once

#include <filesystem>
#include <span>
#include <string_view>

namespace weft {

/// `name_or_path` itself if it exists and is no folder; else, if it is a bare name without '/', the first NAME.h5 (or
/// NAME, where it ends in .h5) in `folders`. Throws DataError listing the places looked in.
[[nodiscard]] std::filesystem::path find_dataset(std::string_view name_or_path,
                                                 std::span<const std::filesystem::path> folders);

}  // namespace weft
