#include "weft/train/memory_estimate.hpp"

#include <algorithm>
#include <vector>

#include "weft/core/buffer.hpp"
#include "weft/core/memory_peak.hpp"
#include "weft/graph/generators.hpp"
#include "weft/train/memory_plan.hpp"
#include "weft/train/problem.hpp"
#include "weft/train/training_run.hpp"

namespace weft {
namespace {

/// Rows of the width of the features, all zero.
class ZeroRows final : public FeatureRows {
 public:
  explicit ZeroRows(Shape shape) : shape_(shape) {}
  [[nodiscard]] Shape shape() const override { return shape_; }
  [[nodiscard]] Features rows(std::span<const std::uint32_t> index) const override {
    return Tensor(static_cast<std::int64_t>(index.size()), shape_.cols);
  }

 private:
  Shape shape_;
};

/// What blocks kept for reuse add to what is live (core/buffer.hpp): at most a quarter, about a tenth as measured.
std::int64_t with_kept_blocks(std::int64_t bytes) {
  return bytes + bytes / 10;
}

/// The most that `work` takes beside what is there already.
template <class Work>
std::int64_t peak_of(const Work& work) {
  reset_memory_peak();
  const std::int64_t before = memory_use().live;
  work();
  return memory_use().peak - before;
}

/// Features of the same form and width as those of the dataset, of so many rows.
Features features_like(const Dataset& dataset, const DatasetSize& size, std::int64_t rows) {
  if (const auto* sparse = std::get_if<SparseMatrix>(&dataset.node_features)) {
    const EdgeId each = sparse->num_entries() / std::max<std::int64_t>(1, sparse->rows());
    Buffer<EdgeId> offsets(static_cast<std::size_t>(rows) + 1);
    Buffer<std::uint32_t> columns(static_cast<std::size_t>(rows * each));
    for (std::int64_t v = 0; v <= rows; ++v) {
      offsets[static_cast<std::size_t>(v)] = v * each;
    }
    for (std::int64_t i = 0; i < rows * each; ++i) {
      columns[static_cast<std::size_t>(i)] = static_cast<std::uint32_t>(i * 7919 % sparse->cols());
    }
    Buffer<float> values(columns.size(), 1.0F);
    return SparseMatrix(rows, sparse->cols(), std::move(offsets), std::move(columns), std::move(values));
  }
  if (const auto* categorical = std::get_if<CategoricalMatrix>(&dataset.node_features)) {
    return CategoricalMatrix{.rows = rows,
                             .num_categories = categorical->num_categories,
                             .values = Buffer<std::int32_t>(static_cast<std::size_t>(rows * categorical->cols()), 0)};
  }
  return size.has_dense_features ? Features(Tensor::full(rows, size.features, 0.5F)) : Features();
}

/// A random graph of so many nodes, with as many edges, features, labels and training nodes for each as the dataset.
Dataset smaller_like(const Dataset& dataset, const DatasetSize& size, const Split& split, std::int64_t nodes) {
  Dataset small;
  small.name = dataset.name;
  small.task = dataset.task;
  small.num_classes = dataset.num_classes;
  const double share = static_cast<double>(nodes) / static_cast<double>(std::max<std::int64_t>(1, size.nodes));
  small.graph = rmat({.num_nodes = nodes,
                      .num_edges = static_cast<std::int64_t>(static_cast<double>(size.edges) * share / 2.0) + 1,
                      .a = 0.25,
                      .b = 0.25,
                      .c = 0.25,
                      .undirected = true});
  small.node_features = features_like(dataset, size, nodes);
  std::vector<std::int64_t> labels(static_cast<std::size_t>(nodes));
  Split parts;
  parts.name = split.name;
  const auto train =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(split.train.size()) * share));
  for (std::int64_t v = 0; v < nodes; ++v) {
    labels[static_cast<std::size_t>(v)] = v % dataset.num_classes;
    (v < train ? parts.train : v % 2 == 0 ? parts.val : parts.test).push_back(v);
  }
  small.node_labels = std::move(labels);
  small.splits = {std::move(parts)};
  return small;
}

/// What work on a graph of size.nodes takes, from what it takes on two small ones: time and memory of every model are
/// linear in nodes and edges.
template <class Work>
std::int64_t extrapolated(const Dataset& dataset, const DatasetSize& size, const Split& split, const Work& work) {
  const std::int64_t large = std::clamp<std::int64_t>(size.nodes / 4, 1, 40000),
                     small = std::max<std::int64_t>(1, large / 2);
  const auto measured = [&](std::int64_t nodes) {
    const Dataset data = smaller_like(dataset, size, split, nodes);
    return peak_of([&] { work(data); });
  };
  const std::int64_t first = measured(small), second = measured(large);
  const double slope =
      static_cast<double>(second - first) / static_cast<double>(std::max<std::int64_t>(1, large - small));
  return second + static_cast<std::int64_t>(slope * static_cast<double>(size.nodes - large));
}

/// Layer by layer, in chunks: states of two layers, outputs, and what a chunk reads.
std::int64_t layerwise_bytes(const DatasetSize& size, const Options& options) {
  const std::int64_t hidden = options.integer("hidden");
  const std::int64_t degree = size.edges / std::max<std::int64_t>(1, size.nodes) + 1;
  const std::int64_t asked = options.integer("inference_rows"), rows = asked > 0 ? asked : 1 << 14;
  const std::int64_t inputs = std::min(size.nodes, rows * (degree + 1));
  return 4 * size.nodes * (2 * hidden + 2 * size.num_classes) + 4 * inputs * (size.features + 3 * hidden);
}

}  // namespace

MemoryEstimate estimate_memory(Dataset dataset, const DatasetSize& size, const TrainJob& job,
                               bool features_stay_in_file) {
  require(dataset.task == Task::node_classification, "estimate: the task is ", name_of(dataset.task),
          ", expected node_classification");
  const Split split = *dataset.find_split(job.splits.at(0));
  MemoryEstimate estimate{.data = graph_bytes(size), .features = features_stay_in_file ? 0 : size.feature_bytes};
  TrainJob dry = job;
  dry.folder.clear();
  dry.options.set("epochs", "1");
  if (job.options.text("sampler") == "none") {
    // With the features' own copies (normalized ones), encodings and all that a pass keeps.
    estimate.training =
        with_kept_blocks(extrapolated(dataset, size, split, [&](const Dataset& data) { (void)train(data, dry); }));
    return estimate;
  }
  const bool by_layers = features_stay_in_file || job.options.integer("inference_rows") > 0;
  if (by_layers) {
    estimate.evaluation = with_kept_blocks(layerwise_bytes(size, job.options));
  } else {
    estimate.evaluation = with_kept_blocks(extrapolated(dataset, size, split, [&](const Dataset& data) {
      const auto problem = make_problem(data, dry);
      (void)problem->infer(*problem->new_model(Random(0)));
    }));
  }
  if (size.has_dense_features && suited_sampler(job.model, job.options) == "neighbor") {
    dataset.node_features = {};
    dataset.features_in_file = std::make_shared<ZeroRows>(Shape{size.nodes, size.features});
  } else if (size.has_dense_features) {
    // Models that read them all in evaluation, or hops of them.
    dataset.features_in_file = nullptr;
    dataset.node_features = Tensor(size.nodes, size.features);
  }
  estimate.training = with_kept_blocks(peak_of([&] {
    const auto problem = make_problem(dataset, dry);
    TrainingRun run(*problem, split, 0);
    int steps = 0;
    (void)run.advance([&] { return ++steps >= 3; });
  }));
  return estimate;
}

}  // namespace weft
