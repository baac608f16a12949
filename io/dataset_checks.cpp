#include "weft/io/dataset_checks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <set>

#include "weft/core/parallel.hpp"
#include "weft/io/declared_extent.hpp"
#include "weft/io/utf8.hpp"

namespace weft {

bool is_classification(TaskKind task) {
  return task == TaskKind::node_classification || task == TaskKind::graph_classification;
}

bool is_regression(TaskKind task) {
  return task == TaskKind::node_regression || task == TaskKind::graph_regression;
}

namespace {

// The first i in [0, count) for which `breaks(i)`, or count.
template <class Breaks>
std::int64_t first_that(std::int64_t count, const Breaks& breaks) {
  constexpr std::int64_t kChunk = 1 << 16;
  std::vector<std::int64_t> first(static_cast<std::size_t>((count + kChunk - 1) / kChunk), count);
  parallel_for(count, kChunk, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      if (breaks(i)) {
        first[static_cast<std::size_t>(begin / kChunk)] = i;
        return;
      }
    }
  });
  return first.empty() ? count : *std::min_element(first.begin(), first.end());
}

std::int64_t copies(const CsrGraph& graph, NodeId source, NodeId destination) {
  return static_cast<std::int64_t>(std::ranges::equal_range(graph.sources_of(destination), source).size());
}

/// Where the data are: in a file every rule counts; in memory those that what is made of them takes for granted. Of the
/// rest of a large dataset all but its edges and features are there.
enum class Place { file, memory, rest };

class Checker {
 public:
  Checker(const Dataset& data, std::int64_t num_nodes, EdgeId num_edges, const Refuse& refuse,
          Place place = Place::file)
      : data_(data), num_nodes_(num_nodes), num_edges_(num_edges), refuse_(refuse), place_(place) {}

  /// A permutation of the nodes.
  void check_original() const {
    check_count("/node/original", data_.original_node.size(), num_nodes_, "node");
    std::vector<char> seen(data_.original_node.size(), 0);
    for (std::size_t v = 0; v < data_.original_node.size(); ++v) {
      const std::int64_t original = data_.original_node[v];
      if (original < 0 || original >= num_nodes_ || seen[static_cast<std::size_t>(original)] != 0) {
        refuse_("/node/original",
                concat("is ", original, " at ", v, ", expected every node from 0 to ", num_nodes_ - 1, " once"));
        return;
      }
      seen[static_cast<std::size_t>(original)] = 1;
    }
  }

  void check() const {
    check_attributes();
    check_graphs();
    check_graph();
    check_features("/edge/attr", data_.edge_features, num_edges_);
    if (!data_.node_features.is_in_file()) {
      check_features("/node/x", data_.node_features, num_nodes_);
    } else if (data_.node_features.shape().rows != num_nodes_) {
      fail("/node/x", "has ", data_.node_features.shape().rows, " rows, expected ", num_nodes_);
    }
    check_arrays();
  }

  void check_rest() const {
    check_attributes();
    check_arrays();
  }

 private:
  void check_arrays() const {
    check_names();
    check_count("/graph/edge_type", data_.edge_type.size(), num_edges_, "edge");
    check_not_negative("/graph/edge_type", data_.edge_type);
    check_count("/edge/time", data_.edge_time.size(), num_edges_, "edge");
    check_count("/node/time", data_.node_time.size(), num_nodes_, "node");
    check_count("/node/type", data_.node_type.size(), num_nodes_, "node");
    check_not_negative("/node/type", data_.node_type);
    check_count("/node/name", data_.node_names.size(), num_nodes_, "node");
    check_texts("/node/name", data_.node_names);
    check_original();
    check_count("/graphs/smiles", data_.smiles.size(), data_.has_many_graphs() ? data_.num_graphs() : 0, "graph");
    check_texts("/graphs/smiles", data_.smiles);
    check_count("/graphs/id", data_.graph_names.size(), data_.has_many_graphs() ? data_.num_graphs() : 0, "graph");
    check_texts("/graphs/id", data_.graph_names);
    check_labels("/node/y", data_.node_labels, num_nodes_, !of_graphs());
    check_labels("/graphs/y", data_.graph_labels, data_.has_many_graphs() ? data_.num_graphs() : 0, of_graphs());
    check_splits();
  }

  template <class... Parts>
  void fail(const std::string& object, const Parts&... parts) const {
    refuse_(object, concat(parts...));
  }

  [[nodiscard]] bool of_graphs() const {
    return data_.task == TaskKind::graph_classification || data_.task == TaskKind::graph_regression;
  }

