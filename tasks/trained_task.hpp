// A trained model of some task, read-only: what it can do with data. What its task cannot do is an ArgumentError that
// says what the model is.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/core/progress.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/model_file.hpp"
#include "weft/layers/model_shape.hpp"
#include "weft/tasks/input_scaling.hpp"
#include "weft/tasks/prediction.hpp"

namespace weft {

class NodeModel;
struct TaskInfo;
struct GenerationRequest;
struct GeneratorTraits;
struct SampledGraph;

/// What a model file says beside weights.
struct ModelDescription {
  const TaskInfo* task = nullptr;
  /// The model's name in models(), the name of the dataset, the metric and split that it was selected by.
  std::string model = {}, dataset = {}, metric = {}, split = {};
  Options options = {};
  ModelShape shape = {};
  OutputKind outputs = OutputKind::classes;
  InputScaling scaling = {};
  /// One for each class, or empty.
  std::vector<std::string> class_names = {};
  /// Of the data that it was trained on.
  DatasetNames names = {};
  std::string encoder = {};
  /// What was chosen once its weights were there, as a sentence (Task::settle), or empty.
  std::string settled = {};
  /// Of a model that learned a row for each node: table_nodes() of its graph; otherwise empty.
  std::string table_nodes = {};
  /// Of a model that knows labels of nodes: names_mark() of the nodes of their graph; empty: they have no names.
  std::string known_nodes = {};
  /// Of nodes of several types: those of the labels that it learned.
  std::vector<std::string> labeled_types = {};
  /// The column that edges counted as their weights in training; empty: they counted alike.
  std::string edge_weight = {};

  /// "the model gcn of cora is one of node_classification"
  [[nodiscard]] std::string what() const;
};

/// May be shared by threads.
class TrainedTask {
 public:
  explicit TrainedTask(ModelDescription description) : description_(std::move(description)) {}
  TrainedTask(const TrainedTask&) = delete;
  TrainedTask& operator=(const TrainedTask&) = delete;
  virtual ~TrainedTask() = default;

  [[nodiscard]] const ModelDescription& description() const { return description_; }
  /// Options that say how predictions are made, such as inference_rows, may be set.
  void set_option(std::string_view name, std::string_view value) { description_.options.set(name, value); }

  /// The network, or null where it does not read graphs.
  [[nodiscard]] virtual const NodeModel* node_model() const { return nullptr; }
  /// What of the model holds for these data and what does not, a sentence each; mostly there is nothing to say.
  [[nodiscard]] virtual std::vector<std::string> notes(const Dataset& /*dataset*/) const { return {}; }
  /// Whether nodes are predicted layer by layer, so that features and edges may stay in a file.
  [[nodiscard]] virtual bool reads_by_layers() const { return false; }

  /// Of every row, nodes or graphs, or of the wanted ones; needs no labels.
  [[nodiscard]] virtual Prediction predict(const Graphs& graphs, const Wanted& wanted) const;
  /// Against what the dataset knows.
  [[nodiscard]] virtual std::vector<Evaluation> evaluate(const Dataset& dataset,
                                                         std::span<const std::string> splits) const;
  /// What each node adds to output `output` of its graph. [n]
  [[nodiscard]] virtual std::vector<float> node_importance(const Graphs& graphs, std::int64_t output) const;
  /// How likely each pair of nodes is a link, before the logistic function, read from all edges of the dataset.
  [[nodiscard]] virtual std::vector<float> score_pairs(const Dataset& dataset, std::span<const Edge> pairs) const;
  /// New graphs.
  [[nodiscard]] virtual std::vector<SampledGraph> generate(std::int64_t count, const GenerationRequest& request,
                                                           const ProgressCallback& progress) const;
  /// Of a generator: its vocabulary and what it may be asked for.
  [[nodiscard]] virtual const GeneratorTraits& generator() const;

 private:
  /// "OPERATION: the model ... , expected one of WHAT"
  [[noreturn]] void refuse(std::string_view operation, std::string_view expected) const;

  ModelDescription description_;
};

/// What graphs_of() makes and the graphs are views of.
struct OwnOfGraphs {
  /// Molecules of one atom each have no bond, so nothing says which columns bonds would have.
  Features no_edges;
  /// The column of the edges' features that is their weight.
  std::vector<float> edge_weights;
};
/// The dataset as graphs to predict with a model of this shape.
[[nodiscard]] Graphs graphs_of(const Dataset& dataset, const ModelShape& shape, OwnOfGraphs& own);

/// Probabilities, or what outputs of that kind are themselves.
[[nodiscard]] Tensor meaning_of(const Tensor& logits, OutputKind outputs);

}  // namespace weft
