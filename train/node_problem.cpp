#include "weft/train/node_problem.hpp"

#include "weft/tensor/losses.hpp"
#include "weft/train/metrics.hpp"
#include "weft/train/node_inference.hpp"
#include "weft/train/sampled_steps.hpp"

namespace weft {
namespace {

std::span<const std::int64_t> node_classes(const Dataset& dataset) {
  require(!dataset.has_many_graphs(), "train: node_classification over many graphs is not supported");
  const auto* classes = std::get_if<std::vector<std::int64_t>>(&dataset.node_labels);
  require(classes != nullptr && dataset.num_classes >= 1, "train: the dataset ", dataset.name, " has no node classes");
  return *classes;
}

ModelShape shape_of_data(const Dataset& dataset, const Options& options) {
  ModelShape shape = reads_edge_features(options)
                         ? shape_for(dataset.node_features, dataset.num_classes, dataset.edge_features)
                         : shape_for(dataset.node_features, dataset.num_classes);
  if (dataset.features_in_file) {
    shape.feature_kind = "dense";
    shape.num_features = dataset.features_in_file->shape().cols;
  }
  return shape;
}

/// One step an epoch: all labelled nodes of the training part at once.
class FullGraphSteps final : public Steps {
 public:
  FullGraphSteps(const NodeProblem& problem, const Split& split) : problem_(problem), split_(split) {}

  [[nodiscard]] std::int64_t num_steps(std::int64_t) const override { return 1; }
  void run_epoch(std::int64_t, std::int64_t first, Visit visit) override {
    if (first > 0) {
      return;
    }
    const ModelInput& input = problem_.input();
    visit([&](const NodeModel& model, Pass& pass) {
      const Variable logits = model.forward(input.block(), input.nodes(), pass).logits;
      return cross_entropy(logits, problem_.labels(), split_.train);
    });
  }

 private:
  const NodeProblem& problem_;
  const Split& split_;
};

}  // namespace

NodeProblem::NodeProblem(const Dataset& data, const TrainJob& train_job)
    : Problem(data, train_job),
      labels_(node_classes(data)),
      input_(data.graph, {}, data.node_features, data.edge_features, train_job.options, data.features_in_file.get()) {
  shape_ = shape_of_data(data, options());
  metric_ = options().text("metric");
  if (metric_ == "auto") {
    metric_ = data.num_classes == 2 ? "roc_auc" : "accuracy";
  }
  require(!(data.features_in_file || data.graph.is_in_file()) ||
              (Sampling::is_wanted(options()) && new_model(Random(0))->hop_layers() != nullptr),
          "train: features or edges stay in their file, and the job reads them all at once; expected a sampler and a "
          "model whose layers read a hop each (gcn, sage, gat, gatv2, gin, mlp), or a larger memory limit");
  require(!data.graph.is_in_file() ||
              (sampler_info(options().text("sampler")).reads_rows_only && !reads_edge_features(options())),
          "train: the edges stay in their file, and the sampler ", options().text("sampler"),
          " or features of edges need them in memory; expected sampler neighbor, labor or full, or a larger memory "
          "limit");
  if (Sampling::is_wanted(options())) {
    sampling_ =
        std::make_unique<const Sampling>(input_, *new_model(Random(0)), options(), data.edge_features, data.edge_type);
  }
}

std::unique_ptr<Steps> NodeProblem::steps(const Split& split, std::uint64_t seed) const {
  if (!sampling_) {
    return std::make_unique<FullGraphSteps>(*this, split);
  }
  const std::vector<std::int64_t> rows = labelled(split.train);
  const auto num_seeds = static_cast<std::int64_t>(rows.size());
  // A stream of its own: weights and dropout have those before.
  const std::uint64_t own_seed = Random(seed).stream(2).bits(0);
  return std::make_unique<SampledSteps>(
      sampling_->loader(std::vector<NodeId>(rows.begin(), rows.end()), true, own_seed), labels_, num_seeds);
}

Tensor NodeProblem::infer(const NodeModel& model, std::span<const std::int64_t> rows) const {
  return infer_nodes(model, input_, options(), sampling_.get(), {.rows = rows, .embedding = false}).logits;
}

std::vector<std::int64_t> NodeProblem::labelled(std::span<const std::int64_t> part) const {
  std::vector<std::int64_t> rows;
  for (const std::int64_t i : part) {
    if (labels_[static_cast<std::size_t>(i)] >= 0) {
      rows.push_back(i);
    }
  }
  return rows;
}

double NodeProblem::figure(const Tensor& outputs, std::span<const std::int64_t> rows) const {
  return metric_of(metric_, outputs, labels_, rows);
}

std::map<std::string, double> NodeProblem::figures(const Tensor& outputs, std::span<const std::int64_t> rows) const {
  return classification_metrics(outputs, labels_, rows);
}

double NodeProblem::mean_loss(const Tensor& outputs, std::span<const std::int64_t> rows) const {
  return mean_log_loss(outputs, labels_, rows);
}

std::vector<std::uint64_t> NodeProblem::label_words() const {
  std::vector<std::uint64_t> words;
  words.reserve(labels_.size());
  for (const std::int64_t label : labels_) {
    words.push_back(static_cast<std::uint64_t>(label));
  }
  return words;
}

}  // namespace weft