  void check_attributes() const {
    // Throws for what is no task.
    (void)name_of(data_.task);
    if (is_classification(data_.task) &&
        (data_.num_classes < 1 || data_.num_classes > std::numeric_limits<std::int32_t>::max())) {
      fail("/", "attribute num_classes is ", data_.num_classes, ", expected 1 to 2147483647 for ", name_of(data_.task));
    }
    if (data_.num_classes < 0) {
      fail("/", "attribute num_classes is ", data_.num_classes, ", expected 0 or more");
    }
    check_count("/meta/class_name", data_.class_names.size(), data_.num_classes, "class");
    check_lines("/meta/class_name", data_.class_names);
    check_class_names_differ();
    check_num_classes();
    if (of_graphs() && !data_.has_many_graphs()) {
      fail("/graphs/node_ptr", "is missing, expected for ", name_of(data_.task));
    }
    check_texts("/", {data_.name, data_.source, data_.license, data_.time_unit});
  }

  /// Classes are matched by name; those without one are not.
  void check_class_names_differ() const {
    std::vector<std::string_view> names(data_.class_names.begin(), data_.class_names.end());
    std::ranges::sort(names);
    const auto twice = std::ranges::adjacent_find(names, [](auto a, auto b) { return a == b && !a.empty(); });
    if (twice != names.end()) {
      fail("/meta/class_name", "has two classes '", twice->substr(0, 60), "', expected names that differ");
    }
  }

  void check_names() const {
    const auto cols_of = [](const Labels& labels) {
      const auto* targets = std::get_if<Tensor>(&labels);
      return targets != nullptr ? targets->cols() : 0;
    };
    const std::int64_t targets = std::max(cols_of(data_.node_labels), cols_of(data_.graph_labels));
    const bool rest = place_ == Place::rest;
    check_columns("/node/x", data_.names.features, rest ? -1 : data_.node_features.shape().cols,
                  rest || data_.node_features.is_in_file() ? -1 : num_values(data_.node_features.in_memory()));
    check_columns("/edge/attr", data_.names.edge_features, rest ? -1 : shape_of(data_.edge_features).cols,
                  num_values(data_.edge_features));
    check_columns(of_graphs() ? "/graphs/y" : "/node/y", data_.names.targets, targets);
    check_lines("/node/type", data_.names.node_types);
    check_lines("/graph/edge_type", data_.names.edge_types);
    check_texts("/meta/assumed", data_.assumed);
    check_texts("/meta/encoder", {data_.encoder});
    const bool knows_edges = place_ != Place::rest && !data_.graph.is_in_file();
    const std::int64_t edge_columns =
        knows_edges ? shape_of(data_.edge_features).cols : std::numeric_limits<std::int64_t>::max();
    if (data_.weight_column < -1 || data_.weight_column >= edge_columns) {
      fail("/edge/attr", "attribute weight is ", data_.weight_column, ", expected a column of 0 to ", edge_columns - 1,
           ", or -1");
    }
  }

  /// Values of all columns of categories, which may be named instead of the columns; otherwise -1.
  static std::int64_t num_values(const Features& features) {
    const auto* categories = std::get_if<CategoricalMatrix>(&features);
    return categories == nullptr
               ? -1
               : std::accumulate(categories->num_categories.begin(), categories->num_categories.end(), std::int64_t{0});
  }

  /// `count`: -1 where it is not known.
  void check_columns(const std::string& object, const std::vector<std::string>& names, std::int64_t count,
                     std::int64_t values = -1) const {
    check_lines(object, names);
    if (names.empty() || count < 0) {
      return;
    }
    if (static_cast<std::int64_t>(names.size()) != values) {
      check_count(concat("the names of the columns of ", object), names.size(), count, "column");
    }
    std::set<std::string_view> seen;
    for (const std::string& name : names) {
      if (!seen.insert(name).second) {
        fail(object, "has two columns '", name, "', expected another name for each");
      }
    }
  }

  // A class costs a model a row of weights, and every output a column: more than the data can speak of would only ask
  // for memory.
  void check_num_classes() const {
    constexpr std::int64_t kInAnyCase = 1 << 16;
    const auto rows_of = [](const Labels& labels) {
      const auto* classes = std::get_if<std::vector<std::int64_t>>(&labels);
      const auto* targets = std::get_if<Tensor>(&labels);
      return classes != nullptr ? static_cast<std::int64_t>(classes->size()) : targets != nullptr ? targets->rows() : 0;
    };
    const std::int64_t named = std::ranges::count_if(data_.class_names, [](const auto& name) { return !name.empty(); });
    const std::int64_t most = std::max({kInAnyCase, rows_of(data_.node_labels), rows_of(data_.graph_labels), named});
    if (data_.num_classes > most) {
      fail("/", "attribute num_classes is ", data_.num_classes, ", expected at most ", most,
           ": no more than there are labels or names of classes, or ", kInAnyCase);
    }
  }

