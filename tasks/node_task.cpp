#include "weft/tasks/node_task.hpp"

#include <optional>

#include "weft/io/text_lists.hpp"
#include "weft/layers/label_propagation_model.hpp"
#include "weft/layers/ridge_model.hpp"
#include "weft/layers/scaled_model.hpp"
#include "weft/layers/weight_memory.hpp"
#include "weft/tasks/inference.hpp"
#include "weft/tasks/matched_names.hpp"
#include "weft/tasks/settled_outputs.hpp"
#include "weft/tensor/dense_ops.hpp"
#include "weft/train/model_state.hpp"

namespace weft {
namespace {

/// The dataset, if it is one graph.
const Dataset& one_graph(const Dataset& dataset) {
  require(!dataset.has_many_graphs(), "train: ", name_of(dataset.task), " over many graphs is not supported");
  return dataset;
}

ModelShape shape_of_data(const Dataset& dataset, const ModelInput& input, std::int64_t num_outputs,
                         const Options& options) {
  const bool is_in_file = dataset.node_features.is_in_file();
  ModelShape shape = shape_for(is_in_file ? kNoFeatures : input.features().in_memory(), num_outputs,
                               reads_edge_features(options) ? dataset.edge_features : kNoFeatures);
  if (is_in_file) {
    shape.feature_kind = FeatureKind::dense;
    shape.num_features = dataset.node_features.shape().cols;
  }
  return shape;
}

/// -1 where edges have no weights, or the model is not to read them.
std::int64_t weight_column_in_memory(const Dataset& dataset, const Options& options) {
  const bool is_read = options.flag("edges") && options.flag("edge_weights");
  require(!is_read || dataset.weight_column < 0 || !dataset.graph.is_in_file(),
          "train: the edges stay in their file, and have weights, which have to be in memory; expected a larger memory "
          "limit, or edge_weights=false");
  return is_read ? dataset.weight_column : -1;
}

/// The model of that name for nodes; where its outputs are values, in the unit of the data.
std::unique_ptr<NodeModel> make_node_model(std::string_view name, const ModelShape& shape, const Options& options,
                                           OutputKind outputs, const Random& random) {
  std::unique_ptr<NodeModel> model = make_model(name, shape, options, random);
  require(outputs != OutputKind::values || dynamic_cast<const SolvedModel*>(model.get()) == nullptr, "model ", name,
          ": made for classes and labels of nodes, the task is node_regression");
  return outputs == OutputKind::values ? std::make_unique<ScaledModel>(std::move(model), shape.num_outputs)
                                       : std::move(model);
}

}  // namespace

NodeTask::NodeTask(const Dataset& data, const TrainJob& train_job)
    : LabeledTask(one_graph(data), train_job, false),
      edge_weights_(edge_column("weight_column", data.edge_features, weight_column_in_memory(data, train_job.options))),
      input_(data.graph, {}, data.node_features, data.edge_features, train_job.options, edge_weights_),
      shape_(shape_of_data(data, input_, labels().num_outputs(), train_job.options)) {
  const ModelTraits model = traits_of(job().model, options(), shape_.edge_kind);
  require(!(data.node_features.is_in_file() || data.graph.is_in_file()) ||
              (Sampling::is_wanted(options()) && model.layers_read_a_hop),
          "train: features or edges stay in their file, and the job reads them all at once; expected a sampler and a "
          "model whose layers read a hop each (gcn, sage, gat, gatv2, gin, mlp), or a larger memory limit");
  require(!data.graph.is_in_file() ||
              (sampler_info(options().text("sampler")).reads_rows_only && !model.reads_edge_features),
          "train: the edges stay in their file, and the sampler ", options().text("sampler"),
          " or features of edges need them in memory; expected sampler neighbor, labor or full, or a larger memory "
          "limit");
  check_threshold(options(), outputs(), shape_.num_outputs);
  if (asks_to_spread(options())) {
    require(outputs() != OutputKind::values && options().flag("edges"), "option smooth: ", options().text("smooth"),
            " spreads labels along edges, and there are no ",
            outputs() == OutputKind::values ? "classes or labels" : "edges (edges=false)", "; expected none");
    require(!data.graph.is_in_file(),
            "option smooth: the edges stay in their file, and labels spread along edges in memory; expected none, or a "
            "larger memory limit");
  }
  if (const Split* split = job().splits.empty() ? nullptr : find_split(job().splits.front())) {
    scaling_ = input_scaling(input_, options(), labeled(split->train),
                             nodes_of_other_types(data.node_type, labeled(split->train)));
  }
  if (Sampling::is_wanted(options())) {
    const Graphs graphs{.graph = data.graph,
                        .node_features = data.node_features,
                        .edge_features = data.edge_features,
                        .edge_type = data.edge_type,
                        .edge_time = data.edge_time,
                        .node_time = data.node_time,
                        .edge_weight = edge_weights_};
    sampling_ = std::make_unique<const Sampling>(input_, model, options(), graphs);
  }
}

std::unique_ptr<Model> NodeTask::new_model(const Split& split, const Random& random) const {
  require_memory_for(job().model, shape_, options(), false, WeightCopies::training);
  std::unique_ptr<NodeModel> model =
      with_scaling(make_node_model(job().model, shape_, options(), outputs(), random), input_, scaling_,
                   labeled_train(split), nodes_of_other_types(dataset().node_type, labeled_train(split)));
  set_unit(*model, split);
  if (auto* solved = dynamic_cast<SolvedModel*>(model.get())) {
    solve(*solved, split);
  }
  return with_settling(std::move(model), labels(), options(), input_.block().graph(), labeled_train(split));
}

void NodeTask::solve(SolvedModel& model, const Split& split) const {
  require(dynamic_cast<const RidgeModel*>(&model) == nullptr || dataset().node_features.shape() != Shape{},
          "model ridge: the nodes have no features, expected some; label_propagation needs none");
  const std::vector<std::int64_t> val = labeled(split.val);
  const double sign = higher_is_better() ? 1.0 : -1.0;
  const auto figure = [&](const Tensor& logits) {
    return val.empty() ? Figures::kUnknown : sign * this->figure(split, logits, val);
  };
  const auto loss = [&](const Tensor& logits) {
    return val.empty() ? Figures::kUnknown : mean_loss(split, logits, val);
  };
  // The labels of the training part, and no others.
  KnownLabels known;
  set_known(known, labels(), input_.block().graph(), labeled_train(split));
  const bool are_classes = outputs() == OutputKind::classes;
  const std::vector<std::int64_t> nodes = known.nodes(input_.block().graph());
  const Tensor targets = known.targets(shape_.num_outputs, are_classes);
  const NodeInput input = input_.nodes();
  model.solve({.block = input_.block(),
               .input = input,
               .nodes = nodes,
               .targets = targets,
               .are_classes = are_classes,
               .figure = figure,
               .loss = loss});
}

std::unique_ptr<Epochs> NodeTask::epochs(const Model&, const Split& split, std::uint64_t seed) const {
  const std::vector<std::int64_t> rows = labeled_train(split);
  const TargetUnit unit = unit_of(split);
  if (!sampling_) {
    // One step an epoch: all labeled nodes of the training part at once.
    return std::make_unique<BatchEpochs>(
        whole_graph(input_), [this, &split, unit](const Variable& logits, const Batch&, std::int64_t, std::int64_t) {
          return loss(logits, {.logits = split.train, .labels = split.train}, unit);
        });
  }
  // A stream of its own: weights and dropout have those before.
  const std::uint64_t own_seed = Random(seed).stream(2).bits(0);
  return std::make_unique<BatchEpochs>(
      sampling_->batches(std::vector<NodeId>(rows.begin(), rows.end()), true, own_seed),
      [this, unit, count = static_cast<double>(rows.size())](const Variable& logits, const Batch& batch, std::int64_t,
                                                             std::int64_t) {
        if (batch.seeds.empty()) {
          // A subgraph without labels: the step has no gradient.
          return scale(sum(logits), 0.0F);
        }
        // The weighted sum estimates that over all seeds, so their number makes it a mean.
        return loss(logits,
                    {.logits = batch.seed_rows, .labels = batch.seeds, .weights = batch.seed_weights, .divisor = count},
                    unit);
      });
}

Tensor NodeTask::infer(const Model& model, const Split&, std::span<const std::int64_t> rows) const {
  const NodeModel& network = weft::node_model(model);
  const SettledModel* settled = settled_of(network);
  const bool spreads = settled != nullptr && settled->spread().kind != SpreadKind::none;
  Tensor logits = infer_nodes(network, input_, options(), sampling_.get(),
                              {.rows = spreads ? std::span<const std::int64_t>() : rows, .embedding = false})
                      .logits;
  return settled == nullptr ? std::move(logits)
                            : called_logits(*settled, spread_logits(*settled, input_.block(), std::move(logits)));
}

std::string NodeTask::settle(Model& model, const Split& split) const {
  auto* settled = dynamic_cast<SettledModel*>(&model);
  if (settled == nullptr) {
    return "";
  }
  // Again where a run that was stopped here goes on.
  settled->set_spread({});
  settled->set_threshold(0.5F);
  const std::vector<std::int64_t> val = labeled(split.val);
  return weft::settle(*settled, input_.block(), infer(model, split, {}), options(),
                      {.labels = labels(), .metric = metric_named(metric()), .val = val});
}

void NodeTask::describe(const Split& split, ModelFile& file) const {
  RowTask::describe(split, file);
  const std::vector<std::string>& types = dataset().names.node_types;
  if (types.size() > 1 && !dataset().node_type.empty()) {
    std::vector<bool> is_labeled(types.size(), false);
    for (const std::int64_t v : labeled(split.train)) {
      if (const auto t = static_cast<std::size_t>(dataset().node_type[static_cast<std::size_t>(v)]); t < types.size()) {
        is_labeled[t] = true;
      }
    }
    std::vector<std::string> names;
    for (std::size_t t = 0; t < types.size(); ++t) {
      if (is_labeled[t]) {
        names.push_back(types[t]);
      }
    }
    file.config[std::string(kLabeledTypesKey)] = joined(names);
  }
  const bool knows_labels = asks_to_spread(options()) || job().model == kLabelPropagation;
  if (knows_labels && !dataset().node_names.empty()) {
    file.config[std::string(kKnownNodesKey)] = names_mark(dataset().node_names);
  }
}

std::vector<std::string> NodeTask::notes() const {
  std::vector<std::string> notes = RowTask::notes();
  if (dataset().node_features.shape() == Shape{}) {
    const bool is_table = input_.features().shape().cols > 0;
    const char* text =
        is_table ? "nodes have no features: each gets a learned row (node_table), and the model is one of this graph "
                   "alone; encoding=laplacian or random_walk, or node_table=false, can read others"
        : input_.encoding() != nullptr
            ? "nodes have no features: they are told apart by their degrees and places (encoding)"
            : "nodes have no features: they are told apart by their degrees alone; encoding=laplacian or random_walk, "
              "or node_table=true, tell more";
    notes.emplace_back(text);
  }
  if (!dataset().edge_time.empty() && options().text("sampler") != "temporal") {
    notes.emplace_back(
        "the edges have times, and all are read whenever they came, later than what is asked too; sampler=temporal "
        "reads none from the future");
  }
  return notes;
}

TrainedNodes::TrainedNodes(ModelDescription described, const std::vector<NamedTensor>& state)
    : TrainedTask(std::move(described)) {
  std::unique_ptr<NodeModel> network =
      with_scaling(make_node_model(description().model, description().shape, description().options,
                                   description().outputs, Random(0)),
                   description().shape, description().options, description().scaling);
  if (auto* propagation = dynamic_cast<LabelPropagationModel*>(network.get())) {
    make_room(propagation->known(), "labels.", state);
  }
  network = with_settling(std::move(network), description().shape.num_outputs,
                          description().outputs == OutputKind::classes, description().options, state);
  set_state(*network, state);
  network_ = std::move(network);
}

bool TrainedNodes::are_known(std::span<const std::string> node_names) const {
  const std::string& known = description().known_nodes;
  return known.empty() || node_names.empty() || known == names_mark(node_names);
}

std::string TrainedNodes::why_not_spread(const CsrGraph& graph, std::span<const std::string> node_names) const {
  const SettledModel* settled = settled_of(*network_);
  if (settled == nullptr || settled->spread().kind == SpreadKind::none) {
    return "";
  }
  return graph.is_in_file()                ? "the edges stay in their file, and labels spread along edges in memory"
         : !settled->known().are_of(graph) ? "this is not the graph that the model was trained on"
         : !are_known(node_names) ? "the nodes have other names than those of the graph that the model was trained on"
                                  : "";
}

std::vector<std::string> TrainedNodes::notes(const Dataset& dataset) const {
  if (settled_of(*network_) == nullptr) {
    return {};
  }
  const std::string& settled = description().settled;
  const std::string why = why_not_spread(dataset.graph, dataset.node_names);
  if (why.empty()) {
    return settled.empty() ? std::vector<std::string>() : std::vector{settled};
  }
  return {concat("labels of the training part do not spread here: ", why,
                 settled.empty() ? "" : concat("; in training: ", settled))};
}

bool TrainedNodes::infers_by_samples() const {
  const Options& options = description().options;
  return description().outputs != OutputKind::states && Sampling::is_wanted(options) &&
         sampler_info(options.text("sampler")).infers_by_samples;
}

bool TrainedNodes::reads_by_layers() const {
  return network_->hop_layers() != nullptr && !infers_by_samples();
}

Prediction TrainedNodes::predict(const Graphs& graphs, const Wanted& wanted) const {
  require(graphs.node_ptr.empty(), "predict: the data hold ", graphs.node_ptr.size() - 1,
          " graphs, expected one graph: ", description().what());
  require(!(graphs.node_features.is_in_file() || graphs.graph.is_in_file()) || reads_by_layers(),
          "predict: features or edges stay in their file, and the model ", description().model,
          " reads them all at once; expected a larger memory limit");
  const Options& options = description().options;
  const ModelInput input(graphs.graph, {}, graphs.node_features, graphs.edge_features, options, graphs.edge_weight);
  std::optional<Sampling> sampling;
  if (infers_by_samples()) {
    sampling.emplace(input, traits_of(description().model, options, description().shape.edge_kind), options, graphs);
  }
  const SettledModel* settled = settled_of(*network_);
  const bool spreads = settled != nullptr && settled->spread().kind != SpreadKind::none &&
                       why_not_spread(graphs.graph, graphs.node_names).empty();
  // Labels spread over what is said of all nodes.
  const Wanted asked{.rows = spreads ? std::span<const std::int64_t>() : wanted.rows, .embedding = wanted.embedding};
  Outputs outputs = infer_nodes(*network_, input, options, sampling ? &*sampling : nullptr, asked);
  if (spreads) {
    outputs.logits = spread_logits(*settled, input.block(), std::move(outputs.logits));
    if (wanted.embedding && !wanted.rows.empty()) {
      outputs.embedding = select_rows(outputs.embedding, wanted.rows);
    }
  }
  Tensor meant = meaning_of(outputs.logits, description().outputs);
  if (settled != nullptr) {
    outputs.logits = called_logits(*settled, std::move(outputs.logits));
  }
  return {std::move(meant), std::move(outputs.embedding), std::move(outputs.logits)};
}

std::vector<Evaluation> TrainedNodes::evaluate(const Dataset& dataset, std::span<const std::string> splits) const {
  return evaluate_rows(*this, dataset, splits, false);
}

std::vector<TaskRow> node_tasks() {
  const Option table{
      "node_table", true,
      "data without features: a learned row for each node, so that the model is one of this graph alone; "
      "false, or with an encoding: its degree"};
  const Option smooth{"smooth",
                      std::string("none"),
                      "whether labels of the training part spread along edges over what the model says (Correct and "
                      "Smooth); auto: what helps on the validation part, if anything",
                      {},
                      {},
                      {"none", "auto", "smooth", "correct"}};
  const Option threshold = threshold_option();
  const auto row = [](TaskKind kind, std::string_view summary, std::vector<Option> options) {
    return TaskRow{{.kind = kind,
                    .summary = summary,
                    .rows = Rows::nodes,
                    .options = std::move(options),
                    .can_stay_in_file = true},
                   make_task_of<NodeTask>,
                   open_task_of<TrainedNodes>};
  };
  return {row(TaskKind::node_classification, "a class, or several yes-or-no labels, for each node of one graph",
              {table, smooth, threshold}),
          row(TaskKind::node_regression, "numbers for each node of one graph", {table, smooth, threshold})};
}

}  // namespace weft
