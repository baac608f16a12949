#include "weft/io/safetensors.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <charconv>
#include <cstdint>
#include <fstream>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "weft/core/error.hpp"
#include "weft/io/atomic_file.hpp"
#include "weft/io/file_seal.hpp"
#include "weft/io/regular_file.hpp"
#include "weft/io/utf8.hpp"

namespace weft {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers are written as they lie in memory");

using Json = nlohmann::json;
/// Keeps the order of the keys, but finds them one after the other.
using OrderedJson = nlohmann::ordered_json;

constexpr std::string_view kMetadata = "__metadata__", kVersion = "1", kOrder = "tensor_order", kSum = "tensor_crc32";
constexpr std::string_view kConfig = "config.", kIntegers = "int64.", kReals = "float64.";
constexpr std::int64_t kLengthBytes = 8, kAlignment = 8;
/// What the format allows.
constexpr std::int64_t kMostHeaderBytes = 100'000'000;

/// Of the numbers of all tensors, in their order.
std::string sum_of(const std::vector<NamedTensor>& tensors) {
  std::uint32_t sum = 0;
  for (const NamedTensor& tensor : tensors) {
    const auto bytes = std::as_bytes(tensor.value.values());
    sum = crc32({reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size()}, sum);
  }
  return std::to_string(sum);
}

template <class T>
std::string text_of(const std::vector<T>& numbers) {
  std::string text;
  for (const T number : numbers) {
    std::array<char, 40> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    text.append(text.empty() ? "" : " ").append(digits.data(), end);
  }
  return text;
}

/// Nothing if the text holds something else.
template <class T>
std::optional<std::vector<T>> numbers_in(std::string_view text) {
  std::vector<T> numbers;
  for (const char *at = text.data(), *end = text.data() + text.size(); at != end;) {
    T number{};
    const auto [rest, error] = std::from_chars(at, end, number);
    if (error != std::errc() || (rest != end && (*rest != ' ' || rest + 1 == end))) {
      return std::nullopt;
    }
    numbers.push_back(number);
    at = rest == end ? end : rest + 1;
  }
  return numbers;
}

OrderedJson header_of(const ModelFile& model) {
  OrderedJson metadata = {{"format", kModelFormat}, {"version", kVersion}};
  for (const auto& [key, value] : model.config) {
    metadata[concat(kConfig, key)] = value;
  }
  for (const auto& [name, values] : model.numbers) {
    if (const auto* integers = std::get_if<0>(&values)) {
      metadata[concat(kIntegers, name)] = text_of(*integers);
    } else {
      metadata[concat(kReals, name)] = text_of(std::get<1>(values));
    }
  }
  OrderedJson order = OrderedJson::array(), header;
  header[std::string(kMetadata)] = nullptr;
  std::set<std::string> names;
  std::int64_t offset = 0;
  for (const NamedTensor& tensor : model.tensors) {
    require(tensor.name != kMetadata && is_utf8(tensor.name), "write_safetensors: '", tensor.name,
            "' is no name of a tensor");
    require(names.insert(tensor.name).second, "write_safetensors: two tensors are named '", tensor.name, "'");
    const std::int64_t end = offset + tensor.value.size() * std::int64_t{sizeof(float)};
    header[tensor.name] = {
        {"dtype", "F32"}, {"shape", {tensor.value.rows(), tensor.value.cols()}}, {"data_offsets", {offset, end}}};
    order.push_back(tensor.name);
    offset = end;
  }
  metadata[std::string(kOrder)] = order.dump();
  metadata[std::string(kSum)] = sum_of(model.tensors);
  header[std::string(kMetadata)] = std::move(metadata);
  return header;
}

/// A file that is read, and what it says.
class Reader {
 public:
  explicit Reader(const std::filesystem::path& path)
      : name_(path.string()), bytes_(regular_file_bytes(path, "a safetensors file")), file_(path, std::ios::binary) {
    if (!file_) {
      throw_not_opened(path, errno);
    }
  }

  [[nodiscard]] ModelFile read() {
    read_header();
    ModelFile model;
    read_settings(model);
    read_tensors(model);
    if (metadata(std::string(kSum)) != sum_of(model.tensors)) {
      forget_figures(model);
    }
    return model;
  }

 private:
  template <class... Parts>
  [[noreturn]] void fail(const std::string& object, const Parts&... problem) const {
    throw DataError(name_, object, concat(problem...));
  }

  void read_bytes(void* to, std::int64_t count) {
    if (!file_.read(static_cast<char*>(to), count)) {
      fail("", "cannot be read to its end");
    }
  }

