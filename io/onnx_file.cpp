#include "weft/io/onnx_file.hpp"

#include <bit>
#include <cstring>
#include <span>

#include "weft/core/error.hpp"
#include "weft/core/version.hpp"
#include "weft/io/atomic_file.hpp"

namespace weft {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");

/// Of the file's format, and of the operations: 18 is the first in which ScatterElements takes maxima.
constexpr std::int64_t kIrVersion = 8, kOperations = 18;
/// What readers of Protocol Buffers take at most.
constexpr std::int64_t kMostBytes = (std::int64_t{1} << 31) - 1;

/// Numbers of fields in onnx.proto3.
namespace field {
enum Model : std::uint64_t {
  ir_version = 1,
  producer_name = 2,
  producer_version = 3,
  graph = 7,
  opset = 8,
  metadata = 14
};
enum Opset : std::uint64_t { opset_version = 2 };
enum Entry : std::uint64_t { entry_key = 1, entry_value = 2 };
enum Graph : std::uint64_t { graph_node = 1, graph_name = 2, initializer = 5, graph_input = 11, graph_output = 12 };
enum Node : std::uint64_t { node_input = 1, node_output = 2, node_name = 3, op_type = 4, attribute = 5 };
enum Attribute : std::uint64_t {
  attribute_name = 1,
  attribute_real = 2,
  attribute_integer = 3,
  attribute_text = 4,
  attribute_type = 20
};
enum AttributeType : std::int64_t { type_real = 1, type_integer = 2, type_text = 3 };
enum TensorOf : std::uint64_t { dims = 1, data_type = 2, tensor_name = 8, raw_data = 9 };
enum ValueInfo : std::uint64_t { value_name = 1, value_type = 2 };
enum Type : std::uint64_t { tensor_type = 1, element_type = 1, shape = 2, dim = 1, dim_value = 1, dim_name = 2 };
}  // namespace field

/// A message of Protocol Buffers as bytes: each field is a key, of its number and of how its value is written, and the
/// value.
class Message {
 public:
  Message& integer(std::uint64_t number, std::int64_t value) {
    key(number, 0);
    varint(static_cast<std::uint64_t>(value));
    return *this;
  }
  Message& real(std::uint64_t number, float value) {
    key(number, 5);
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    bytes_.append(bytes, sizeof value);
    return *this;
  }
  Message& text(std::uint64_t number, std::string_view value) {
    start(number, static_cast<std::int64_t>(value.size()));
    bytes_ += value;
    return *this;
  }
  Message& message(std::uint64_t number, const Message& value) { return text(number, value.bytes_); }
  /// The key and the length of a field whose value comes behind.
  Message& start(std::uint64_t number, std::int64_t length) {
    key(number, 2);
    varint(static_cast<std::uint64_t>(length));
    return *this;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }
  [[nodiscard]] std::string take() { return std::move(bytes_); }

 private:
  void key(std::uint64_t number, std::uint64_t wire_type) { varint(number << 3 | wire_type); }
  /// Seven bits a byte, the lowest first.
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) {
      bytes_ += static_cast<char>(value | 0x80);
    }
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

Message value_info(std::string_view name, OnnxType type, const std::vector<OnnxGraph::Extent>& extents) {
  Message shape;
  for (const OnnxGraph::Extent& extent : extents) {
    Message dim;
    if (const auto* number = std::get_if<std::int64_t>(&extent)) {
      dim.integer(field::dim_value, *number);
    } else {
      dim.text(field::dim_name, std::get<std::string_view>(extent));
    }
    shape.message(field::dim, dim);
  }
  Message tensor, of_value, info;
  tensor.integer(field::element_type, static_cast<std::int64_t>(type)).message(field::shape, shape);
  of_value.message(field::tensor_type, tensor);
  info.text(field::value_name, name).message(field::value_type, of_value);
  return info;
}

template <class T>
std::string_view bytes_of(std::span<const T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size_bytes()};
}

}  // namespace

OnnxGraph::Value OnnxGraph::fresh(std::string_view stem) {
  return concat(stem, "_", num_values_++);
}

OnnxGraph::Value OnnxGraph::input(std::string_view name, OnnxType type, std::vector<Extent> extents) {
  parts_.push_back(Message().message(field::graph_input, value_info(name, type, extents)).take());
  return std::string(name);
}

OnnxGraph::Value OnnxGraph::optional_input(std::string_view name, float fallback, std::string_view extent) {
  add_constant(std::string(name), OnnxType::real, {1}, bytes_of(std::span<const float>(&fallback, 1)));
  return input(name, OnnxType::real, {extent});
}