  void check_graph() const {
    const CsrGraph& graph = data_.graph;
    if (graph.num_sources() != graph.num_nodes()) {
      fail("/graph/indices", "names ", graph.num_sources(), " sources in a graph of ", graph.num_nodes(), " nodes");
    }
    // Rows in a file were checked while they were read.
    if (data_.directed || place_ == Place::memory || graph.is_in_file() || is_symmetric(graph)) {
      return;
    }
    for (std::int64_t v = 0; v < graph.num_nodes(); ++v) {
      for (const NodeId u : graph.sources_of(static_cast<NodeId>(v))) {
        const auto there = copies(graph, u, static_cast<NodeId>(v)), back = copies(graph, static_cast<NodeId>(v), u);
        if (there != back) {
          fail("/graph/indices", "edge ", u, " -> ", v,
               back == 0 ? " has no edge " : " is there more or less often than ", v, " -> ", u,
               ", expected both in a graph that is not directed");
        }
      }
    }
  }

  void check_graphs() const {
    const std::vector<std::int64_t>& ptr = data_.node_ptr;
    if (ptr.empty()) {
      return;
    }
    if (ptr.front() != 0 || ptr.back() != num_nodes_) {
      fail("/graphs/node_ptr", "runs from ", ptr.front(), " to ", ptr.back(), ", expected 0 to ", num_nodes_,
           ", the number of nodes");
    }
    for (std::size_t g = 0; g + 1 < ptr.size(); ++g) {
      if (ptr[g + 1] < ptr[g]) {
        fail("/graphs/node_ptr", "falls from ", ptr[g], " to ", ptr[g + 1], " at ", g + 1,
             ", expected values that do not fall");
      }
    }
    for (std::size_t g = 0; g + 1 < ptr.size(); ++g) {
      for (std::int64_t v = ptr[g]; v < ptr[g + 1]; ++v) {
        for (const NodeId u : data_.graph.sources_of(static_cast<NodeId>(v))) {
          if (u < ptr[g] || u >= ptr[g + 1]) {
            fail("/graph/indices", "edge ", u, " -> ", v, " leaves graph ", g, ", which owns nodes ", ptr[g], " to ",
                 ptr[g + 1] - 1, "; expected no edge between graphs");
          }
        }
      }
    }
  }

  // Empty, or one for each.
  void check_count(const std::string& object, std::size_t count, std::int64_t expected, std::string_view what) const {
    if (count != 0 && count != static_cast<std::size_t>(expected)) {
      fail(object, "has ", count, " entries, expected ", expected, ", one for each ", what);
    }
  }

  void check_not_negative(const std::string& object, std::span<const std::int32_t> values) const {
    const auto found = std::find_if(values.begin(), values.end(), [](std::int32_t value) { return value < 0; });
    if (found != values.end()) {
      fail(object, "value ", *found, " at ", found - values.begin(), ", expected 0 or more");
    }
  }

