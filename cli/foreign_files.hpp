// What a file is that stands where a dataset is expected, and which command makes a dataset of it.
#pragma once

#include <filesystem>
#include <string>

namespace weft::cli {

/// "is a matrix, expected a dataset, which `weft import mtx a.mtx -o a.h5` makes of it", told by name and first bytes.
/// Empty where the file may be a dataset, is not there, or is of no kind that is known.
[[nodiscard]] std::string why_no_dataset(const std::filesystem::path& path);

/// Whether a file, which is to be read and no pipe, begins as HDF5 does.
[[nodiscard]] bool is_hdf5(const std::filesystem::path& path);

}  // namespace weft::cli