void OnnxGraph::add_constant(const Value& name, OnnxType type, const std::vector<std::int64_t>& extents,
                             std::string_view bytes) {
  require(names_.insert(name).second, "OnnxGraph: two constants are named '", name, "'");
  Message tensor;
  for (const std::int64_t extent : extents) {
    tensor.integer(field::dims, extent);
  }
  tensor.integer(field::data_type, static_cast<std::int64_t>(type)).text(field::tensor_name, name);
  tensor.text(field::raw_data, bytes);
  parts_.push_back(Message().message(field::initializer, tensor).take());
}

OnnxGraph::Value OnnxGraph::constant(std::string_view name, const Tensor& value) {
  Value own = name.empty() ? fresh("constant") : std::string(name);
  add_constant(own, OnnxType::real, {value.rows(), value.cols()}, bytes_of(value.values()));
  return own;
}

OnnxGraph::Value OnnxGraph::integers(const std::vector<std::int64_t>& values) {
  Value own = fresh("integers");
  add_constant(own, OnnxType::integer, {static_cast<std::int64_t>(values.size())},
               bytes_of(std::span<const std::int64_t>(values)));
  return own;
}

OnnxGraph::Value OnnxGraph::real(float value) {
  Value own = fresh("real");
  add_constant(own, OnnxType::real, {}, bytes_of(std::span<const float>(&value, 1)));
  return own;
}

OnnxGraph::Value OnnxGraph::no_integers(std::int64_t rows) {
  Value own = fresh("integers");
  add_constant(own, OnnxType::integer, {rows, 0}, {});
  return own;
}

OnnxGraph::Value OnnxGraph::node(std::string_view operation, const std::vector<Value>& inputs, Attributes attributes) {
  Value result = fresh(operation);
  Message node;
  for (const Value& input : inputs) {
    node.text(field::node_input, input);
  }
  node.text(field::node_output, result).text(field::node_name, result).text(field::op_type, operation);
  for (const auto& [name, value] : attributes) {
    Message attribute;
    attribute.text(field::attribute_name, name);
    if (const auto* real = std::get_if<float>(&value)) {
      attribute.real(field::attribute_real, *real).integer(field::attribute_type, field::type_real);
    } else if (const auto* integer = std::get_if<std::int64_t>(&value)) {
      attribute.integer(field::attribute_integer, *integer).integer(field::attribute_type, field::type_integer);
    } else {
      attribute.text(field::attribute_text, std::get<std::string_view>(value));
      attribute.integer(field::attribute_type, field::type_text);
    }
    node.message(field::attribute, attribute);
  }
  parts_.push_back(Message().message(field::graph_node, node).take());
  return result;
}

void OnnxGraph::output(std::string_view name, const Value& value, std::vector<Extent> extents) {
  Message node;
  node.text(field::node_input, value).text(field::node_output, name).text(field::node_name, name);
  node.text(field::op_type, "Identity");
  parts_.push_back(Message().message(field::graph_node, node).take());
  parts_.push_back(Message().message(field::graph_output, value_info(name, OnnxType::real, extents)).take());
}

void OnnxGraph::write(const std::filesystem::path& path, const std::map<std::string, std::string>& metadata) const {
  Message head, name;
  name.text(field::graph_name, name_);
  head.integer(field::ir_version, kIrVersion).text(field::producer_name, "weft");
  head.text(field::producer_version, version());
  head.message(field::opset, Message().integer(field::opset_version, kOperations));
  for (const auto& [key, value] : metadata) {
    Message entry;
    entry.text(field::entry_key, key).text(field::entry_value, value);
    head.message(field::metadata, entry);
  }
  auto graph_bytes = static_cast<std::int64_t>(name.bytes().size());
  for (const std::string& part : parts_) {
    graph_bytes += static_cast<std::int64_t>(part.size());
  }
  head.start(field::graph, graph_bytes);
  const std::int64_t bytes = static_cast<std::int64_t>(head.bytes().size()) + graph_bytes;
  require(bytes <= kMostBytes, "write ONNX: the model takes ", bytes, " bytes, a file of this format holds ",
          kMostBytes, "; expected a smaller model, or a .safetensors file");
  AtomicFile file(path);
  file.write(head.bytes());
  file.write(name.bytes());
  for (const std::string& part : parts_) {
    file.write(part);
  }
  file.commit();
}

}  // namespace weft
