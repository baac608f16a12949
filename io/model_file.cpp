#include "weft/io/model_file.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <utility>

#include "weft/io/hdf5_file.hpp"
#include "weft/io/utf8.hpp"

namespace weft {
namespace {

using hdf5::InputFile;
using hdf5::Kind;
using hdf5::Missing;
using hdf5::Number;
using hdf5::OutputFile;
using hdf5::Seal;

constexpr std::int64_t kFormatVersion = 1;

void check_text(std::string_view what, const std::string& text) {
  require(is_utf8(text) && text.find('\0') == std::string::npos, "write_model_file: ", what,
          " is not UTF-8 text without NUL: '", text, "'");
}

void check_name(const std::string& name) {
  check_text("name", name);
  require(!name.empty() && name != "." && name.find('/') == std::string::npos, "write_model_file: '", name,
          "' is not a name, expected text without '/'");
}

Tensor read_tensor(const InputFile& file, const std::string& object) {
  const hdf5::ArrayInfo info = file.array(object);
  if (info.shape.size() != 2) {
    file.fail(object, "has rank ", info.shape.size(), ", expected 2");
  }
  Tensor value = Tensor::uninitialized(info.shape[0], info.shape[1]);
  file.read_reals<float>(object, value.values(), Missing::any);
  return value;
}

std::vector<NamedTensor> read_tensors(const InputFile& file) {
  std::vector<std::string> order;
  if (file.has("/tensor_order")) {
    order = file.read_texts("/tensor_order");
  }
  std::vector<std::string> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  if (sorted != file.members("/tensors")) {
    file.fail("/tensor_order", "does not name each object of /tensors once");
  }
  std::vector<NamedTensor> tensors;
  for (std::string& name : order) {
    Tensor value = read_tensor(file, "/tensors/" + name);
    tensors.push_back({std::move(name), std::move(value)});
  }
  return tensors;
}

void read_numbers(const InputFile& file, ModelFile& model) {
  for (const std::string& name : file.members("/numbers")) {
    const std::string object = "/numbers/" + name;
    const hdf5::ArrayInfo info = file.array(object);
    if (info.shape.size() != 1) {
      file.fail(object, "has rank ", info.shape.size(), ", expected 1");
    }
    if (info.kind == Kind::integer) {
      std::vector<std::int64_t> values(static_cast<std::size_t>(info.shape[0]));
      file.read_integers<std::int64_t>(object, values, std::numeric_limits<std::int64_t>::min(),
                                       std::numeric_limits<std::int64_t>::max());
      model.numbers.emplace(name, std::move(values));
    } else {
      std::vector<double> values(static_cast<std::size_t>(info.shape[0]));
      file.read_reals<double>(object, values, Missing::any);
      model.numbers.emplace(name, std::move(values));
    }
  }
}

}  // namespace

const Tensor* ModelFile::find_tensor(std::string_view name) const {
  const auto found =
      std::find_if(tensors.begin(), tensors.end(), [&](const NamedTensor& tensor) { return tensor.name == name; });
  return found == tensors.end() ? nullptr : &found->value;
}

const std::string& ModelFile::text(std::string_view key) const {
  const auto found = config.find(key);
  require(found != config.end(), "ModelFile: there is no setting '", key, "'");
  return found->second;
}

const std::vector<std::int64_t>& ModelFile::integers(std::string_view name) const {
  const auto found = numbers.find(name);
  require(found != numbers.end() && found->second.index() == 0, "ModelFile: there are no integers '", name, "'");
  return std::get<0>(found->second);
}

const std::vector<double>& ModelFile::reals(std::string_view name) const {
  const auto found = numbers.find(name);
  require(found != numbers.end() && found->second.index() == 1, "ModelFile: there are no reals '", name, "'");
  return std::get<1>(found->second);
}

ModelFile read_model_file(const std::filesystem::path& path, std::string_view format) {
  const InputFile file(path, Seal::checked);
  const std::string found = file.text_attribute("/", "format").value_or("");
  if (found != format) {
    file.fail("/", "attribute format is '", found, "', expected '", format, "'");
  }
  const std::int64_t version = file.integer_attribute("/", "version").value_or(0);
  if (version != kFormatVersion) {
    file.fail("/", "format version ", version, ", expected ", kFormatVersion,
              version > kFormatVersion ? "; the file was written by a newer Weft" : "");
  }
  ModelFile model;
  for (const std::string& key : file.members("/config")) {
    std::vector<std::string> value = file.read_texts("/config/" + key);
    if (value.size() != 1) {
      file.fail("/config/" + key, "holds ", value.size(), " strings, expected 1");
    }
    model.config.emplace(key, std::move(value[0]));
  }
  read_numbers(file, model);
  model.tensors = read_tensors(file);
  return model;
}

void write_model_file(const ModelFile& model, const std::filesystem::path& path, std::string_view format) {
  std::vector<std::string> order;
  std::set<std::string> names;
  for (const NamedTensor& tensor : model.tensors) {
    check_name(tensor.name);
    require(names.insert(tensor.name).second, "write_model_file: two tensors are named '", tensor.name, "'");
    order.push_back(tensor.name);
  }
  OutputFile file(path, Seal::checked);
  file.write_text_attribute("/", "format", std::string(format));
  file.write_integer_attribute("/", "version", kFormatVersion);
  for (const auto& [key, value] : model.config) {
    check_name(key);
    check_text("setting", value);
    file.write_texts("/config/" + key, std::vector<std::string>{value});
  }
  for (const auto& [name, values] : model.numbers) {
    check_name(name);
    const std::string object = "/numbers/" + name;
    if (const auto* integers = std::get_if<0>(&values)) {
      file.write(object, std::span<const std::int64_t>(*integers));
    } else {
      file.write(object, std::span<const double>(std::get<1>(values)));
    }
  }
  for (const NamedTensor& tensor : model.tensors) {
    const std::array<std::int64_t, 2> shape = {tensor.value.rows(), tensor.value.cols()};
    file.write_array("/tensors/" + tensor.name, shape, tensor.value.data(), Number::float32, Number::float32);
  }
  if (!order.empty()) {
    file.write_texts("/tensor_order", order);
  }
  file.commit();
}

}  // namespace weft
