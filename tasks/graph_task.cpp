#include "weft/tasks/graph_task.hpp"

#include <numeric>

#include "weft/layers/graph_model.hpp"
#include "weft/samplers/graph_batches.hpp"
#include "weft/tasks/graph_inference.hpp"
#include "weft/tasks/graph_loader.hpp"

namespace weft {
namespace {

/// The dataset, if it is many graphs.
const Dataset& many_graphs(const Dataset& dataset) {
  require(dataset.has_many_graphs(), "train: the task is ", name_of(dataset.task), ", but the dataset ", dataset.name,
          " is one graph, expected /graphs/node_ptr");
  return dataset;
}

/// Batches of the training part, one a step.
class GraphSteps final : public Steps {
 public:
  GraphSteps(const GraphProblem& problem, const Split& split, std::uint64_t seed)
      : problem_(problem),
        unit_(problem.unit_of(split)),
        batches_(batches_of(problem, split, seed)),
        reader_(problem.new_model(Random(0))) {}

  [[nodiscard]] std::int64_t num_steps(std::int64_t epoch) const override {
    return batches_.epoch(epoch).num_batches();
  }

  void run_epoch(std::int64_t epoch, std::int64_t first, Visit visit) override {
    const GraphEpoch graphs = batches_.epoch(epoch);
    GraphLoader(problem_.input(), *reader_, true).run(graphs, first, [&](const GraphBatch& batch, std::int64_t k) {
      std::vector<std::int64_t> rows(graphs.batch(k).size());
      std::iota(rows.begin(), rows.end(), std::int64_t{0});
      return visit([&](const NodeModel& model, Pass& pass) {
        const Variable logits = model.forward(batch.block(), batch.nodes(), pass).logits;
        return problem_.loss(logits, {.logits = rows, .labels = graphs.batch(k)}, unit_);
      });
    });
  }

 private:
  static GraphBatches batches_of(const GraphProblem& problem, const Split& split, std::uint64_t seed) {
    std::vector<std::int64_t> graphs = problem.labelled(split.train);
    std::vector<std::int64_t> costs = graph_costs(problem.input().block(), graphs);
    return {std::move(graphs), std::move(costs), problem.options().integer("batch_size"), Random(seed).stream(2)};
  }

  const GraphProblem& problem_;
  TargetUnit unit_;
  GraphBatches batches_;
  /// For what models of the problem look for in a batch; not trained.
  std::unique_ptr<const NodeModel> reader_;
};

}  // namespace

GraphProblem::GraphProblem(const Dataset& data, const TrainJob& train_job)
    : LabelledProblem(many_graphs(data), train_job, true),
      input_(data.graph, data.node_ptr, data.node_features, data.edge_features, train_job.options),
      shape_(reads_edge_features(train_job.options)
                 ? shape_for(input_.features(), labels().num_outputs(), data.edge_features)
                 : shape_for(input_.features(), labels().num_outputs())) {}

std::unique_ptr<NodeModel> GraphProblem::new_model(const Random& random) const {
  return make_graph_model(job().model, shape_, options(), random);
}

std::unique_ptr<Steps> GraphProblem::steps(const Split& split, std::uint64_t seed) const {
  return std::make_unique<GraphSteps>(*this, split, seed);
}

Tensor GraphProblem::infer(const NodeModel& model, std::span<const std::int64_t>) const {
  return infer_graphs(model, input_).logits;
}

}  // namespace weft
