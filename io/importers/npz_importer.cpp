#include "weft/io/importers/npz_importer.hpp"

#include <algorithm>
#include <list>
#include <utility>
#include <vector>

#include "weft/io/dataset_checks.hpp"
#include "weft/io/importers/npy_array.hpp"
#include "weft/io/importers/sparse_rows.hpp"
#include "weft/io/importers/zip_archive.hpp"
#include "weft/io/splits.hpp"

namespace weft {
namespace {

constexpr std::int64_t kMostClasses = 1 << 24;
constexpr int kNumRandomSplits = 3;

class Importer {
 public:
  Importer(const NpzOptions& options, const ProgressCallback& progress)
      : options_(options), progress_(progress), archive_(options.input) {}

  Dataset read() {
    if (has("edges")) {
      read_edge_list();
    } else if (has("adj_indptr")) {
      read_adjacency();
    } else if (has("indptr")) {
      read_matrix();
    } else {
      throw DataError(
          options_.input.string(), "",
          "has no array edges, adj_indptr or indptr, expected the layout of heterophilous-graphs, of Shchur "
          "et al. (2018) or of scipy.sparse.save_npz");
    }
    if (data_.splits.empty() && data_.task == TaskKind::node_classification) {
      make_splits();
    }
    data_.name = options_.name.empty() ? options_.input.stem().string() : options_.name;
    data_.source = options_.input.filename().string();
    data_.directed = options_.directed;
    check_dataset(data_, options_.input);
    return std::move(data_);
  }

 private:
  [[nodiscard]] bool has(const std::string& name) const { return archive_.has(name + ".npy"); }

  NumberArray array(const std::string& name) {
    if (!has(name)) {
      throw DataError(options_.input.string(), name, "is missing");
    }
    if (progress_) {
      progress_(
          {.stage = "reading arrays", .done = static_cast<std::int64_t>(held_.size()), .total = 0, .detail = name});
    }
    held_.push_back(archive_.read(name + ".npy"));
    return parse_npy(held_.back(), options_.input.string(), name);
  }

  void read_edge_list() {
    const NumberArray labels = array("node_labels");
    set_labels(labels);
    const NumberArray edges = array("edges");
    edges.expect_rank(2);
    edges.expect_shape({edges.shape()[0], 2});
    std::vector<Edge> list;
    list.reserve(static_cast<std::size_t>(edges.shape()[0]));
    for (std::int64_t i = 0; i < edges.size(); i += 2) {
      list.push_back({static_cast<NodeId>(edges.integer(i, "node", 0, num_nodes_ - 1)),
                      static_cast<NodeId>(edges.integer(i + 1, "node", 0, num_nodes_ - 1))});
    }
    set_graph(list);
    if (has("node_features")) {
      const NumberArray features = array("node_features");
      features.expect_rank(2);
      features.expect_shape({num_nodes_, features.shape()[1]});
      data_.node_features = features_of(features);
    }
    if (has("train_masks") || has("val_masks") || has("test_masks")) {
      read_masks();
    }
  }

  /// The entries of the square matrix whose arrays' names start so; its size becomes the number of nodes.
  std::vector<Edge> entries(const std::string& prefix) {
    const NumberArray offsets = array(prefix + "indptr");
    const NumberArray columns = array(prefix + "indices");
    offsets.expect_rank(1);
    columns.expect_rank(1);
    num_nodes_ = offsets.size() - 1;
    if (num_nodes_ < 1 || num_nodes_ > kMaxNodes) {
      offsets.fail("has ", offsets.size(), " entries, expected 2 to ", kMaxNodes + 1, ", one for each node and one");
    }
    if (has(prefix + "shape")) {
      const NumberArray shape = array(prefix + "shape");
      shape.expect_shape({2});
      shape.expect_integer(0, "size", num_nodes_);
      shape.expect_integer(1, "size", num_nodes_);
    }
    check_offsets(offsets, num_nodes_, columns.size());
    std::vector<Edge> list;
    list.reserve(static_cast<std::size_t>(columns.size()));
    for (std::int64_t u = 0; u < num_nodes_; ++u) {
      for (std::int64_t i = offsets.integer(u); i < offsets.integer(u + 1); ++i) {
        list.push_back({static_cast<NodeId>(u), static_cast<NodeId>(columns.integer(i, "node", 0, num_nodes_ - 1))});
      }
    }
    return list;
  }