  /// Names of columns and classes: lists of them are kept a line each.
  void check_lines(const std::string& object, const std::vector<std::string>& names) const {
    check_texts(object, names);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (names[i].find('\n') != std::string::npos) {
        fail(object, "the name at ", i, " holds the end of a line, expected names of one line");
      }
    }
  }

  void check_texts(const std::string& object, const std::vector<std::string>& texts) const {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      if (!is_utf8(texts[i]) || texts[i].find('\0') != std::string::npos) {
        fail(object, "the string at ", i, " is not valid UTF-8 without NUL");
      }
    }
  }

  void check_features(const std::string& object, const Features& features, std::int64_t rows) const {
    if (std::holds_alternative<std::monostate>(features)) {
      return;
    }
    if (shape_of(features).rows != rows) {
      fail(object, "has ", shape_of(features).rows, " rows, expected ", rows);
    }
    if (const auto* dense = std::get_if<Tensor>(&features)) {
      check_finite(object, dense->values(), dense->cols());
    } else if (const auto* sparse = std::get_if<SparseMatrix>(&features); sparse != nullptr && sparse->rows() > 0) {
      check_finite(object + "/data", sparse->by_row().values, 0);
    } else if (const auto* categorical = std::get_if<CategoricalMatrix>(&features)) {
      check_categories(object, *categorical);
    }
  }

  void check_finite(const std::string& object, std::span<const float> values, std::int64_t cols) const {
    const auto count = static_cast<std::int64_t>(values.size());
    const std::int64_t i =
        first_that(count, [&](std::int64_t k) { return !std::isfinite(values[static_cast<std::size_t>(k)]); });
    if (i < count) {
      fail(object, "value ", values[static_cast<std::size_t>(i)], " at ",
           cols > 0 ? concat("[", i / cols, ", ", i % cols, "]") : concat(i), ", expected a finite number");
    }
  }

  void check_categories(const std::string& object, const CategoricalMatrix& matrix) const {
    const std::int64_t cols = matrix.cols();
    if (static_cast<std::int64_t>(matrix.values.size()) != matrix.rows * cols) {
      fail(object, "has ", matrix.values.size(), " values, expected ", matrix.rows, " x ", cols);
    }
    std::int64_t all = 0;
    for (const std::int64_t categories : matrix.num_categories) {
      if (categories < 1 || categories > std::numeric_limits<std::int32_t>::max()) {
        fail(object, "attribute num_categories holds ", categories, ", expected 1 to 2147483647");
      }
      all += categories;
    }
    if (!is_believable(all, matrix.rows * cols, kBelievedColumns)) {
      fail(object, "attribute num_categories declares ", all, " categories in all for ", matrix.rows * cols,
           " values, expected at most ", kBelievedColumns, ", or a value for every 64");
    }
    const auto outside = [&](std::int64_t i) {
      const std::int32_t value = matrix.values[static_cast<std::size_t>(i)];
      return value < 0 || value >= matrix.num_categories[static_cast<std::size_t>(i % cols)];
    };
    const std::int64_t count = matrix.rows * cols;
    if (const std::int64_t i = first_that(count, outside); i < count) {
      fail(object, "value ", matrix.values[static_cast<std::size_t>(i)], " at [", i / cols, ", ", i % cols,
           "], expected 0 to ", matrix.num_categories[static_cast<std::size_t>(i % cols)] - 1);
    }
  }

  // `is_target`: the task is to predict these.
  void check_labels(const std::string& object, const Labels& labels, std::int64_t rows, bool is_target) const {
    if (const auto* classes = std::get_if<std::vector<std::int64_t>>(&labels)) {
      if (static_cast<std::int64_t>(classes->size()) != rows) {
        fail(object, "has ", classes->size(), " labels, expected ", rows);
      }
      if (is_target && is_regression(data_.task)) {
        fail(object, "holds classes, expected real targets for ", name_of(data_.task));
      }
      check_classes(object, *classes, is_target && data_.num_classes > 0);
    } else if (const auto* targets = std::get_if<Tensor>(&labels)) {
      if (targets->rows() != rows || targets->cols() < 1) {
        fail(object, "has shape ", targets->shape(), ", expected ", rows, " rows of one target or more");
      }
      check_targets(object, *targets, is_target && is_classification(data_.task));
    }
  }

  void check_classes(const std::string& object, const std::vector<std::int64_t>& classes, bool bounded) const {
    const std::int64_t end = bounded ? data_.num_classes : std::numeric_limits<std::int32_t>::max();
    for (std::size_t i = 0; i < classes.size(); ++i) {
      if (classes[i] < -1 || classes[i] >= end) {
        fail(object, "class ", classes[i], " at ", i, ", expected -1 (unlabeled) to ", end - 1);
      }
    }
  }

  // Several targets of a classification are each 0 or 1.
  void check_targets(const std::string& object, const Tensor& targets, bool binary) const {
    for (std::int64_t i = 0; i < targets.size(); ++i) {
      const float value = targets.data()[i];
      if (std::isinf(value) || (binary && !std::isnan(value) && value != 0.0F && value != 1.0F)) {
        fail(object, "value ", value, " at [", i / targets.cols(), ", ", i % targets.cols(), "], expected ",
             binary ? "0, 1" : "a finite number", " or NaN (missing)");
      }
    }
  }

  void check_splits() const {
    const bool of_graph_numbers = data_.has_many_graphs();
    const std::int64_t count = of_graph_numbers ? data_.num_graphs() : num_nodes_;
    const Labels& labels = of_graph_numbers ? data_.graph_labels : data_.node_labels;
    const auto* classes = is_classification(data_.task) ? std::get_if<std::vector<std::int64_t>>(&labels) : nullptr;
    const std::string_view what = of_graph_numbers ? "graph" : "node";
    std::set<std::string> names;
    // One for all splits, cleared member by member: a file may name many splits of few.
    std::vector<char> owner(data_.splits.empty() ? 0 : static_cast<std::size_t>(count), 0);
    for (const Split& split : data_.splits) {
      const std::string group = "/split/" + split.name;
      if (split.name.empty() || split.name == "." || split.name.find('/') != std::string::npos ||
          split.name.find('\0') != std::string::npos || !is_utf8(split.name) || !names.insert(split.name).second) {
        fail(group, "is not a name for a split, expected UTF-8 text without '/', each name once");
      }
      check_part(group, "train", split.train, what, owner, classes);
      check_part(group, "val", split.val, what, owner, classes);
      check_part(group, "test", split.test, what, owner, classes);
      for (const std::vector<std::int64_t>* part : {&split.train, &split.val, &split.test}) {
        for (const std::int64_t member : *part) {
          owner[static_cast<std::size_t>(member)] = 0;
        }
      }
      check_links(group, split);
    }
  }

  void check_links(const std::string& group, const Split& split) const {
    if (split.has_edges() && data_.has_many_graphs()) {
      fail(group, "holds links in a dataset of ", data_.num_graphs(), " graphs, expected one graph");
    }
    struct Part {
      const char* name;
      const std::vector<Edge>& links;
    };
    // Each pair with its smaller end first, and the part that it is in.
    std::vector<std::pair<Edge, const char*>> pairs;
    for (const Part& part : {Part{"train_edges", split.train_edges}, Part{"val_edges", split.val_edges},
                             Part{"test_edges", split.test_edges}}) {
      for (std::size_t i = 0; i < part.links.size(); ++i) {
        const auto [source, destination] = part.links[i];
        if (source >= num_nodes_ || destination >= num_nodes_ || source == destination) {
          fail(group + "/" + part.name, "link ", source, " - ", destination, " at ", i,
               ", expected two different nodes from 0 to ", num_nodes_ - 1);
        }
        pairs.emplace_back(Edge{std::min(source, destination), std::max(source, destination)}, part.name);
      }
    }
    std::ranges::stable_sort(pairs, {}, &std::pair<Edge, const char*>::first);
    for (std::size_t i = 1; i < pairs.size(); ++i) {
      if (pairs[i].first == pairs[i - 1].first && pairs[i].second != pairs[i - 1].second) {
        fail(group + "/" + pairs[i].second, "link ", pairs[i].first.source, " - ", pairs[i].first.destination,
             " is already in ", pairs[i - 1].second, ", expected disjoint sets");
      }
    }
  }

  void check_part(const std::string& group, const std::string& part, const std::vector<std::int64_t>& members,
                  std::string_view what, std::vector<char>& owner, const std::vector<std::int64_t>* classes) const {
    const std::string object = group + "/" + part;
    for (std::size_t i = 0; i < members.size(); ++i) {
      const std::int64_t member = members[i];
      if (member < 0 || member >= static_cast<std::int64_t>(owner.size())) {
        fail(object, what, " ", member, " at ", i, ", expected 0 to ", static_cast<std::int64_t>(owner.size()) - 1);
      }
      char& first = owner[static_cast<std::size_t>(member)];
      const char own = part == "test" ? 'e' : part[0];
      if (first == own || (first != 0 && place_ != Place::memory)) {
        fail(object, what, " ", member, " at ", i, " is already in ",
             first == 't'   ? "train"
             : first == 'v' ? "val"
                            : "test",
             ", expected disjoint sets without repeats");
      }
      first = own;
      if (classes != nullptr && (*classes)[static_cast<std::size_t>(member)] < 0) {
        fail(object, what, " ", member, " at ", i, " is unlabeled, expected a class for every ", what, " of a split");
      }
    }
  }

  const Dataset& data_;
  std::int64_t num_nodes_;
  EdgeId num_edges_;
  const Refuse& refuse_;
  Place place_;
};

}  // namespace

void check_dataset(const Dataset& dataset, const Refuse& refuse) {
  Checker(dataset, dataset.graph.num_nodes(), dataset.graph.num_edges(), refuse).check();
}

void check_dataset_rest(const Dataset& rest, std::int64_t num_nodes, EdgeId num_edges, const Refuse& refuse) {
  Checker(rest, num_nodes, num_edges, refuse, Place::rest).check_rest();
}

void check_dataset(const Dataset& dataset, const std::filesystem::path& file) {
  check_dataset(dataset, [&](const std::string& object, const std::string& problem) {
    throw DataError(file.string(), object, problem);
  });
}

void check_dataset(const Dataset& dataset) {
  const Refuse refuse = [&](const std::string& object, const std::string& problem) {
    throw DataError(dataset.name.empty() ? "the dataset" : dataset.name, object, problem);
  };
  Checker(dataset, dataset.graph.num_nodes(), dataset.graph.num_edges(), refuse, Place::memory).check();
}

}  // namespace weft
