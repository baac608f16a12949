#include "weft/io/importers/h5ad_labels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>

#include "weft/core/error.hpp"

namespace weft {
namespace {

using hdf5::InputFile;
using hdf5::Kind;
using hdf5::Missing;

std::size_t length_of(const InputFile& file, const std::string& object) {
  const hdf5::ArrayInfo info = file.array(object);
  if (info.shape.size() != 1) {
    file.fail(object, "is of rank ", info.shape.size(), ", expected one value for each row");
  }
  return static_cast<std::size_t>(info.shape[0]);
}

std::vector<std::int64_t> read_integers(const InputFile& file, const std::string& object) {
  std::vector<std::int64_t> values(length_of(file, object));
  file.read_integers<std::int64_t>(object, values, std::numeric_limits<std::int64_t>::min(),
                                   std::numeric_limits<std::int64_t>::max());
  return values;
}

std::vector<double> read_reals(const InputFile& file, const std::string& object) {
  std::vector<double> values(length_of(file, object));
  file.read_reals<double>(object, values, Missing::as_nan);
  return values;
}

/// Classes in the order of their values, each called `name_of(value)`.
template <class T, class NameOf>
ColumnLabels classes_of(const std::vector<std::optional<T>>& values, const NameOf& name_of) {
  std::map<T, std::int64_t> class_of;
  for (const std::optional<T>& value : values) {
    if (value) {
      class_of.emplace(*value, 0);
    }
  }
  ColumnLabels result;
  for (auto& [value, number] : class_of) {
    number = static_cast<std::int64_t>(result.class_names.size());
    result.class_names.push_back(name_of(value));
  }
  std::vector<std::int64_t> classes;
  for (const std::optional<T>& value : values) {
    classes.push_back(value ? class_of.at(*value) : -1);
  }
  result.labels = std::move(classes);
  return result;
}

ColumnLabels labels_of_numbers(const std::vector<std::optional<double>>& values) {
  const bool whole = std::ranges::all_of(
      values, [](const auto& value) { return !value || (*value == std::floor(*value) && std::abs(*value) < 9e15); });
  if (whole) {
    return classes_of(values, [](double value) { return std::to_string(static_cast<std::int64_t>(value)); });
  }
  Tensor targets(static_cast<std::int64_t>(values.size()), 1);
  for (std::size_t i = 0; i < values.size(); ++i) {
    targets.data()[i] = static_cast<float>(values[i].value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  return {.labels = std::move(targets)};
}

}  // namespace

ColumnLabels read_column_labels(const hdf5::InputFile& file, const std::string& object) {
  const bool has_mask = file.is_group(object);
  const std::string values = has_mask ? object + "/values" : object;
  if (!file.has(values) || (has_mask && !file.has(object + "/mask"))) {
    file.fail(object, "is no column of categories, texts or numbers");
  }
  const std::size_t count = length_of(file, values);
  const std::vector<std::int64_t> missing =
      has_mask ? read_integers(file, object + "/mask") : std::vector<std::int64_t>(count, 0);
  if (missing.size() != count) {
    file.fail(object + "/mask", "has ", missing.size(), " entries, expected ", count);
  }
  const hdf5::ArrayInfo info = file.array(values);
  if (info.kind == Kind::text) {
    std::vector<std::optional<std::string>> texts;
    for (std::string& text : file.read_texts(values)) {
      const bool is_none = text.empty() || text == "nan" || text == "NaN" || missing[texts.size()] != 0;
      texts.push_back(is_none ? std::nullopt : std::optional(std::move(text)));
    }
    return classes_of(texts, [](const std::string& text) { return text; });
  }
  std::vector<std::optional<double>> numbers;
  for (const double value : read_reals(file, values)) {
    const bool is_none = std::isnan(value) || value == -1.0 || missing[numbers.size()] != 0;
    numbers.push_back(is_none ? std::nullopt : std::optional(value));
  }
  ColumnLabels result = labels_of_numbers(numbers);
  if (info.is_boolean) {
    for (std::string& name : result.class_names) {
      name = name == "0" ? "False" : "True";
    }
  }
  return result;
}

std::vector<std::string> read_category_names(const hdf5::InputFile& file, const std::string& object) {
  if (file.array(object).kind == Kind::text) {
    return file.read_texts(object);
  }
  std::vector<std::string> names;
  if (file.array(object).kind == Kind::integer) {
    for (const std::int64_t value : read_integers(file, object)) {
      names.push_back(std::to_string(value));
    }
    return names;
  }
  for (const double value : read_reals(file, object)) {
    names.push_back(concat(value));
  }
  return names;
}

std::vector<std::string> read_index(const hdf5::InputFile& file, const std::string& table) {
  if (!file.is_group(table)) {
    return {};
  }
  const std::string object = concat(table, '/', file.text_attribute(table, "_index").value_or("_index"));
  const bool is_there = file.has(object) && !file.is_group(object) && file.array(object).kind == Kind::text;
  return is_there ? file.read_texts(object) : std::vector<std::string>();
}

}  // namespace weft
