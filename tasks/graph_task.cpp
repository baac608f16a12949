#include "weft/tasks/graph_task.hpp"

#include <algorithm>

#include "weft/layers/graph_model.hpp"
#include "weft/layers/weight_memory.hpp"
#include "weft/samplers/graph_batches.hpp"
#include "weft/tasks/inference.hpp"
#include "weft/tasks/settled_outputs.hpp"
#include "weft/train/model_state.hpp"

namespace weft {

GraphTask::GraphTask(const Dataset& data, const TrainJob& train_job)
    : LabeledTask(many_graphs(data), train_job, true),
      edge_weights_(edge_column("weight_column", data.edge_features, data.weight_column)),
      input_(data.graph, data.node_ptr, data.node_features, data.edge_features, train_job.options, edge_weights_),
      shape_(shape_for(input_.features(), labels().num_outputs(),
                       reads_edge_features(train_job.options) ? data.edge_features : kNoFeatures)) {
  check_threshold(options(), outputs(), shape_.num_outputs);
  if (const Split* split = job().splits.empty() ? nullptr : find_split(job().splits.front())) {
    scaling_ = input_scaling(input_, options(), training_nodes(*split));
  }
}

std::vector<std::int64_t> GraphTask::training_nodes(const Split& split) const {
  const auto ptr = input_.block().segments();
  std::vector<std::int64_t> nodes;
  for (const std::int64_t g : labeled(split.train)) {
    for (std::int64_t v = ptr[static_cast<std::size_t>(g)]; v < ptr[static_cast<std::size_t>(g) + 1]; ++v) {
      nodes.push_back(v);
    }
  }
  return nodes;
}

std::unique_ptr<Model> GraphTask::new_model(const Split& split, const Random& random) const {
  require_memory_for(job().model, shape_, options(), true, WeightCopies::training);
  std::unique_ptr<NodeModel> model =
      with_scaling(make_graph_model(job().model, shape_, options(), random), input_, scaling_,
                   scaling_.features ? training_nodes(split) : std::vector<std::int64_t>());
  set_unit(*model, split);
  return with_settling(std::move(model), labels(), options(), input_.block().graph(), {});
}

std::unique_ptr<Epochs> GraphTask::epochs(const Model& model, const Split& split, std::uint64_t seed) const {
  std::vector<std::int64_t> graphs = labeled_train(split);
  std::vector<std::int64_t> costs = graph_costs(input_.block(), graphs);
  const GraphBatches shuffled(std::move(graphs), std::move(costs), options().integer("batch_size"),
                              Random(seed).stream(2));
  const auto graphs_of = [shuffled](std::int64_t epoch) { return shuffled.epoch(epoch); };
  return std::make_unique<BatchEpochs>(
      graphs_in_batches(input_, graphs_of, weft::node_model(model), true),
      [this, unit = unit_of(split)](const Variable& logits, const Batch& batch, std::int64_t, std::int64_t) {
        return loss(logits, {.logits = batch.seed_rows, .labels = batch.seeds}, unit);
      });
}

Tensor GraphTask::infer(const Model& model, const Split&, std::span<const std::int64_t>) const {
  const NodeModel& network = weft::node_model(model);
  Tensor logits = infer_graphs(network, input_).logits;
  const SettledModel* settled = settled_of(network);
  return settled == nullptr ? std::move(logits) : called_logits(*settled, std::move(logits));
}

std::string GraphTask::settle(Model& model, const Split& split) const {
  auto* settled = dynamic_cast<SettledModel*>(&model);
  if (settled == nullptr) {
    return "";
  }
  // Again where a run that was stopped here goes on.
  settled->set_threshold(0.5F);
  const std::vector<std::int64_t> val = labeled(split.val);
  return weft::settle(*settled, input_.block(), infer(model, split, {}), options(),
                      {.labels = labels(), .metric = metric_named(metric()), .val = val, .row = "graph"});
}

TrainedGraphs::TrainedGraphs(ModelDescription described, const std::vector<NamedTensor>& state)
    : TrainedTask(std::move(described)) {
  std::unique_ptr<NodeModel> network =
      with_scaling(make_graph_model(description().model, description().shape, description().options, Random(0)),
                   description().shape, description().options, description().scaling);
  network = with_settling(std::move(network), description().shape.num_outputs,
                          description().outputs == OutputKind::classes, description().options, state);
  set_state(*network, state);
  network_ = std::move(network);
}

ModelInput TrainedGraphs::input_of(const Graphs& graphs) const {
  require(!graphs.node_ptr.empty(),
          "predict: the data are one graph, expected /graphs/node_ptr: ", description().what());
  return {graphs.graph,          {graphs.node_ptr.begin(), graphs.node_ptr.end()},
          graphs.node_features,  graphs.edge_features,
          description().options, graphs.edge_weight};
}

Prediction TrainedGraphs::predict(const Graphs& graphs, const Wanted& wanted) const {
  const ModelInput input = input_of(graphs);
  Outputs all = infer_graphs(*network_, input, wanted.embedding);
  if (wanted.embedding && !wanted.rows.empty()) {
    all.embedding = select_rows(all.embedding, wanted.rows);
  }
  Tensor meant = meaning_of(all.logits, description().outputs);
  if (const SettledModel* settled = settled_of(*network_)) {
    all.logits = called_logits(*settled, std::move(all.logits));
  }
  return {std::move(meant), std::move(all.embedding), std::move(all.logits)};
}

std::vector<std::string> TrainedGraphs::notes(const Dataset&) const {
  return description().settled.empty() ? std::vector<std::string>() : std::vector{description().settled};
}

std::vector<Evaluation> TrainedGraphs::evaluate(const Dataset& dataset, std::span<const std::string> splits) const {
  return evaluate_rows(*this, dataset, splits, true);
}

std::vector<float> TrainedGraphs::node_importance(const Graphs& graphs, std::int64_t output) const {
  require(output >= 0 && output < description().shape.num_outputs, "node_importance: output ", output,
          " was asked for, expected 0 to ", description().shape.num_outputs - 1);
  const ModelInput input = input_of(graphs);
  const std::int64_t n = graphs.graph.num_nodes();
  const Variable weights = Variable::parameter(Tensor::full(n, 1, 1.0F));
  Pass pass = Pass::explaining(weights);
  const Variable logits = network_->forward(input.block(), input.nodes(), pass).logits;
  std::vector<float> importance(static_cast<std::size_t>(n), 0.0F);
  if (logits.has_gradient()) {
    Tensor direction(logits.rows(), logits.cols());
    for (std::int64_t g = 0; g < direction.rows(); ++g) {
      direction(g, output) = 1.0F;
    }
    const Gradients gradients = backward(logits, std::move(direction));
    std::ranges::copy(gradients.of(weights)->values(), importance.begin());
  }
  return importance;
}

std::vector<TaskRow> graph_tasks() {
  std::vector<Option> options = graph_options();
  options.push_back(threshold_option());
  const auto row = [&options](TaskKind kind, std::string_view summary) {
    return TaskRow{
        {.kind = kind, .summary = summary, .rows = Rows::graphs, .options = options, .defaults = graph_defaults},
        make_task_of<GraphTask>,
        open_task_of<TrainedGraphs>};
  };
  return {row(TaskKind::graph_classification, "a class, or several yes-or-no labels, for each of many graphs"),
          row(TaskKind::graph_regression, "numbers for each of many graphs")};
}

}  // namespace weft
