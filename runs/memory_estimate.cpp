#include "weft/runs/memory_estimate.hpp"

#include <algorithm>
#include <vector>

#include "weft/core/buffer.hpp"
#include "weft/core/memory_peak.hpp"
#include "weft/core/stopwatch.hpp"
#include "weft/graph/generators.hpp"
#include "weft/runs/memory_plan.hpp"
#include "weft/tasks/tasks.hpp"
#include "weft/tasks/training_options.hpp"
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

/// What blocks kept for reuse add to what is live (core/buffer.hpp), and what is too small to be counted: at most a
/// quarter and that, about a fifth as measured.
std::int64_t with_kept_blocks(std::int64_t bytes) {
  return bytes + bytes / 5;
}

/// What is counted is large blocks. A model of small ones takes at least its weights, each with a gradient and two
/// moments while it learns.
std::int64_t at_least(std::int64_t bytes, std::int64_t num_parameters, std::int64_t copies) {
  return std::max(bytes, num_parameters * copies * static_cast<std::int64_t>(sizeof(float)));
}
constexpr std::int64_t kLearningCopies = 4;

/// The most bytes that work takes beside what is there already, and its seconds.
struct Cost {
  std::int64_t bytes = 0;
  double seconds = 0.0;
};

/// `work` returns the seconds that count.
template <class Work>
Cost cost_of(const Work& work) {
  reset_memory_peak();
  const std::int64_t before = memory_use().live;
  const double seconds = work();
  return {with_kept_blocks(memory_use().peak - before), seconds};
}

template <class Work>
double seconds_of(const Work& work) {
  const Stopwatch watch;
  work();
  return watch.seconds();
}

