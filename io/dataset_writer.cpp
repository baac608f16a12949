// write_dataset: every array of a dataset in the form that dataset_reader.cpp reads.
#include <algorithm>
#include <array>
#include <limits>
#include <numeric>
#include <optional>
#include <utility>
#include <vector>

#include "weft/io/dataset.hpp"
#include "weft/io/dataset_checks.hpp"
#include "weft/io/dense_rows.hpp"
#include "weft/io/hdf5_file.hpp"
#include "weft/io/large_dataset.hpp"

namespace weft {
namespace {

using hdf5::Number;
using hdf5::OutputFile;

void write_tensor(OutputFile& file, const std::string& object, const Tensor& values,
                  FeatureType type = FeatureType::float32) {
  if (type != FeatureType::float32) {
    write_dense_rows(file, object, values.shape(), type, [&](std::int64_t first, std::int64_t count, std::span<float>) {
      return values.values().subspan(static_cast<std::size_t>(first * values.cols()),
                                     static_cast<std::size_t>(count * values.cols()));
    });
    return;
  }
  const std::array<std::int64_t, 2> shape = {values.rows(), values.cols()};
  file.write_array(object, shape, values.data(), Number::float32, Number::float32,
                   storage_for(values.size() * static_cast<std::int64_t>(sizeof(float))));
}

// 32 bits signed, as most readers expect, unless the largest value needs more.
Number number_of_ids(std::int64_t end) {
  return end <= std::numeric_limits<std::int32_t>::max() ? Number::int32 : Number::int64;
}

hdf5::Storage storage_of_ids(std::int64_t count, std::int64_t end) {
  return storage_for(count * (number_of_ids(end) == Number::int32 ? 4 : 8));
}

void write_ids(OutputFile& file, const std::string& object, std::span<const std::uint32_t> values, std::int64_t end) {
  const std::array<std::int64_t, 1> shape = {static_cast<std::int64_t>(values.size())};
  file.write_array(object, shape, values.data(), Number::uint32, number_of_ids(end), storage_of_ids(shape[0], end));
}

void write_features(OutputFile& file, const std::string& object, const Features& features,
                    FeatureType type = FeatureType::float32) {
  if (const auto* dense = std::get_if<Tensor>(&features)) {
    write_tensor(file, object, *dense, type);
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

/// Names as an attribute of what they name, or where there are too many for one, as an array.
void write_names(OutputFile& file, const std::string& object, const char* attribute, const std::string& array,
                 const std::vector<std::string>& names) {
  if (names.empty()) {
    return;
  }
  if (names.size() <= hdf5::kMostTextsInAttribute) {
    file.write_texts_attribute(object, attribute, names);
  } else {
    file.write_texts(array, names);
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

void write_times(OutputFile& file, const std::string& object, std::span<const std::int64_t> times,
                 const std::string& unit) {
  if (times.empty()) {
    return;
  }
  file.write(object, times);
  if (!unit.empty()) {
    file.write_text_attribute(object, "unit", unit);
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

void write_offsets(OutputFile& file, std::span<const EdgeId> offsets) {
  const std::array<std::int64_t, 1> shape = {static_cast<std::int64_t>(offsets.size())};
  file.write_array("/graph/indptr", shape, offsets.data(), Number::int64, Number::int64,
                   storage_for(static_cast<std::int64_t>(offsets.size_bytes())));
}

/// An array that is written row after row, in pieces: large ones as the pieces come, those that are compressed at once,
/// so that the pieces leave no trace in the file.
template <class T>
class GrowingArray {
 public:
  GrowingArray(OutputFile& file, std::string object, std::vector<std::int64_t> shape, Number memory, Number stored,
               hdf5::Storage storage)
      : file_(file), object_(std::move(object)), shape_(std::move(shape)), memory_(memory), stored_(stored) {
    if (storage == hdf5::Storage::plain) {
      file_.create_array(object_, shape_, stored_, storage);
    } else {
      held_ = Buffer<T>(static_cast<std::size_t>(shape_[0]));
      holds_ = true;
    }
  }
  void append(std::span<const T> values) {
    const auto count = static_cast<std::int64_t>(values.size());
    if (holds_) {
      std::ranges::copy(values, held_.begin() + size_);
    } else if (count > 0) {
      file_.write_rows(object_, size_, count, values.data(), memory_);
    }
    size_ += count;
  }
  void finish() {
    if (holds_) {
      file_.write_array(object_, shape_, held_.data(), memory_, stored_);
    }
  }

 private:
  OutputFile& file_;
  std::string object_;
  std::vector<std::int64_t> shape_;
  Number memory_, stored_;
  bool holds_ = false;
  Buffer<T> held_;
  std::int64_t size_ = 0;
};

/// Sources, and weights as features of edges.
void write_edges(OutputFile& file, const LargeDataset& dataset, const ProgressCallback& progress) {
  const EdgeId num_edges = dataset.num_edges();
  GrowingArray<NodeId> sources(file, "/graph/indices", {num_edges}, Number::uint32, number_of_ids(dataset.num_nodes()),
                               storage_of_ids(num_edges, dataset.num_nodes()));
  std::optional<GrowingArray<float>> weights;
  if (dataset.has_weights) {
    weights.emplace(file, "/edge/attr", std::vector<std::int64_t>{num_edges, 1}, Number::float32, Number::float32,
                    storage_for(num_edges * static_cast<std::int64_t>(sizeof(float))));
  }
  EdgeId first = 0;
  dataset.visit_edges([&](const EdgePiece& piece) {
    const auto count = static_cast<EdgeId>(piece.sources.size());
    require(count <= num_edges - first && (!weights || piece.weights.size() == piece.sources.size()),
            "write_dataset: /graph/indices: a piece of ", count, " edges and ", piece.weights.size(), " weights after ",
            first, ", expected ", num_edges, " edges in all");
    sources.append(piece.sources);
    if (weights) {
      weights->append(piece.weights);
    }
    first += count;
    if (progress) {
      progress({.stage = "writing edges", .done = first, .total = num_edges, .detail = ""});
    }
  });
  require(first == num_edges, "write_dataset: /graph/indices: ", first, " edges came, expected ", num_edges);
  sources.finish();
  if (weights) {
    weights->finish();
  }
}

void write_streamed_features(OutputFile& file, const LargeDataset& dataset, FeatureType type,
                             const ProgressCallback& progress) {
  if (dataset.num_features == 0) {
    return;
  }
  write_dense_rows(
      file, "/node/x", {dataset.num_nodes(), dataset.num_features}, type,
      [&](std::int64_t first, std::int64_t count, std::span<float> block) {
        dataset.fill_features(first, count, block);
        return std::span<const float>(block);
      },
      [&](std::int64_t row) {
        if (progress) {
          progress({.stage = "writing features", .done = row, .total = dataset.num_nodes(), .detail = ""});
        }
      });
}

/// What the columns of features mean; after the features.
void write_feature_names(OutputFile& file, const Dataset& dataset) {
  write_names(file, "/node/x", "columns", "/meta/feature_name", dataset.names.features);
  write_names(file, "/edge/attr", "columns", "/meta/edge_feature_name", dataset.names.edge_features);
  if (dataset.weight_column >= 0) {
    file.write_integer_attribute("/edge/attr", "weight", dataset.weight_column);
  }
}

void write_target_names(OutputFile& file, const Dataset& dataset) {
  const bool of_graphs = !std::holds_alternative<std::monostate>(dataset.graph_labels);
  write_names(file, of_graphs ? "/graphs/y" : "/node/y", "target_names", "/meta/target_name", dataset.names.targets);
}

void write_origin(OutputFile& file, const Dataset& dataset) {
  write_texts(file, "/meta/assumed", dataset.assumed);
  if (!dataset.encoder.empty()) {
    write_texts(file, "/meta/encoder", {dataset.encoder});
  }
}

void write_node_rest(OutputFile& file, const Dataset& dataset) {
  write_integers(file, "/node/type", dataset.node_type);
  write_names(file, "/node/type", "names", "/meta/node_type_name", dataset.names.node_types);
  write_times(file, "/node/time", dataset.node_time, dataset.time_unit);
  write_labels(file, "/node/y", dataset.node_labels);
  write_texts(file, "/node/name", dataset.node_names);
  if (!dataset.original_node.empty()) {
    file.write("/node/original", std::span<const std::int64_t>(dataset.original_node));
  }
  write_texts(file, "/meta/class_name", dataset.class_names);
}

void write_links(OutputFile& file, const std::string& object, std::span<const Edge> links) {
  if (links.empty()) {
    return;
  }
  std::vector<std::int64_t> ends;
  for (const Edge& link : links) {
    ends.insert(ends.end(), {link.source, link.destination});
  }
  const std::array<std::int64_t, 2> shape = {static_cast<std::int64_t>(links.size()), 2};
  file.write_array(object, shape, ends.data(), Number::int64, Number::int64);
}

void write_splits(OutputFile& file, const Dataset& dataset) {
  for (const Split& split : dataset.splits) {
    const std::string group = "/split/" + split.name;
    if (!split.has_edges() || !split.train.empty() || !split.val.empty() || !split.test.empty()) {
      file.write(group + "/train", std::span<const std::int64_t>(split.train));
      file.write(group + "/val", std::span<const std::int64_t>(split.val));
      file.write(group + "/test", std::span<const std::int64_t>(split.test));
    }
    write_links(file, group + "/train_edges", split.train_edges);
    write_links(file, group + "/val_edges", split.val_edges);
    write_links(file, group + "/test_edges", split.test_edges);
  }
}

void refuse(const std::string& object, const std::string& problem) {
  throw ArgumentError("write_dataset: " + object + ": " + problem);
}

}  // namespace

void write_dataset(const Dataset& dataset, const std::filesystem::path& path, const WriteOptions& options) {
  (void)name_of(options.feature_type);
  check_dataset(dataset, refuse);
  require(
      options.feature_type == FeatureType::float32 || std::holds_alternative<Tensor>(dataset.node_features.in_memory()),
      "write_dataset: /node/x: the features of nodes are ",
      std::holds_alternative<std::monostate>(dataset.node_features.in_memory()) ? "missing" : "not dense",
      ", expected dense ones to store as ", name_of(options.feature_type));
  OutputFile file(path);
  write_root_attributes(file, dataset);
  write_offsets(file, dataset.graph.offsets());
  write_ids(file, "/graph/indices", dataset.graph.sources(), dataset.graph.num_sources());
  write_integers(file, "/graph/edge_type", dataset.edge_type);
  write_names(file, "/graph/edge_type", "names", "/meta/edge_type_name", dataset.names.edge_types);
  write_features(file, "/edge/attr", dataset.edge_features);
  write_times(file, "/edge/time", dataset.edge_time, dataset.time_unit);
  write_features(file, "/node/x", dataset.node_features, options.feature_type);
  write_feature_names(file, dataset);
  write_node_rest(file, dataset);
  if (dataset.has_many_graphs()) {
    file.write("/graphs/node_ptr", std::span<const std::int64_t>(dataset.node_ptr));
  }
  write_labels(file, "/graphs/y", dataset.graph_labels);
  write_texts(file, "/graphs/smiles", dataset.smiles);
  write_texts(file, "/graphs/id", dataset.graph_names);
  write_target_names(file, dataset);
  write_origin(file, dataset);
  write_splits(file, dataset);
  file.commit();
}

Buffer<EdgeId> row_offsets(std::int64_t num_nodes, const EdgeVisit& visit_edges, const ProgressCallback& progress) {
  Buffer<EdgeId> offsets(static_cast<std::size_t>(num_nodes) + 1, 0);
  EdgeId count = 0;
  visit_edges([&](const EdgePiece& piece) {
    for (const NodeId row : piece.rows) {
      ++offsets[std::size_t{row} + 1];
    }
    count += static_cast<EdgeId>(piece.rows.size());
    if (progress) {
      progress({.stage = "counting edges", .done = count, .total = 0, .detail = ""});
    }
  });
  std::partial_sum(offsets.begin(), offsets.end(), offsets.begin());
  return offsets;
}

void write_dataset(const LargeDataset& dataset, const std::filesystem::path& path, const WriteOptions& options,
                   const ProgressCallback& progress) {
  check_dataset_rest(dataset.rest, dataset.num_nodes(), dataset.num_edges(), refuse);
  require(options.feature_type == FeatureType::float32 || dataset.num_features > 0,
          "write_dataset: /node/x: the features of nodes are missing, expected dense ones to store as ",
          name_of(options.feature_type));
  OutputFile file(path);
  write_root_attributes(file, dataset.rest);
  write_offsets(file, dataset.offsets);
  write_edges(file, dataset, progress);
  write_streamed_features(file, dataset, options.feature_type, progress);
  write_feature_names(file, dataset.rest);
  write_node_rest(file, dataset.rest);
  write_target_names(file, dataset.rest);
  write_origin(file, dataset.rest);
  write_splits(file, dataset.rest);
  file.commit();
}

}  // namespace weft