  void read_header() {
    std::uint64_t length = 0;
    if (bytes_ < kLengthBytes) {
      fail("", "has ", bytes_, " bytes, which is too short for a safetensors file");
    }
    read_bytes(&length, kLengthBytes);
    if (length > static_cast<std::uint64_t>(std::min(bytes_ - kLengthBytes, kMostHeaderBytes))) {
      fail("header", "declares ", length, " bytes, the file has ", bytes_ - kLengthBytes,
           " behind the length and a header at most ", kMostHeaderBytes, "; expected a safetensors file");
    }
    std::string text(length, '\0');
    read_bytes(text.data(), static_cast<std::int64_t>(length));
    data_bytes_ = bytes_ - kLengthBytes - static_cast<std::int64_t>(length);
    header_ = Json::parse(text, nullptr, false);
    if (!header_.is_object()) {
      fail("header", "is no JSON object");
    }
  }

  /// Of __metadata__; nothing if there is none.
  [[nodiscard]] std::optional<std::string> metadata(const std::string& key) const {
    const auto all = header_.find(kMetadata);
    if (all == header_.end() || !all->is_object()) {
      return std::nullopt;
    }
    const auto found = all->find(key);
    return found == all->end() || !found->is_string() ? std::nullopt : std::optional(found->get<std::string>());
  }

  void read_settings(ModelFile& model) const {
    const std::string format = metadata("format").value_or(""), version = metadata("version").value_or("");
    if (format != kModelFormat) {
      fail(std::string(kMetadata), "format is '", format, "', expected '", kModelFormat,
           "': weights without the settings of the model, as `weft export` writes both");
    }
    if (version != kVersion) {
      fail(std::string(kMetadata), "format version ", version, ", expected ", kVersion);
    }
    for (const auto& [key, value] : header_[std::string(kMetadata)].items()) {
      const auto name_behind = [&, k = std::string_view(key)](std::string_view prefix) {
        return k.starts_with(prefix) ? std::optional(std::string(k.substr(prefix.size()))) : std::nullopt;
      };
      const std::string object = concat(kMetadata, ".", key);
      if (!value.is_string()) {
        fail(object, "is no text");
      }
      if (const auto name = name_behind(kConfig)) {
        model.config.insert_or_assign(*name, value.get<std::string>());
      } else if (const auto integers = name_behind(kIntegers)) {
        put_numbers<std::int64_t>(*integers, object, value.get<std::string>(), model);
      } else if (const auto reals = name_behind(kReals)) {
        put_numbers<double>(*reals, object, value.get<std::string>(), model);
      }
    }
  }

  template <class T>
  void put_numbers(const std::string& name, const std::string& object, const std::string& text,
                   ModelFile& model) const {
    std::optional<std::vector<T>> numbers = numbers_in<T>(text);
    if (!numbers) {
      fail(object, "is no list of numbers between blanks");
    }
    model.numbers.insert_or_assign(name, std::move(*numbers));
  }

  /// Of weights that another program has changed nobody knows how good they are.
  static void forget_figures(ModelFile& model) {
    if (const auto found = model.numbers.find("figures"); found != model.numbers.end()) {
      found->second = std::vector<double>(3, std::numeric_limits<double>::quiet_NaN());
    }
    if (const auto found = model.numbers.find("best_epoch"); found != model.numbers.end()) {
      found->second = std::vector<std::int64_t>{-1};
    }
  }

  struct Place {
    std::string name;
    std::int64_t rows = 0, cols = 0, begin = 0, end = 0;
  };

  /// A list of `count` numbers that are not negative.
  [[nodiscard]] std::vector<std::int64_t> list_in(const std::string& tensor, const Json& entry, const char* key,
                                                  std::size_t count) const {
    const auto found = entry.find(key);
    const bool is_list = found != entry.end() && found->is_array() && found->size() == count &&
                         std::ranges::all_of(*found, [](const Json& number) {
                           return number.is_number_unsigned() && number.get<std::uint64_t>() <= std::uint64_t{1} << 62;
                         });
    if (!is_list) {
      fail(tensor, key, " is no list of ", count, " whole numbers",
           count == 2 && key == std::string_view("shape") ? "; tensors of a model have rows and columns" : "");
    }
    return found->get<std::vector<std::int64_t>>();
  }