/// Features of the same form and width as those of the dataset, of so many rows.
Features features_like(const Dataset& dataset, const DatasetSize& size, std::int64_t rows) {
  if (dataset.node_features.is_in_file()) {
    return Tensor::full(rows, size.features, 0.5F);
  }
  if (const auto* sparse = std::get_if<SparseMatrix>(&dataset.node_features.in_memory())) {
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
  if (const auto* categorical = std::get_if<CategoricalMatrix>(&dataset.node_features.in_memory())) {
    return CategoricalMatrix{.rows = rows,
                             .num_categories = categorical->num_categories,
                             .values = Buffer<std::int32_t>(static_cast<std::size_t>(rows * categorical->cols()), 0)};
  }
  return size.has_dense_features ? Features(Tensor::full(rows, size.features, 0.5F)) : Features();
}

Labels labels_like(const Dataset& dataset, std::int64_t rows) {
  if (const auto* targets = std::get_if<Tensor>(&dataset.node_labels)) {
    Tensor some = Tensor::uninitialized(rows, targets->cols());
    for (std::int64_t i = 0; i < some.size(); ++i) {
      some.data()[i] = static_cast<float>(i % 2);
    }
    return some;
  }
  std::vector<std::int64_t> labels(static_cast<std::size_t>(rows));
  for (std::int64_t v = 0; v < rows; ++v) {
    labels[static_cast<std::size_t>(v)] = v % dataset.num_classes;
  }
  return labels;
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
  Split parts;
  parts.name = split.name;
  const auto train =
      std::max<std::int64_t>(1, static_cast<std::int64_t>(static_cast<double>(split.train.size()) * share));
  for (std::int64_t v = 0; v < nodes; ++v) {
    (v < train ? parts.train : v % 2 == 0 ? parts.val : parts.test).push_back(v);
  }
  small.node_labels = labels_like(dataset, nodes);
  small.splits = {std::move(parts)};
  return small;
}

/// What work on a graph of size.nodes takes, from what it takes on two small ones: time and memory of every model are
/// linear in nodes and edges. Time is taken in proportion: it differs too much from run to run to tell a slope of it.
template <class Work>
Cost extrapolated(const Dataset& dataset, const DatasetSize& size, const Split& split, const Work& work) {
  const std::int64_t large = std::clamp<std::int64_t>(size.nodes / 4, 1, 40000),
                     small = std::max<std::int64_t>(1, large / 2);
  const auto measured = [&](std::int64_t nodes) {
    const Dataset data = smaller_like(dataset, size, split, nodes);
    return cost_of([&] { return work(data); });
  };
  const Cost first = measured(small), second = measured(large);
  const double steps =
      static_cast<double>(size.nodes - large) / static_cast<double>(std::max<std::int64_t>(1, large - small));
  const double growth = static_cast<double>(second.bytes - first.bytes);
  return {second.bytes + static_cast<std::int64_t>(steps * growth),
          second.seconds * static_cast<double>(size.nodes) / static_cast<double>(large)};
}

/// A run of the job, and the seconds of a step of it, its first left out.
double step_seconds(const Task& task, const TrainJob& job, const Split& split) {
  constexpr int kSteps = 3;
  TrainingRun run(task, train_options_of(job.options), split, 0);
  int steps = 0;
  double first = 0.0;
  const Stopwatch watch;
  const bool is_whole = run.advance([&] {
    first = ++steps == 1 ? watch.seconds() : first;
    return steps >= kSteps;
  });
  // Of fewer steps all are taken, and the last is followed by an evaluation.
  return is_whole || steps < 2 ? watch.seconds() / (steps + 1) : (watch.seconds() - first) / (steps - 1);
}

/// The split of that name as the task has it.
const Split& split_of(const Task& task, const TrainJob& job) {
  return *task.find_split(job.splits[0]);
}

/// Steps of an epoch, on the data themselves.
void measure_steps(const Dataset& dataset, const TrainJob& job, JobEstimate& estimate) {
  std::int64_t num_weights = 0;
  const Cost training = cost_of([&] {
    const auto task = make_task(dataset, job);
    const Split& split = split_of(*task, job);
    const double each = step_seconds(*task, job, split);
    const auto model = task->new_model(split, Random(0));
    num_weights = num_parameters(*model);
    return each * static_cast<double>(task->epochs(*model, split, 0)->epoch(0, 0)->num_steps());
  });
  estimate.training = at_least(training.bytes, num_weights, kLearningCopies);
  estimate.evaluation = at_least(estimate.evaluation, num_weights, 1);
  estimate.epoch_seconds = training.seconds;
}

/// Judging a model, on data like those of the job.
double judging_seconds(const Dataset& dataset, const TrainJob& job) {
  const auto task = make_task(dataset, job);
  const Split& split = split_of(*task, job);
  const auto model = task->new_model(split, Random(0));
  return seconds_of([&] { (void)task->judge(*model, split, Parts::train_and_val); });
}

/// Where steps read a part of the data each, both are measured on the data themselves.
void estimate_on_data(const Dataset& dataset, const TrainJob& job, JobEstimate& estimate) {
  const Cost evaluation = cost_of([&] { return judging_seconds(dataset, job); });
  estimate.evaluation = evaluation.bytes;
  estimate.evaluation_seconds = evaluation.seconds;
  measure_steps(dataset, job, estimate);
}

/// A run on all nodes at once: with the features' own copies (normalized ones), encodings and all that a pass keeps;
/// the second epoch is timed.
Cost cost_of_whole_epochs(const Dataset& dataset, const DatasetSize& size, const Split& split, const TrainJob& job) {
  std::int64_t num_weights = 0;
  Cost cost = extrapolated(dataset, size, split, [&](const Dataset& data) {
    const auto task = make_task(data, job);
    TrainingRun run(*task, train_options_of(job.options), data.splits[0], 0);
    num_weights = run.num_parameters();
    (void)run.advance([] { return false; });
    return seconds_of([&] { (void)run.advance([] { return false; }); });
  });
  cost.bytes = at_least(cost.bytes, num_weights, kLearningCopies);
  return cost;
}

bool reads_all_nodes(const Dataset& dataset, const TrainJob& job) {
  return task_info(dataset.task).rows == Rows::nodes && job.options.text("sampler") == "none";
}

void estimate_nodes(Dataset& dataset, const DatasetSize& size, const Split& split, const TrainJob& job,
                    const ReadOptions& read, JobEstimate& estimate) {
  if (reads_all_nodes(dataset, job)) {
    const Cost cost = cost_of_whole_epochs(dataset, size, split, job);
    estimate.training = cost.bytes;
    estimate.epoch_seconds = cost.seconds;
    return;
  }
  const Cost evaluation =
      extrapolated(dataset, size, split, [&](const Dataset& data) { return judging_seconds(data, job); });
  const std::int64_t rows = job.options.integer("inference_rows");
  const bool by_layers = read.leaves_features || read.leaves_edges || rows > 0;
  estimate.evaluation = by_layers
                            ? with_kept_blocks(layerwise_bytes(size, job.options) +
                                               layerwise_chunk_bytes(size, job.options, rows > 0 ? rows : 1 << 14))
                            : evaluation.bytes;
  estimate.evaluation_seconds = evaluation.seconds;
  if (!read.leaves_features && size.has_dense_features) {
    const bool by_rows = suited_sampler(job.model, job.options) == "neighbor";
    // Models that do not read them row by row read them all in evaluation, or hops of them.
    dataset.node_features = by_rows ? NodeFeatures(std::make_shared<ZeroRows>(Shape{size.nodes, size.features}))
                                    : NodeFeatures(Tensor(size.nodes, size.features));
  }
  measure_steps(dataset, job, estimate);
}

/// What of the data is in memory, and nothing of the work.
JobEstimate estimate_of_data(const DatasetSize& size, const ReadOptions& read) {
  const std::int64_t kept_rows = read.kept_rows * (4 * size.features) + (read.kept_rows > 0 ? 4 * size.nodes : 0);
  return {.data = graph_bytes(size, read.leaves_edges) + (read.leaves_edges ? read.mapped_bytes : 0),
          .features = read.leaves_features ? kept_rows : size.feature_bytes};
}

TrainJob dry_job(const TrainJob& job) {
  TrainJob dry = job;
  dry.folder.clear();
  // All take as long, and what is measured stands in a dataset with one.
  dry.splits.resize(1);
  // Neither ends early nor leaves out an evaluation.
  dry.options.set("epochs", "1000");
  dry.options.set("eval_every", "1");
  return dry;
}

}  // namespace

