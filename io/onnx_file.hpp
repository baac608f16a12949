// Networks as ONNX files (https://onnx.ai/onnx/repo-docs/IR.html): operations one after the other, with their
// constants.
//
// An ONNX file is one message of Protocol Buffers. Six kinds of messages with few fields each are written here by hand:
// the library for them, with a compiler and generated sources, would be a dependency of all that links Weft, and
// Debian's ONNX packages bring Python, NumPy and two more libraries. Numbers of fields are those of onnx.proto3, which
// promises never to change them. Private.
#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "weft/tensor/tensor.hpp"

namespace weft {

/// What ONNX calls the elements of a tensor.
enum class OnnxType : std::int64_t { real = 1, integer = 7 };

class OnnxGraph {
 public:
  /// A tensor, by its name.
  using Value = std::string;
  /// An extent, or the name of one that is known when the network runs.
  using Extent = std::variant<std::int64_t, std::string_view>;
  using Attributes =
      std::initializer_list<std::pair<std::string_view, std::variant<std::int64_t, float, std::string_view>>>;

  /// name: of the network.
  explicit OnnxGraph(std::string name) : name_(std::move(name)) {}

  Value input(std::string_view name, OnnxType type, std::vector<Extent> extents);
  /// One that callers may leave out: then it is `fallback`, a vector of one number.
  Value optional_input(std::string_view name, float fallback, std::string_view extent);

  /// name: as tensors of the model are called, or empty. Throws ArgumentError if there is one of that name.
  Value constant(std::string_view name, const Tensor& value);
  /// A vector, or one number without extents.
  Value integers(const std::vector<std::int64_t>& values);
  Value real(float value);
  /// [rows, 0]
  Value no_integers(std::int64_t rows);

  /// The first result of an operation of ONNX.
  Value node(std::string_view operation, const std::vector<Value>& inputs, Attributes attributes = {});

  void output(std::string_view name, const Value& value, std::vector<Extent> extents);

  /// Replaces the file only when the new one is whole. metadata: text that readers find beside the network. Throws
  /// ArgumentError if it has more bytes than Protocol Buffers allow.
  void write(const std::filesystem::path& path, const std::map<std::string, std::string>& metadata) const;

 private:
  Value fresh(std::string_view stem);
  void add_constant(const Value& name, OnnxType type, const std::vector<std::int64_t>& extents, std::string_view bytes);

  std::string name_;
  std::int64_t num_values_ = 0;
  /// Fields of a GraphProto as they lie in the file.
  std::vector<std::string> parts_;
  /// Of the constants.
  std::set<std::string, std::less<>> names_;
};

}  // namespace weft
