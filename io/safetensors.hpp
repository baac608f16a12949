// Trained models as safetensors files, which NumPy, PyTorch, JAX and others read without Weft.
//
// File: 8 bytes, the length of the header; the header, JSON padded with blanks; then numbers as they lie in memory. All
// little-endian. The tensors are those of the model, float32 [rows, columns]. What a model file holds besides is text
// under __metadata__: `format` "weft-model" and `version` "1", config.KEY as it is, int64.NAME and float64.NAME with
// numbers between blanks, and tensor_order, a JSON list of names. Private.
#pragma once

#include <filesystem>

#include "weft/io/model_file.hpp"

namespace weft {

/// By its name: a file that ends in .safetensors.
[[nodiscard]] bool is_safetensors(const std::filesystem::path& path);

/// Replaces the file only when the new one is whole. Throws ArgumentError on a name that such a file cannot hold.
void write_safetensors(const ModelFile& model, const std::filesystem::path& path);

/// To the bit what was written, but for what a NaN of the settings says besides. Other programs may have put the
/// tensors into another order, or changed their numbers. Throws DataError naming file and object; nothing declared is
/// allocated before it is compared with the size of the file.
[[nodiscard]] ModelFile read_safetensors(const std::filesystem::path& path);

/// Of either form, by its name.
[[nodiscard]] ModelFile read_any_model_file(const std::filesystem::path& path);

}  // namespace weft
