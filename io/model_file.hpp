// Trained models and checkpoints: named matrices, text settings and lists of numbers in one sealed HDF5
// file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "weft/tensor/tensor.hpp"

#pragma GCC visibility push(default)
namespace weft {

struct NamedTensor {
  std::string name;
  Tensor value;
};

/// File: an HDF5 file behind a seal (file_seal.hpp) with the attributes `format` and `version` = 1;
/// /config/<key> text [1], /numbers/<name> int64 or float64 [k], /tensors/<name> float32 [rows, columns]
/// and /tensor_order text, the names of all tensors in the model's order. Names are UTF-8, not empty, and
/// have no '/' or NUL.
struct ModelFile {
  /// Settings, key to text.
  std::map<std::string, std::string, std::less<>> config;
  /// Step counts, best scores, the shape of the data.
  std::map<std::string, std::variant<std::vector<std::int64_t>, std::vector<double>>, std::less<>> numbers;
  /// In the model's order.
  std::vector<NamedTensor> tensors;

  /// nullptr if there is none of that name.
  [[nodiscard]] const Tensor* find_tensor(std::string_view name) const;
  /// The settings or numbers of that name. Throws ArgumentError if there are none, or of another type.
  [[nodiscard]] const std::string& text(std::string_view key) const;
  [[nodiscard]] const std::vector<std::int64_t>& integers(std::string_view name) const;
  [[nodiscard]] const std::vector<double>& reals(std::string_view name) const;
};

inline constexpr std::string_view kModelFormat = "weft-model";
inline constexpr std::string_view kCheckpointFormat = "weft-checkpoint";

/// Throws DataError unless the file is whole, unaltered and of this format.
[[nodiscard]] ModelFile read_model_file(const std::filesystem::path& path, std::string_view format = kModelFormat);

/// Replaces the file only when the new one is whole. Throws ArgumentError on a bad or repeated name.
void write_model_file(const ModelFile& model, const std::filesystem::path& path,
                      std::string_view format = kModelFormat);

}  // namespace weft
#pragma GCC visibility pop
