#include "weft/runs/trained_model.hpp"

#include <algorithm>
#include <iterator>

#include "weft/core/error.hpp"
#include "weft/io/dataset_checks.hpp"
#include "weft/io/safetensors.hpp"
#include "weft/runs/memory_plan.hpp"
#include "weft/runs/run_folder.hpp"
#include "weft/tasks/matched_names.hpp"
#include "weft/tasks/task_row.hpp"
#include "weft/tasks/trained_task.hpp"
#include "weft/tasks/unread_data.hpp"

namespace weft {
namespace {

/// A row of features for each node and edge, where there are features. What the model reads of them is its own check.
void check(std::string_view operation, const Graphs& graphs) {
  const std::int64_t n = graphs.graph.num_nodes();
  require(graphs.graph.num_sources() == n, operation, ": the graph has ", n, " rows and ", graphs.graph.num_sources(),
          " sources, expected as many of both");
  const Shape nodes = graphs.node_features.shape(), edges = shape_of(graphs.edge_features);
  require(nodes == Shape{} || nodes.rows == n, operation, ": there are features of ", nodes.rows,
          " nodes, the graph has ", n);
  require(edges == Shape{} || edges.rows == graphs.graph.num_edges(), operation, ": there are features of ", edges.rows,
          " edges, the graph has ", graphs.graph.num_edges());
}

}  // namespace

TrainedModel TrainedModel::load(const std::filesystem::path& file_or_folder) {
  const std::filesystem::path file = model_file_in(file_or_folder);
  return from_file(read_any_model_file(file), file.string());
}

TrainedModel TrainedModel::from_file(const ModelFile& file, const std::string& name) {
  return TrainedModel(open_task(file, name));
}

std::vector<std::string> TrainedModel::match(Dataset& dataset) const {
  std::vector<std::string> notes = match_names(dataset, about());
  if (std::string note = unread_data(dataset, model(), options()); !note.empty()) {
    notes.push_back(std::move(note));
  }
  std::ranges::move(task_->notes(dataset), std::back_inserter(notes));
  if (!about().edge_weight.empty() && dataset.weight_column < 0 && dataset.graph.num_edges() > 0) {
    notes.push_back(concat("the model was trained on edges with weights, '", about().edge_weight,
                           "', and these data have none: every edge counts 1"));
  }
  return notes;
}

Prediction TrainedModel::predict(const Dataset& dataset, const Wanted& wanted) const {
  const bool wants_many = task().rows == Rows::graphs;
  require(wants_many || task().rows == Rows::none || !dataset.has_many_graphs(), "predict: ", dataset.name, " holds ",
          dataset.num_graphs(), " graphs, expected one graph: ", what());
  require(!wants_many || dataset.has_many_graphs(), "predict: ", dataset.name,
          " is one graph, expected /graphs/node_ptr: ", what());
  require_matched("predict", dataset, about());
  OwnOfGraphs own;
  return predict(graphs_of(dataset, shape(), own), wanted);
}

Prediction TrainedModel::predict(const Graphs& graphs, const Wanted& wanted) const {
  check("predict", graphs);
  const auto rows =
      graphs.node_ptr.empty() ? graphs.graph.num_nodes() : static_cast<std::int64_t>(graphs.node_ptr.size()) - 1;
  for (const std::int64_t row : wanted.rows) {
    require(row >= 0 && row < rows, "predict: row ", row, " is wanted, expected 0 to ", rows - 1);
  }
  return task_->predict(graphs, wanted);
}

ReadOptions TrainedModel::plan_reading(const std::filesystem::path& dataset, const std::string& memory_limit,
                                       const std::function<void(const std::string&)>& on_message) {
  if (memory_limit.empty()) {
    return {};
  }
  require(task().rows != Rows::graphs, "memory limit: the model judges whole graphs, expected a model of nodes");
  const std::int64_t limit = bytes_of(memory_limit);
  const MemoryPlan plan = plan_inference_memory(read_dataset_size(dataset), options(), reads_by_layers(), limit);
  if (plan.inference_rows > 0) {
    set_inference_rows(plan.inference_rows);
  }
  if (on_message) {
    on_message(plan_text(plan, limit));
  }
  return plan.read;
}

Tensor TrainedModel::probabilities(const CsrGraph& graph, const NodeFeatures& features,
                                   const Features& edge_features) const {
  return predict(Graphs{.graph = graph, .node_features = features, .edge_features = edge_features},
                 {.embedding = false})
      .probabilities;
}

std::vector<Evaluation> TrainedModel::evaluate(const Dataset& dataset, std::span<const std::string> splits) const {
  check_dataset(dataset);
  require_matched("evaluate", dataset, about());
  return task_->evaluate(dataset, splits);
}

std::vector<float> TrainedModel::score_pairs(const Dataset& dataset, std::span<const Edge> pairs) const {
  require_matched("score pairs", dataset, about());
  OwnOfGraphs own;
  check("score pairs", graphs_of(dataset, shape(), own));
  return task_->score_pairs(dataset, pairs);
}

std::vector<float> TrainedModel::node_importance(const Graphs& graphs, std::int64_t output) const {
  check("node_importance", graphs);
  return task_->node_importance(graphs, output);
}

std::vector<SampledGraph> TrainedModel::generate(std::int64_t count, const GenerationRequest& request,
                                                 const ProgressCallback& progress) const {
  return task_->generate(count, request, progress);
}

const GeneratorTraits& TrainedModel::generator() const {
  return task_->generator();
}

const ModelDescription& TrainedModel::about() const {
  return task_->description();
}
std::string TrainedModel::what() const {
  return about().what();
}
const TaskInfo& TrainedModel::task() const {
  return *about().task;
}
const std::string& TrainedModel::model() const {
  return about().model;
}
const std::string& TrainedModel::dataset() const {
  return about().dataset;
}
const std::string& TrainedModel::metric() const {
  return about().metric;
}
const std::string& TrainedModel::split() const {
  return about().split;
}
const Options& TrainedModel::options() const {
  return about().options;
}
const ModelShape& TrainedModel::shape() const {
  return about().shape;
}
OutputKind TrainedModel::outputs() const {
  return about().outputs;
}
const std::vector<std::string>& TrainedModel::class_names() const {
  return about().class_names;
}
const DatasetNames& TrainedModel::names() const {
  return about().names;
}
const std::string& TrainedModel::encoder() const {
  return about().encoder;
}

bool TrainedModel::reads_by_layers() const {
  return task_->reads_by_layers();
}

void TrainedModel::set_inference_rows(std::int64_t rows) {
  task_->set_option("inference_rows", std::to_string(rows));
}

}  // namespace weft
