#include "weft/io/importers/h5ad_importer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>
#include <utility>
#include <vector>

#include "weft/io/dataset_checks.hpp"
#include "weft/io/declared_extent.hpp"
#include "weft/io/hdf5_file.hpp"
#include "weft/io/importers/edge_rows.hpp"
#include "weft/io/importers/h5ad_labels.hpp"
#include "weft/io/splits.hpp"

namespace weft {
namespace {

using hdf5::ArrayInfo;
using hdf5::InputFile;
using hdf5::Kind;
using hdf5::Missing;

constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();
constexpr int kNumRandomSplits = 3;

// A sparse matrix in compressed rows.
struct Rows {
  std::int64_t rows = 0, cols = 0;
  std::vector<std::int64_t> offsets, columns;
  std::vector<float> values;
};

class Importer {
 public:
  Importer(const H5adOptions& options, const ProgressCallback& progress)
      : options_(options), progress_(progress), file_(options.input) {}

  Dataset read() {
    read_graph();
    if (!options_.features.empty()) {
      read_features();
    }
    data_.node_names = read_index(file_, "/obs");
    data_.task = TaskKind::link_prediction;
    if (!options_.label.empty()) {
      read_label();
    }
    data_.name = options_.name.empty() ? options_.input.stem().string() : options_.name;
    data_.source = options_.input.filename().string();
    data_.directed = options_.directed;
    check_dataset(data_, [&](const std::string& object, const std::string& problem) { file_.fail(object, problem); });
    return std::move(data_);
  }

 private:
  void report(const std::string& object) const {
    if (progress_) {
      progress_({.stage = "reading", .done = 0, .total = 0, .detail = object});
    }
  }

  // One that the file has, or an error that lists what there is instead.
  std::string member(const std::string& group, const std::string& name) const {
    if (name.empty() || name.find('/') != std::string::npos || !file_.has(group + "/" + name)) {
      fail_without(group, name, file_.members(group));
    }
    return group + "/" + name;
  }

  [[noreturn]] void fail_without(const std::string& group, const std::string& name,
                                 const std::vector<std::string>& members) const {
    std::string there;
    for (const std::string& other : members) {
      there += (there.empty() ? "" : ", ") + other;
    }
    file_.fail(group, "has no '", name, "', expected one of: ", there.empty() ? "(nothing)" : there);
  }

  // Whether the file keeps such a group as a table, as before version 0.7; then the column must be there.
  bool is_table_with(const std::string& table, const std::string& column) const {
    const std::vector<std::string> columns = file_.columns(table);
    if (!columns.empty() && (column.empty() || std::find(columns.begin(), columns.end(), column) == columns.end())) {
      fail_without(table, column, columns);
    }
    return !columns.empty();
  }

  ArrayInfo array(const std::string& object, std::size_t rank, const std::string& column = {}) const {
    ArrayInfo info = file_.array(object, column);
    if (info.shape.size() != rank || info.kind == Kind::text) {
      file_.fail(object, "is of rank ", info.shape.size(), ", expected numbers of rank ", rank);
    }
    return info;
  }

  std::vector<std::int64_t> integers(const std::string& object, std::int64_t lowest, std::int64_t highest,
                                     const std::string& column = {}) const {
    std::vector<std::int64_t> values(static_cast<std::size_t>(array(object, 1, column).shape[0]));
    file_.read_integers<std::int64_t>(object, values, lowest, highest, column);
    return values;
  }

  // Reals, or integers as such.
  void read_numbers(const std::string& object, std::span<float> out, const std::string& column = {}) const {
    if (file_.array(object, column).kind == Kind::real) {
      file_.read_reals<float>(object, out, Missing::refused, column);
      return;
    }
    std::vector<std::int64_t> values(out.size());
    file_.read_integers<std::int64_t>(object, values, std::numeric_limits<std::int64_t>::min(), kInt64Max, column);
    std::copy(values.begin(), values.end(), out.begin());
  }

  Rows read_rows(const std::string& object) const {
    report(object);
    const auto kind = file_.text_attribute(object, "encoding-type");
    const auto old_kind = file_.text_attribute(object, "h5sparse_format");
    const std::string form = kind.value_or(old_kind.value_or("csr"));
    if (form != "csr_matrix" && form != "csr" && form != "csc_matrix" && form != "csc") {
      file_.fail(object, "is encoded as ", form, ", expected csr_matrix or csc_matrix");
    }
    const auto shape = file_.integers_attribute(object, old_kind ? "h5sparse_shape" : "shape");
    if (!file_.is_group(object) || !shape || shape->size() != 2 || (*shape)[0] < 0 || (*shape)[1] < 0) {
      file_.fail(object, "is no group with an attribute shape of two sizes, expected a csr_matrix");
    }
    // A matrix in compressed columns is the transpose of one in rows.
    const bool by_columns = form.starts_with("csc");
    Rows result{.rows = (*shape)[by_columns ? 1 : 0],
                .cols = (*shape)[by_columns ? 0 : 1],
                .offsets = integers(object + "/indptr", 0, kInt64Max),
                .columns = integers(object + "/indices", 0, (*shape)[by_columns ? 0 : 1] - 1),
                .values = {}};
    const auto entries = static_cast<std::int64_t>(result.columns.size());
    if (array(object + "/data", 1).shape[0] != entries) {
      file_.fail(object + "/data", "has ", array(object + "/data", 1).shape[0], " values, expected ", entries);
    }
    result.values.resize(result.columns.size());
    read_numbers(object + "/data", result.values);
    check_offsets(object, result);
    return by_columns ? transposed(object, result) : result;
  }

