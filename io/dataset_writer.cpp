// write_dataset: every array of a dataset in the form that dataset_reader.cpp reads.
#include <array>
#include <limits>
#include <utility>

#include "weft/io/dataset.hpp"
#include "weft/io/dataset_checks.hpp"
#include "weft/io/hdf5_file.hpp"

namespace weft {
namespace {

using hdf5::Number;
using hdf5::OutputFile;

/// Features and edges that may have to be read where they lie in the file are not compressed.
hdf5::Storage storage_of(std::int64_t bytes) {
  constexpr std::int64_t kReadInPlace = std::int64_t{64} << 20;
  return bytes > kReadInPlace ? hdf5::Storage::plain : hdf5::Storage::compressed;
}

void write_tensor(OutputFile& file, const std::string& object, const Tensor& values) {
  const std::array<std::int64_t, 2> shape = {values.rows(), values.cols()};
  file.write_array(object, shape, values.data(), Number::float32, Number::float32,
                   storage_of(values.size() * static_cast<std::int64_t>(sizeof(float))));
}

// 32 bits signed, as most readers expect, unless the largest value needs more.
void write_ids(OutputFile& file, const std::string& object, std::span<const std::uint32_t> values, std::int64_t end) {
  const std::array<std::int64_t, 1> shape = {static_cast<std::int64_t>(values.size())};
  const bool fits = end <= std::numeric_limits<std::int32_t>::max();
  file.write_array(object, shape, values.data(), Number::uint32, fits ? Number::int32 : Number::int64,
                   storage_of(static_cast<std::int64_t>(values.size_bytes())));
}

void write_features(OutputFile& file, const std::string& object, const Features& features) {
  if (const auto* dense = std::get_if<Tensor>(&features)) {
    write_tensor(file, object, *dense);
  } else if (const auto* sparse = std::get_if<SparseMatrix>(&features)) {
    file.make_group(object);
    file.write_integers_attribute(object, "shape", std::array{sparse->rows(), sparse->cols()});
    if (sparse->rows() == 0) {
      file.write(object + "/indptr", std::span<const std::int64_t>(std::array<std::int64_t, 1>{0}));
      write_ids(file, object + "/indices", {}, 0);
      file.write(object + "/data", std::span<const float>());
      return;
    }
    const SparseMatrix::Rows& rows = sparse->by_row();
    file.write(object + "/indptr", std::span<const std::int64_t>(rows.offsets));
    write_ids(file, object + "/indices", rows.columns, rows.cols);
    file.write(object + "/data", std::span<const float>(rows.values));
  } else if (const auto* categorical = std::get_if<CategoricalMatrix>(&features)) {
    const std::array<std::int64_t, 2> shape = {categorical->rows, categorical->cols()};
    file.write_array(object, shape, categorical->values.data(), Number::int32, Number::int32);
    file.write_integer_attribute(object, "categorical", 1);
    file.write_integers_attribute(object, "num_categories", categorical->num_categories);
  }
}

void write_labels(OutputFile& file, const std::string& object, const Labels& labels) {
  if (const auto* classes = std::get_if<std::vector<std::int64_t>>(&labels)) {
    file.write(object, std::span<const std::int64_t>(*classes));
  } else if (const auto* targets = std::get_if<Tensor>(&labels)) {
    write_tensor(file, object, *targets);
  }
}

void write_texts(OutputFile& file, const std::string& object, const std::vector<std::string>& texts) {
  if (!texts.empty()) {
    file.write_texts(object, texts);
  }
}

void write_integers(OutputFile& file, const std::string& object, std::span<const std::int32_t> values) {
  if (!values.empty()) {
    file.write(object, values);
  }
}

void write_root_attributes(OutputFile& file, const Dataset& data) {
  file.write_text_attribute("/", "format", "weft-graph");
  file.write_integer_attribute("/", "version", 1);
  file.write_text_attribute("/", "name", data.name);
  file.write_text_attribute("/", "task", std::string(name_of(data.task)));
  file.write_integer_attribute("/", "directed", data.directed ? 1 : 0);
  if (data.num_classes > 0) {
    file.write_integer_attribute("/", "num_classes", data.num_classes);
  }
  for (const auto& [name, value] : {std::pair("source", &data.source), std::pair("license", &data.license)}) {
    if (!value->empty()) {
      file.write_text_attribute("/", name, *value);
    }
  }
}

}  // namespace

void write_dataset(const Dataset& dataset, const std::filesystem::path& path) {
  check_dataset(dataset, [](const std::string& object, const std::string& problem) {
    throw ArgumentError("write_dataset: " + object + ": " + problem);
  });
  OutputFile file(path);
  write_root_attributes(file, dataset);
  file.write("/graph/indptr", dataset.graph.offsets());
  write_ids(file, "/graph/indices", dataset.graph.sources(), dataset.graph.num_sources());
  write_integers(file, "/graph/edge_type", dataset.edge_type);
  write_features(file, "/edge/attr", dataset.edge_features);
  write_features(file, "/node/x", dataset.node_features);
  write_integers(file, "/node/type", dataset.node_type);
  write_labels(file, "/node/y", dataset.node_labels);
  write_texts(file, "/node/name", dataset.node_names);
  if (!dataset.original_node.empty()) {
    file.write("/node/original", std::span<const std::int64_t>(dataset.original_node));
  }
  write_texts(file, "/meta/class_name", dataset.class_names);
  if (dataset.has_many_graphs()) {
    file.write("/graphs/node_ptr", std::span<const std::int64_t>(dataset.node_ptr));
  }
  write_labels(file, "/graphs/y", dataset.graph_labels);
  write_texts(file, "/graphs/smiles", dataset.smiles);
  for (const Split& split : dataset.splits) {
    const std::string group = "/split/" + split.name;
    file.write(group + "/train", std::span<const std::int64_t>(split.train));
    file.write(group + "/val", std::span<const std::int64_t>(split.val));
    file.write(group + "/test", std::span<const std::int64_t>(split.test));
  }
  file.commit();
}

}  // namespace weft
