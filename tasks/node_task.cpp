#include "weft/tasks/node_task.hpp"

#include "weft/layers/scaled_model.hpp"
#include "weft/tasks/inference.hpp"
#include "weft/tasks/sampled_steps.hpp"

namespace weft {
namespace {

ModelShape shape_of_data(const Dataset& dataset, std::int64_t num_outputs, const Options& options) {
  static const Features kNone;
  const bool is_in_file = dataset.node_features.is_in_file();
  ModelShape shape = shape_for(is_in_file ? kNone : dataset.node_features.in_memory(), num_outputs,
                               reads_edge_features(options) ? dataset.edge_features : kNone);
  if (is_in_file) {
    shape.feature_kind = FeatureKind::dense;
    shape.num_features = dataset.node_features.shape().cols;
  }
  return shape;
}

/// The dataset, if it is one graph.
const Dataset& one_graph(const Dataset& dataset) {
  require(!dataset.has_many_graphs(), "train: ", name_of(dataset.task), " over many graphs is not supported");
  return dataset;
}

/// One step an epoch: all labelled nodes of the training part at once.
class FullGraphSteps final : public Steps {
 public:
  FullGraphSteps(const NodeProblem& problem, const Split& split)
      : problem_(problem), split_(split), unit_(problem.unit_of(split)) {}

  [[nodiscard]] std::int64_t num_steps(std::int64_t) const override { return 1; }
  void run_epoch(std::int64_t, std::int64_t first, Visit visit) override {
    if (first > 0) {
      return;
    }
    const ModelInput& input = problem_.input();
    visit([&](const NodeModel& model, Pass& pass) {
      const Variable logits = model.forward(input.block(), input.nodes(), pass).logits;
      return problem_.loss(logits, {.logits = split_.train, .labels = split_.train}, unit_);
    });
  }

 private:
  const NodeProblem& problem_;
  const Split& split_;
  TargetUnit unit_;
};

}  // namespace

NodeProblem::NodeProblem(const Dataset& data, const TrainJob& train_job)
    : LabelledProblem(one_graph(data), train_job, false),
      input_(data.graph, {}, data.node_features, data.edge_features, train_job.options),
      shape_(shape_of_data(data, labels().num_outputs(), train_job.options)) {
  require(!(data.node_features.is_in_file() || data.graph.is_in_file()) ||
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

std::unique_ptr<NodeModel> NodeProblem::new_model(const Random& random) const {
  return make_node_model(job().model, shape_, options(), outputs(), random);
}

std::unique_ptr<Steps> NodeProblem::steps(const Split& split, std::uint64_t seed) const {
  if (!sampling_) {
    return std::make_unique<FullGraphSteps>(*this, split);
  }
  const std::vector<std::int64_t> rows = labelled(split.train);
  // A stream of its own: weights and dropout have those before.
  const std::uint64_t own_seed = Random(seed).stream(2).bits(0);
  return std::make_unique<SampledSteps>(
      sampling_->loader(std::vector<NodeId>(rows.begin(), rows.end()), true, own_seed), *this, split);
}

Tensor NodeProblem::infer(const NodeModel& model, std::span<const std::int64_t> rows) const {
  return infer_nodes(model, input_, options(), sampling_.get(), {.rows = rows, .embedding = false}).logits;
}

std::unique_ptr<NodeModel> make_node_model(std::string_view name, const ModelShape& shape, const Options& options,
                                           OutputKind outputs, const Random& random) {
  std::unique_ptr<NodeModel> model = make_model(name, shape, options, random);
  return outputs == OutputKind::values ? std::make_unique<ScaledModel>(std::move(model), shape.num_outputs)
                                       : std::move(model);
}

}  // namespace weft