  [[nodiscard]] std::vector<Place> places() const {
    std::vector<Place> all;
    for (const auto& [name, entry] : header_.items()) {
      if (name == kMetadata) {
        continue;
      }
      if (!entry.is_object() || entry.value("dtype", Json()) != "F32") {
        fail(name, "is not of dtype F32, as the tensors of a model are");
      }
      const std::vector<std::int64_t> shape = list_in(name, entry, "shape", 2);
      const std::vector<std::int64_t> offsets = list_in(name, entry, "data_offsets", 2);
      const std::int64_t rows = shape[0], cols = shape[1];
      if (offsets[0] > offsets[1] || offsets[1] > data_bytes_) {
        fail(name, "data_offsets are ", offsets[0], " to ", offsets[1], ", the file has ", data_bytes_,
             " bytes of numbers");
      }
      const std::int64_t count = (offsets[1] - offsets[0]) / std::int64_t{sizeof(float)};
      const bool fits = rows == 0 || cols == 0 ? count == 0 : count / rows == cols && count % rows == 0;
      if (!fits || (offsets[1] - offsets[0]) % std::int64_t{sizeof(float)} != 0) {
        fail(name, "has the shape [", rows, ", ", cols, "] and ", offsets[1] - offsets[0], " bytes of numbers");
      }
      all.push_back({name, rows, cols, offsets[0], offsets[1]});
    }
    return all;
  }

  /// Puts them in the order of their numbers, every byte of which belongs to one tensor.
  void sort_tiles(std::vector<Place>& places) const {
    std::ranges::stable_sort(places, {}, [](const Place& place) { return std::pair(place.begin, place.end); });
    std::int64_t end = 0;
    for (const Place& place : places) {
      if (place.begin != end) {
        fail(place.name, "begins at byte ", place.begin, " of the numbers, expected ", end,
             ": tensors follow each other without holes");
      }
      end = place.end;
    }
    if (end != data_bytes_) {
      fail("", "has ", data_bytes_, " bytes of numbers, the tensors ", end);
    }
  }

  /// The names in the model's order; nothing: that of the numbers.
  [[nodiscard]] std::optional<std::vector<std::string>> order() const {
    const std::optional<std::string> text = metadata(std::string(kOrder));
    if (!text) {
      return std::nullopt;
    }
    const Json list = Json::parse(*text, nullptr, false);
    if (!list.is_array() || !std::ranges::all_of(list, [](const Json& name) { return name.is_string(); })) {
      fail(concat(kMetadata, ".", kOrder), "is no list of names");
    }
    return list.get<std::vector<std::string>>();
  }

  void read_tensors(ModelFile& model) {
    std::vector<Place> all = places();
    sort_tiles(all);
    if (const auto names = order()) {
      std::map<std::string, Place, std::less<>> by_name;
      for (Place& place : all) {
        by_name.emplace(place.name, std::move(place));
      }
      all.clear();
      for (const std::string& name : *names) {
        auto found = by_name.extract(name);
        if (found.empty()) {
          fail(concat(kMetadata, ".", kOrder), "names '", name, "', which is no tensor or named twice");
        }
        all.push_back(std::move(found.mapped()));
      }
      if (!by_name.empty()) {
        fail(concat(kMetadata, ".", kOrder), "does not name '", by_name.begin()->first, "'");
      }
    }
    const std::int64_t first = bytes_ - data_bytes_;
    for (Place& place : all) {
      Tensor value = Tensor::uninitialized(place.rows, place.cols);
      file_.seekg(first + place.begin);
      read_bytes(value.data(), place.end - place.begin);
      model.tensors.push_back({std::move(place.name), std::move(value)});
    }
  }

  std::string name_;
  std::int64_t bytes_ = 0, data_bytes_ = 0;
  std::ifstream file_;
  Json header_;
};

}  // namespace

bool is_safetensors(const std::filesystem::path& path) {
  return path.extension() == ".safetensors";
}

ModelFile read_safetensors(const std::filesystem::path& path) {
  return Reader(path).read();
}

ModelFile read_any_model_file(const std::filesystem::path& path) {
  return is_safetensors(path) ? read_safetensors(path) : read_model_file(path);
}

void write_safetensors(const ModelFile& model, const std::filesystem::path& path) {
  std::string header;
  try {
    header = header_of(model).dump();
  } catch (const Json::exception&) {
    throw ArgumentError("write_safetensors: a setting is no UTF-8 text");
  }
  header.append(
      static_cast<std::size_t>((kAlignment - static_cast<std::int64_t>(header.size()) % kAlignment) % kAlignment), ' ');
  require(static_cast<std::int64_t>(header.size()) <= kMostHeaderBytes, "write_safetensors: the settings take ",
          header.size(), " bytes, such a file holds ", kMostHeaderBytes);
  const auto length = static_cast<std::uint64_t>(header.size());
  AtomicFile file(path);
  file.write(std::string_view(reinterpret_cast<const char*>(&length), sizeof length));
  file.write(header);
  for (const NamedTensor& tensor : model.tensors) {
    const auto bytes = std::as_bytes(tensor.value.values());
    file.write(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()));
  }
  file.commit();
}

}  // namespace weft