  Rows transposed(const std::string& object, const Rows& rows) const {
    if (!is_believable(rows.cols, static_cast<std::int64_t>(rows.columns.size()), kBelievedColumns)) {
      file_.fail(object, "declares ", rows.cols, " rows for ", rows.columns.size(),
                 " entries, expected an entry for every 64");
    }
    Rows result{.rows = rows.cols,
                .cols = rows.rows,
                .offsets = std::vector<std::int64_t>(static_cast<std::size_t>(rows.cols) + 1, 0),
                .columns = std::vector<std::int64_t>(rows.columns.size()),
                .values = std::vector<float>(rows.values.size())};
    for (const std::int64_t column : rows.columns) {
      ++result.offsets[static_cast<std::size_t>(column) + 1];
    }
    std::partial_sum(result.offsets.begin(), result.offsets.end(), result.offsets.begin());
    std::vector<std::int64_t> next(result.offsets.begin(), result.offsets.end() - 1);
    for (std::int64_t i = 0; i < rows.rows; ++i) {
      for (auto e = static_cast<std::size_t>(rows.offsets[static_cast<std::size_t>(i)]);
           e < static_cast<std::size_t>(rows.offsets[static_cast<std::size_t>(i) + 1]); ++e) {
        const auto place = static_cast<std::size_t>(next[static_cast<std::size_t>(rows.columns[e])]++);
        result.columns[place] = i;
        result.values[place] = rows.values[e];
      }
    }
    return result;
  }

  void check_offsets(const std::string& object, const Rows& rows) const {
    const std::vector<std::int64_t>& offsets = rows.offsets;
    if (static_cast<std::int64_t>(offsets.size()) - 1 != rows.rows) {
      file_.fail(object + "/indptr", "has ", offsets.size(), " entries, expected ", rows.rows, " rows and one");
    }
    for (std::size_t i = 0; i + 1 < offsets.size(); ++i) {
      if (offsets[i + 1] < offsets[i]) {
        file_.fail(object + "/indptr", "falls from ", offsets[i], " to ", offsets[i + 1], " at row ", i);
      }
    }
    if (offsets.front() != 0 || offsets.back() != static_cast<std::int64_t>(rows.columns.size())) {
      file_.fail(object + "/indptr", "runs from ", offsets.front(), " to ", offsets.back(), ", expected 0 to ",
                 rows.columns.size());
    }
  }

  void read_graph() {
    const bool is_old = !file_.has("/obsp") && file_.has("/uns/neighbors");
    const std::string object = member(is_old ? "/uns/neighbors" : "/obsp", options_.graph);
    const Rows rows = read_rows(object);
    if (rows.rows != rows.cols || rows.rows < 1 || rows.rows > kMaxNodes) {
      file_.fail(object, "has shape [", rows.rows, ", ", rows.cols, "], expected a square of 1 to ", kMaxNodes);
    }
    std::vector<Edge> edges;
    edges.reserve(rows.columns.size());
    for (std::int64_t u = 0; u < rows.rows; ++u) {
      for (std::int64_t i = rows.offsets[static_cast<std::size_t>(u)];
           i < rows.offsets[static_cast<std::size_t>(u) + 1]; ++i) {
        edges.push_back({static_cast<NodeId>(u), static_cast<NodeId>(rows.columns[static_cast<std::size_t>(i)])});
      }
    }
    data_.graph = CsrGraph::from_edges(rows.rows, edges, {.symmetrize = !options_.directed});
    if (!edges.empty()) {
      const Features weights =
          Tensor::from_buffer(static_cast<std::int64_t>(edges.size()), 1, Buffer<float>::copy_of(rows.values));
      data_.edge_features = select_rows(weights, places_of_edges(edges, !options_.directed));
    }
  }