  void read_matrix() {
    // A text, which NumberArray is not: the elements come last.
    const std::string format = has("format") ? archive_.read("format.npy") : "";
    if (!format.ends_with("csr")) {
      throw DataError(options_.input.string(), "format", "is not csr, expected a matrix compressed by rows");
    }
    set_graph(entries(""));
    data_.task = TaskKind::link_prediction;
  }

  void read_adjacency() {
    const std::vector<Edge> list = entries("adj_");
    const NumberArray labels = array("labels");
    labels.expect_shape({num_nodes_});
    set_labels(labels);
    set_graph(list);
    if (has("attr_matrix")) {
      const NumberArray features = array("attr_matrix");
      features.expect_rank(2);
      features.expect_shape({num_nodes_, features.shape()[1]});
      data_.node_features = features_of(features);
    } else if (has("attr_indptr")) {
      const NumberArray shape = array("attr_shape");
      shape.expect_shape({2});
      shape.expect_integer(0, "size", num_nodes_);
      data_.node_features = to_sparse({.offsets = array("attr_indptr"),
                                       .columns = array("attr_indices"),
                                       .values = array("attr_data"),
                                       .rows = num_nodes_,
                                       .cols = shape.integer(1, "size", 1, kMaxNodes)});
    }
  }

  void set_graph(const std::vector<Edge>& edges) {
    data_.graph = CsrGraph::from_edges(num_nodes_, edges, {.symmetrize = !options_.directed});
  }

  void set_labels(const NumberArray& labels) {
    labels.expect_rank(1);
    num_nodes_ = labels.size();
    if (num_nodes_ < 1 || num_nodes_ > kMaxNodes) {
      labels.fail("has ", num_nodes_, " entries, expected 1 to ", kMaxNodes, ", one for each node");
    }
    std::vector<std::int64_t> classes(static_cast<std::size_t>(num_nodes_));
    for (std::int64_t i = 0; i < num_nodes_; ++i) {
      const std::int64_t label = labels.label(i, kMostClasses);
      classes[static_cast<std::size_t>(i)] = label;
      data_.num_classes = std::max(data_.num_classes, label + 1);
    }
    data_.task = TaskKind::node_classification;
    data_.node_labels = std::move(classes);
  }

  // Sets of nodes, one of each row: where the mask is true.
  std::vector<std::vector<std::int64_t>> read_sets(const std::string& name) {
    const NumberArray masks = array(name);
    const std::int64_t rows = masks.shape().size() == 1 ? 1 : masks.shape().empty() ? 0 : masks.shape()[0];
    if (masks.shape().size() == 1) {
      masks.expect_shape({num_nodes_});
    } else {
      masks.expect_shape({rows, num_nodes_});
    }
    std::vector<std::vector<std::int64_t>> sets(static_cast<std::size_t>(rows));
    for (std::int64_t i = 0; i < masks.size(); ++i) {
      if (masks.integer(i, "mask", 0, 1) == 1) {
        sets[static_cast<std::size_t>(i / num_nodes_)].push_back(i % num_nodes_);
      }
    }
    return sets;
  }

  void read_masks() {
    auto train = read_sets("train_masks");
    auto val = read_sets("val_masks");
    auto test = read_sets("test_masks");
    if (train.size() != val.size() || train.size() != test.size()) {
      throw DataError(options_.input.string(), "val_masks",
                      concat("there are ", train.size(), ", ", val.size(), " and ", test.size(),
                             " masks for train, val and test, expected as many of each"));
    }
    for (std::size_t i = 0; i < train.size(); ++i) {
      data_.splits.push_back({.name = std::to_string(i),
                              .train = std::move(train[i]),
                              .val = std::move(val[i]),
                              .test = std::move(test[i])});
    }
  }

  void make_splits() {
    const auto& labels = std::get<std::vector<std::int64_t>>(data_.node_labels);
    for (int i = 0; i < kNumRandomSplits; ++i) {
      data_.splits.push_back(stratified_split(concat("rand", i), labels, data_.num_classes, {},
                                              Random(options_.seed).stream(static_cast<std::uint64_t>(i))));
    }
  }

  const NpzOptions& options_;
  const ProgressCallback& progress_;
  ZipArchive archive_;
  /// What the arrays view; a list, so that none moves.
  std::list<std::string> held_;
  std::int64_t num_nodes_ = 0;
  Dataset data_;
};

}  // namespace

Dataset import_npz(const NpzOptions& options, const ProgressCallback& progress) {
  return Importer(options, progress).read();
}

}  // namespace weft