void require_steps_fit(const Dataset& dataset, const DatasetSize& size, const TrainJob& job, const ReadOptions& read,
                       std::int64_t limit) {
  JobEstimate estimate = estimate_of_data(size, read);
  const TrainJob dry = dry_job(job);
  if (reads_all_nodes(dataset, dry)) {
    estimate.training = cost_of_whole_epochs(dataset, size, *dataset.find_split(dry.splits[0]), dry).bytes;
  } else {
    measure_steps(dataset, dry, estimate);
    // Later batches may be larger than the first few.
    estimate.training += estimate.training / 5;
  }
  const std::int64_t need = estimate.data + estimate.features + estimate.training;
  require(need <= limit, "memory limit: is ", bytes_text(limit), ", the job takes about ", bytes_text(need), ": ",
          bytes_text(estimate.data), " for graph, labels and program, ", bytes_text(estimate.features),
          " for features, ", bytes_text(estimate.training),
          " for a step; expected a larger limit, or smaller steps: ", "--batch-size, --set fanout=, --set hidden=");
}

JobEstimate estimate_job(Dataset dataset, const DatasetSize& size, const TrainJob& job, const ReadOptions& read) {
  JobEstimate estimate = estimate_of_data(size, read);
  const TrainJob dry = dry_job(job);
  if (task_info(dataset.task).rows == Rows::nodes) {
    const Split split = *dataset.find_split(job.splits.at(0));
    estimate_nodes(dataset, size, split, dry, read, estimate);
  } else {
    estimate_on_data(dataset, dry, estimate);
  }
  const TrainOptions options = train_options_of(job.options);
  const auto epochs = static_cast<double>(options.epochs);
  const double of_run =
      options.budget_minutes > 0.0
          ? 60.0 * options.budget_minutes
          : epochs * (estimate.epoch_seconds + estimate.evaluation_seconds / static_cast<double>(options.eval_every));
  estimate.total_seconds = static_cast<double>(job.splits.size() * job.seeds.size()) * of_run;
  return estimate;
}

}  // namespace weft