  void read_features() {
    if (options_.features != "X" && is_table_with("/obsm", options_.features)) {
      read_dense_features("/obsm", options_.features);
      return;
    }
    constexpr std::string_view kLayers = "layers/";
    const bool is_layer = options_.features.starts_with(kLayers);
    const std::string object = options_.features == "X" ? "/X"
                               : is_layer               ? member("/layers", options_.features.substr(kLayers.size()))
                                                        : member("/obsm", options_.features);
    if (options_.features == "X" || is_layer) {
      name_features(read_index(file_, "/var"));
    }
    const std::int64_t num_nodes = data_.graph.num_nodes();
    if (!file_.has(object)) {
      file_.fail(object, "is missing");
    }
    if (file_.is_group(object)) {
      const Rows rows = read_rows(object);
      if (rows.rows != num_nodes || rows.cols > kMaxNodes ||
          !is_believable(rows.cols, static_cast<std::int64_t>(rows.columns.size()), kBelievedColumns)) {
        file_.fail(object, "has shape [", rows.rows, ", ", rows.cols, "] for ", rows.columns.size(),
                   " entries, expected ", num_nodes, " rows and an entry for every 64 columns");
      }
      const std::vector<std::uint32_t> columns(rows.columns.begin(), rows.columns.end());
      data_.node_features = SparseMatrix(num_nodes, rows.cols, Buffer<EdgeId>::copy_of(rows.offsets),
                                         Buffer<std::uint32_t>::copy_of(columns), Buffer<float>::copy_of(rows.values));
      return;
    }
    read_dense_features(object);
  }

  void name_features(std::vector<std::string> names) {
    const std::set<std::string_view> distinct(names.begin(), names.end());
    if (distinct.size() < names.size()) {
      data_.assumed.push_back(concat("names of variables occur twice, ", names.size() - distinct.size(),
                                     " of them, so that features have no names"));
      return;
    }
    data_.names.features = std::move(names);
  }

  // A matrix, or a column of a table whose rows are those of one.
  void read_dense_features(const std::string& object, const std::string& column = {}) {
    report(object);
    const ArrayInfo info = array(object, 2, column);
    if (info.shape[0] != data_.graph.num_nodes()) {
      file_.fail(object, "has ", info.shape[0], " rows, expected ", data_.graph.num_nodes(),
                 ", one for each observation");
    }
    Tensor x = Tensor::uninitialized(info.shape[0], info.shape[1]);
    read_numbers(object, x.values(), column);
    data_.node_features = std::move(x);
  }

  void read_label() {
    const bool in_table = is_table_with("/obs", options_.label);
    const std::string object = in_table ? "/obs" : member("/obs", options_.label);
    const bool grouped = file_.is_group(object);
    const std::string codes = grouped ? object + "/codes" : object;
    const std::string categories = in_table  ? "/uns/" + options_.label + "_categories"
                                   : grouped ? object + "/categories"
                                             : "/obs/__categories/" + options_.label;
    report(object);
    if (in_table && !file_.has(categories)) {
      file_.fail(categories, "is no categorical column, expected codes and categories");
    }
    if (file_.has(codes) && file_.has(categories)) {
      data_.class_names = read_category_names(file_, categories);
      const auto last = static_cast<std::int64_t>(data_.class_names.size()) - 1;
      data_.node_labels = integers(codes, -1, last, in_table ? options_.label : "");
    } else {
      ColumnLabels found = read_column_labels(file_, object);
      data_.node_labels = std::move(found.labels);
      data_.class_names = std::move(found.class_names);
    }
    set_task(codes);
  }

  void set_task(const std::string& object) {
    std::vector<std::int64_t> strata;
    if (const auto* classes = std::get_if<std::vector<std::int64_t>>(&data_.node_labels)) {
      strata = *classes;
      data_.task = TaskKind::node_classification;
    } else {
      const Tensor& targets = std::get<Tensor>(data_.node_labels);
      for (std::int64_t i = 0; i < targets.rows(); ++i) {
        strata.push_back(std::isnan(targets(i, 0)) ? -1 : 0);
      }
      data_.task = TaskKind::node_regression;
      data_.names.targets = {options_.label};
      data_.assumed.push_back(
          concat("'", options_.label, "' has numbers that are not whole, which are to be predicted"));
    }
    if (static_cast<std::int64_t>(strata.size()) != data_.graph.num_nodes()) {
      file_.fail(object, "has ", strata.size(), " entries, expected ", data_.graph.num_nodes());
    }
    data_.num_classes = static_cast<std::int64_t>(data_.class_names.size());
    for (int i = 0; i < kNumRandomSplits; ++i) {
      data_.splits.push_back(stratified_split(concat("rand", i), strata, std::max<std::int64_t>(1, data_.num_classes),
                                              {}, Random(options_.seed).stream(static_cast<std::uint64_t>(i))));
    }
  }

  const H5adOptions& options_;
  const ProgressCallback& progress_;
  InputFile file_;
  Dataset data_;
};

}  // namespace

Dataset import_h5ad(const H5adOptions& options, const ProgressCallback& progress) {
  return Importer(options, progress).read();
}

}  // namespace weft
