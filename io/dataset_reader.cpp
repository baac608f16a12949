// read_dataset: the arrays of a dataset file. Rules between arrays are in dataset_checks.cpp.
#include <algorithm>
#include <limits>
#include <utility>

#include "weft/core/options.hpp"
#include "weft/graph/reordering.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/dataset_checks.hpp"
#include "weft/io/declared_extent.hpp"
#include "weft/io/feature_file.hpp"
#include "weft/io/graph_reader.hpp"
#include "weft/io/hdf5_file.hpp"
#include "weft/io/label_reader.hpp"
#include "weft/io/split_reader.hpp"
#include "weft/io/type_features.hpp"

namespace weft {
namespace {

using hdf5::ArrayInfo;
using hdf5::InputFile;
using hdf5::Kind;
using hdf5::Missing;

constexpr std::int64_t kFormatVersion = 1;
constexpr std::int64_t kInt32Max = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kInt64Min = std::numeric_limits<std::int64_t>::min();
constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();

std::string shape_text(const ArrayInfo& info) {
  return info.shape.size() == 2 ? concat('[', info.shape[0], ", ", info.shape[1], ']')
                                : concat('[', info.shape[0], ']');
}

ArrayInfo array_of_rank(const InputFile& file, const std::string& object, std::size_t rank) {
  ArrayInfo info = file.array(object);
  if (info.shape.size() != rank) {
    file.fail(object, "has shape ", shape_text(info), ", expected rank ", rank);
  }
  return info;
}

template <class T>
Buffer<T> read_buffer(const InputFile& file, const std::string& object, std::int64_t lowest, std::int64_t highest) {
  Buffer<T> values(static_cast<std::size_t>(array_of_rank(file, object, 1).shape[0]));
  file.read_integers<T>(object, values, lowest, highest);
  return values;
}

std::vector<std::int64_t> read_vector(const InputFile& file, const std::string& object) {
  std::vector<std::int64_t> values(static_cast<std::size_t>(array_of_rank(file, object, 1).shape[0]));
  file.read_integers<std::int64_t>(object, values, kInt64Min, kInt64Max);
  return values;
}

std::vector<std::string> read_texts_if_there(const InputFile& file, const std::string& object) {
  if (object.empty() || !file.has(object)) {
    return {};
  }
  array_of_rank(file, object, 1);
  return file.read_texts(object);
}

/// As an attribute of what they name, or an array.
std::vector<std::string> read_names(const InputFile& file, const std::string& object, const char* attribute,
                                    const std::string& array) {
  if (file.has(object)) {
    if (std::optional<std::vector<std::string>> names = file.texts_attribute(object, attribute)) {
      return std::move(*names);
    }
  }
  return read_texts_if_there(file, array);
}

/// One column may also have rank 1.
Tensor read_tensor(const InputFile& file, const std::string& object) {
  const ArrayInfo info = file.array(object);
  Tensor values = Tensor::uninitialized(info.shape[0], info.shape.size() == 2 ? info.shape[1] : 1);
  file.read_reals<float>(object, values.values(), Missing::refused);
  return values;
}

SparseMatrix read_sparse(const InputFile& file, const std::string& object) {
  const auto shape = file.integers_attribute(object, "shape");
  if (!shape || shape->size() != 2 || (*shape)[0] < 0 || (*shape)[1] < 0 || (*shape)[1] > kMaxNodes) {
    file.fail(object,
              "is a group without an attribute shape of two sizes, expected [rows, columns] of a sparse matrix");
  }
  const std::int64_t rows = (*shape)[0];
  const std::int64_t cols = (*shape)[1];
  const std::string columns_name = object + "/indices";
  const std::string values_name = object + "/data";
  const std::int64_t entries = array_of_rank(file, columns_name, 1).shape[0];
  if (!is_believable(cols, entries, kBelievedColumns)) {
    file.fail(object, "attribute shape declares ", cols, " columns for ", entries, " entries, expected at most ",
              kBelievedColumns, ", or an entry for every 64");
  }
  if (const std::int64_t count = array_of_rank(file, values_name, 1).shape[0]; count != entries) {
    file.fail(values_name, "has ", count, " values, expected ", entries, ", one for each of ", columns_name);
  }
  if (const std::int64_t count = array_of_rank(file, object + "/indptr", 1).shape[0]; count - 1 != rows) {
    file.fail(object + "/indptr", "has ", count, " entries, expected ", rows, " rows and one");
  }
  Buffer<EdgeId> offsets = read_row_offsets(file, object + "/indptr", entries, columns_name);
  Buffer<std::uint32_t> columns = read_buffer<std::uint32_t>(file, columns_name, 0, cols - 1);
  Buffer<float> values(static_cast<std::size_t>(entries));
  file.read_reals<float>(values_name, values, Missing::refused);
  return {rows, cols, std::move(offsets), std::move(columns), std::move(values)};
}

CategoricalMatrix read_categorical(const InputFile& file, const std::string& object) {
  const ArrayInfo info = array_of_rank(file, object, 2);
  CategoricalMatrix matrix;
  matrix.rows = info.shape[0];
  matrix.num_categories = file.integers_attribute(object, "num_categories").value_or(std::vector<std::int64_t>());
  if (matrix.cols() != info.shape[1]) {
    file.fail(object, "attribute num_categories has ", matrix.cols(), " entries, expected ", info.shape[1],
              ", one for each column");
  }
  matrix.values = Buffer<std::int32_t>(static_cast<std::size_t>(info.shape[0] * info.shape[1]));
  file.read_integers<std::int32_t>(object, matrix.values, std::numeric_limits<std::int32_t>::min(), kInt32Max);
  return matrix;
}

Features read_features(const InputFile& file, const std::string& object, std::vector<std::string>& assumed) {
  if (!file.has(object)) {
    return {};
  }
  if (file.is_group(object)) {
    return read_sparse(file, object);
  }
  if (file.integer_attribute(object, "categorical").value_or(0) != 0) {
    return read_categorical(file, object);
  }
  const ArrayInfo info = file.array(object);
  if (info.kind == Kind::text) {
    file.fail(object, "holds strings, expected numbers");
  }
  if (info.kind == Kind::integer && !info.is_boolean) {
    assumed.push_back(concat(object, " holds integers without the attribute categorical = 1, which are numbers"));
  }
  return read_tensor(file, object);
}

[[noreturn]] void fail_task(const InputFile& file, const std::string& word) {
  std::vector<std::string> names;
  std::string list;
  for (int task = 0; task <= static_cast<int>(TaskKind::generation); ++task) {
    names.emplace_back(name_of(static_cast<TaskKind>(task)));
    list += concat(task == 0 ? "" : task == static_cast<int>(TaskKind::generation) ? " or " : ", ", names.back());
  }
  const std::string near = nearest_name(word, names);
  file.fail("/", "attribute task is '", word, "', expected ", list,
            near.empty() ? "" : concat("; the nearest is ", near));
}

void read_root_attributes(const InputFile& file, Dataset& data) {
  const auto text = [&](const char* name) { return file.text_attribute("/", name).value_or(""); };
  const std::optional<std::string> format = file.text_attribute("/", "format");
  if (format != "weft-graph") {
    file.fail("/", format ? concat("attribute format is '", *format, "'") : "attribute format is missing",
              ", expected 'weft-graph'");
  }
  const std::optional<std::int64_t> version = file.integer_attribute("/", "version");
  if (!version) {
    data.assumed.push_back(concat("attribute version is missing: ", kFormatVersion));
  }
  if (version.value_or(kFormatVersion) != kFormatVersion) {
    file.fail("/", "format version ", *version, ", expected ", kFormatVersion,
              *version > kFormatVersion ? "; the file was written by a newer Weft" : "");
  }
  if (const std::optional<std::string> word = file.text_attribute("/", "task"); !word) {
    data.task = task_of_labels(file);
    data.assumed.push_back(concat("attribute task is missing: ", name_of(data.task), ", as the labels look"));
  } else if (const std::optional<TaskKind> task = task_of(*word); task) {
    data.task = *task;
  } else {
    fail_task(file, *word);
  }
  const std::int64_t directed = file.integer_attribute("/", "directed").value_or(1);
  if (directed != 0 && directed != 1) {
    file.fail("/", "attribute directed is ", directed, ", expected 0 or 1");
  }
  data.directed = directed == 1;
  data.num_classes = file.integer_attribute("/", "num_classes").value_or(0);
  data.name = text("name");
  data.source = text("source");
  data.license = text("license");
}

void read_times(const InputFile& file, const std::string& object, Buffer<std::int64_t>& times, std::string& unit) {
  if (!file.has(object)) {
    return;
  }
  times = read_buffer<std::int64_t>(file, object, kInt64Min, kInt64Max);
  const std::string own = file.text_attribute(object, "unit").value_or(unit);
  if (!unit.empty() && own != unit) {
    file.fail(object, "attribute unit is '", own, "', expected '", unit, "', the unit of /edge/time");
  }
  unit = own;
}

/// Features that types of nodes have each for themselves, as one matrix of all nodes; where there is none of all.
void read_type_features(const InputFile& file, Dataset& data) {
  const std::vector<std::string> groups = file.members("/node/types");
  if (groups.empty() || file.has("/node/x") || data.node_type.empty()) {
    return;
  }
  std::vector<TypeFeatures> types;
  for (const std::string& name : data.names.node_types) {
    const std::string object = concat("/node/types/", name, "/x");
    types.push_back({name, read_features(file, object, data.assumed), read_names(file, object, "columns", "")});
  }
  for (const std::string& name : groups) {
    if (std::ranges::find(data.names.node_types, name) == data.names.node_types.end()) {
      file.fail(concat("/node/types/", name), "is no type of nodes, expected one of the names of /node/type");
    }
  }
  try {
    JoinedFeatures joined = joined_features(data.node_type, types);
    data.node_features = std::move(joined.x);
    data.names.features = std::move(joined.columns);
  } catch (const ArgumentError& error) {
    file.fail("/node/types", error.what());
  }
}

/// What columns and numbers mean. After all else.
void read_meaning(const InputFile& file, Dataset& data) {
  const bool of_graphs = file.has("/graphs/y");
  const std::string labels = of_graphs ? "/graphs/y" : "/node/y";
  // Labels that are texts have brought names of their own.
  if (std::vector<std::string> names = read_texts_if_there(file, "/meta/class_name"); !names.empty()) {
    data.class_names = std::move(names);
  } else if (names = read_names(file, labels, "class_names", "/meta/class_name"); !names.empty()) {
    data.class_names = std::move(names);
  }
  data.names.features = read_names(file, "/node/x", "columns", "/meta/feature_name");
  data.names.targets = read_names(file, labels, "target_names", "/meta/target_name");
  data.names.node_types = read_names(file, "/node/type", "names", "/meta/node_type_name");
  const std::vector<std::string> assumed = read_texts_if_there(file, "/meta/assumed");
  data.assumed.insert(data.assumed.begin(), assumed.begin(), assumed.end());
  const std::vector<std::string> encoder = read_texts_if_there(file, "/meta/encoder");
  data.encoder = encoder.empty() ? "" : encoder.front();
  if (file.has("/edge/attr")) {
    data.weight_column = file.integer_attribute("/edge/attr", "weight").value_or(-1);
  }
  if (data.graph.is_in_file()) {
    return;
  }
  data.names.edge_features = read_names(file, "/edge/attr", "columns", "/meta/edge_feature_name");
  data.names.edge_types = read_names(file, "/graph/edge_type", "names", "/meta/edge_type_name");
}

/// A graph with both directions of every edge is not directed.
void set_direction(const InputFile& file, Dataset& data) {
  if (file.integer_attribute("/", "directed")) {
    return;
  }
  if (data.graph.is_in_file()) {
    file.fail("/", "attribute directed is missing, expected 0 or 1 where edges stay in the file");
  }
  data.directed = !is_symmetric(data.graph);
  data.assumed.push_back(concat("attribute directed is missing: ", data.directed ? 1 : 0, ", as the edges are"));
}

/// Labels, and what follows from them: names and number of classes where the file does not say them.
void set_labels(const InputFile& file, const std::string& object, bool of_graphs, Dataset& data) {
  const std::optional<std::int64_t> declared = file.integer_attribute("/", "num_classes");
  const bool is_target = of_graphs == file.has("/graphs/node_ptr");
  FoundLabels found = read_labels(file, object, is_target ? data.task : TaskKind::generation, declared);
  Labels& labels = of_graphs ? data.graph_labels : data.node_labels;
  labels = std::move(found.labels);
  data.assumed.insert(data.assumed.end(), found.assumed.begin(), found.assumed.end());
  if (!is_target) {
    return;
  }
  data.class_names = std::move(found.class_names);
  if (declared || !is_classification(data.task) || std::holds_alternative<std::monostate>(labels)) {
    return;
  }
  const auto* classes = std::get_if<std::vector<std::int64_t>>(&labels);
  data.num_classes = classes == nullptr ? 2
                     : classes->empty() ? 0
                                        : std::min(*std::ranges::max_element(*classes), kInt32Max) + 1;
  data.assumed.push_back(concat("attribute num_classes is missing: ", data.num_classes, ", as ", object, " has them"));
}

void read_graph_set(const InputFile& file, Dataset& data) {
  if (file.has("/graphs/node_ptr")) {
    data.node_ptr = read_vector(file, "/graphs/node_ptr");
    if (data.node_ptr.empty()) {
      file.fail("/graphs/node_ptr", "is empty, expected to start at 0");
    }
  }
  set_labels(file, "/graphs/y", true, data);
  data.smiles = read_texts_if_there(file, "/graphs/smiles");
  data.graph_names = read_texts_if_there(file, "/graphs/id");
}

}  // namespace

namespace {

/// Null if they cannot be left in the file.
std::shared_ptr<const FeatureRows> features_left(const std::filesystem::path& path, const InputFile& file,
                                                 const CsrGraph& graph, std::int64_t kept_rows) {
  std::unique_ptr<FeatureFile> rows = FeatureFile::open(path);
  if (!rows) {
    return nullptr;
  }
  if (rows->shape().rows != graph.num_nodes()) {
    file.fail("/node/x", "has ", rows->shape().rows, " rows, expected ", graph.num_nodes(), ", one for each node");
  }
  if (kept_rows > 0) {
    rows->keep(most_read_nodes(graph, kept_rows));
  }
  return rows;
}

}  // namespace

DatasetSize read_dataset_size(const std::filesystem::path& path) {
  const InputFile file(path);
  DatasetSize size;
  size.task = task_of(file.text_attribute("/", "task").value_or("")).value_or(size.task);
  size.nodes = array_of_rank(file, "/graph/indptr", 1).shape[0] - 1;
  size.edges = array_of_rank(file, "/graph/indices", 1).shape[0];
  size.num_classes = file.integer_attribute("/", "num_classes").value_or(0);
  if (file.has("/node/x") && file.is_group("/node/x")) {
    const auto shape = file.integers_attribute("/node/x", "shape");
    size.features = shape && shape->size() == 2 ? (*shape)[1] : 0;
    // By row and by column, eight bytes an entry each, and where each entry stood.
    size.feature_bytes = array_of_rank(file, "/node/x/indices", 1).shape[0] * 24 + size.nodes * 8;
  } else if (file.has("/node/x")) {
    const ArrayInfo info = array_of_rank(file, "/node/x", 2);
    size.features = info.shape[1];
    size.feature_bytes = info.shape[0] * info.shape[1] * 4;
    size.has_dense_features = info.kind == Kind::real;
  }
  for (const std::string& split : file.members("/split")) {
    const std::string train = "/split/" + split + "/train";
    if (file.is_group("/split/" + split) && file.has(train)) {
      size.train_rows = std::max(size.train_rows, array_of_rank(file, train, 1).shape[0]);
    }
  }
  size.has_plain_edges = !file.has("/graphs/node_ptr") && file.place_of_int32("/graph/indices").has_value();
  for (const char* object : {"/edge/attr", "/edge/time", "/node/y", "/graph/edge_type", "/node/type", "/node/time"}) {
    if (file.has(object) && !file.is_group(object)) {
      const ArrayInfo info = file.array(object);
      const std::int64_t bytes =
          info.shape[0] * (info.shape.size() == 2 ? info.shape[1] : 1) * (info.kind == Kind::real ? 4 : 8);
      (std::string_view(object).find("edge") != std::string_view::npos ? size.edge_bytes : size.other_bytes) += bytes;
    }
  }
  return size;
}

Dataset read_dataset(const std::filesystem::path& path, const ProgressCallback& progress, const ReadOptions& options) {
  require(options.kept_rows >= 0 && options.mapped_bytes >= 0, "read_dataset: kept_rows is ", options.kept_rows,
          " and mapped_bytes ", options.mapped_bytes, ", expected 0 or more");
  const InputFile file(path);
  Dataset data;
  std::int64_t done = 0;
  const auto report = [&](const char* object) {
    if (progress) {
      progress({.stage = "reading", .done = done++, .total = 6, .detail = object});
    }
  };
  read_root_attributes(file, data);
  report("/graph");
  data.graph = read_graph(file, data.directed, options, data.assumed);
  set_direction(file, data);
  if (file.has("/graph/edge_type") && !data.graph.is_in_file()) {
    data.edge_type = read_buffer<std::int32_t>(file, "/graph/edge_type", 0, kInt32Max);
  }
  report("/edge");
  if (!data.graph.is_in_file()) {
    data.edge_features = read_features(file, "/edge/attr", data.assumed);
    read_times(file, "/edge/time", data.edge_time, data.time_unit);
  }
  report("/node");
  if (options.leaves_features && !file.has("/graphs/node_ptr")) {
    data.node_features =
        NodeFeatures(features_left(path, file, data.graph, options.only_opens ? 0 : options.kept_rows));
  }
  if (!data.node_features.is_in_file()) {
    data.node_features = read_features(file, "/node/x", data.assumed);
  }
  if (file.has("/node/type")) {
    data.node_type = read_buffer<std::int32_t>(file, "/node/type", 0, kInt32Max);
  }
  read_times(file, "/node/time", data.node_time, data.time_unit);
  set_labels(file, "/node/y", false, data);
  data.node_names = read_texts_if_there(file, "/node/name");
  if (data.node_names.empty()) {
    data.node_names = read_texts_if_there(file, "/node/id");
  }
  if (file.has("/node/original")) {
    data.original_node = read_vector(file, "/node/original");
  }
  report("/graphs");
  read_graph_set(file, data);
  read_meaning(file, data);
  read_type_features(file, data);
  report("/split");
  read_splits(file, data);
  add_split_if_none(data);
  report("checks");
  check_dataset(data, [&](const std::string& object, const std::string& problem) { file.fail(object, problem); });
  return data;
}

}  // namespace weft
