// A trained model of any task, read-only, for embedding in other programs. Threads may share one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/core/progress.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/model_file.hpp"
#include "weft/layers/model_shape.hpp"
#include "weft/molecules/typed_graph.hpp"
#include "weft/tasks/generation_request.hpp"
#include "weft/tasks/prediction.hpp"
#include "weft/tasks/tasks.hpp"
#include "weft/tensor/feature_rows.hpp"

#pragma GCC visibility push(default)
namespace weft {

class TrainedTask;
struct ModelDescription;

/// What the model's task cannot do is an ArgumentError that says what the model is.
class TrainedModel {
 public:
  /// Reads a model file, or the one in a run folder. Throws DataError naming file and object.
  [[nodiscard]] static TrainedModel load(const std::filesystem::path& file_or_folder);
  [[nodiscard]] static TrainedModel from_file(const ModelFile& file, const std::string& name);

  /// Puts columns of features, classes and targets of the dataset into the order of the model, by their names, and says
  /// what was done and what of the data is not read, a sentence each; to be called before predict and evaluate. Throws
  /// ArgumentError naming what is missing.
  [[nodiscard]] std::vector<std::string> match(Dataset& dataset) const;

  /// Of every row, nodes or graphs, or of the wanted ones; needs no labels. A model of links gives the states of all
  /// nodes, read from all edges. Throws ArgumentError if the features differ from those trained on.
  [[nodiscard]] Prediction predict(const Dataset& dataset, const Wanted& wanted = {}) const;
  /// The same without a dataset.
  [[nodiscard]] Prediction predict(const Graphs& graphs, const Wanted& wanted = {}) const;
  /// Of the nodes of one graph: [n, classes], rows sum to 1.
  [[nodiscard]] Tensor probabilities(const CsrGraph& graph, const NodeFeatures& features,
                                     const Features& edge_features = {}) const;

  /// Every metric of the task on each part of some splits of a dataset. Throws ArgumentError if its labels do not fit,
  /// DataError if it breaks the rules of its format.
  [[nodiscard]] std::vector<Evaluation> evaluate(const Dataset& dataset, std::span<const std::string> splits) const;
  /// Models of links: the score of each pair before the logistic function, read from all edges of the dataset.
  [[nodiscard]] std::vector<float> score_pairs(const Dataset& dataset, std::span<const Edge> pairs) const;
  /// Models of graphs: what each node adds to output `output` of its graph, the derivative by a weight of its first
  /// state. [n]
  [[nodiscard]] std::vector<float> node_importance(const Graphs& graphs, std::int64_t output) const;
  /// Generators: `count` graphs. Graph i is a function of model, request and count alone.
  [[nodiscard]] std::vector<SampledGraph> generate(std::int64_t count, const GenerationRequest& request = {},
                                                   const ProgressCallback& progress = {}) const;
  /// Generators: what the model can be asked for.
  [[nodiscard]] const GeneratorTraits& generator() const;

  /// "the model gcn of cora is one of node_classification"
  [[nodiscard]] std::string what() const;
  [[nodiscard]] const TaskInfo& task() const;
  /// The model's name in models(), the dataset that it was trained on, the metric and split that it was selected by.
  [[nodiscard]] const std::string& model() const;
  [[nodiscard]] const std::string& dataset() const;
  [[nodiscard]] const std::string& metric() const;
  [[nodiscard]] const std::string& split() const;
  [[nodiscard]] const Options& options() const;
  [[nodiscard]] const ModelShape& shape() const;
  [[nodiscard]] OutputKind outputs() const;
  /// One for each class, or empty.
  [[nodiscard]] const std::vector<std::string>& class_names() const;
  /// Of columns, targets and types of the data that it was trained on.
  [[nodiscard]] const DatasetNames& names() const;
  /// How an importer made the columns of those data (Dataset::encoder), or empty.
  [[nodiscard]] const std::string& encoder() const;

  /// Whether nodes are predicted layer by layer, so that features and edges may stay in a file; and then how many at a
  /// time: 0 is as the model was trained. To be set before threads share the model.
  [[nodiscard]] bool reads_by_layers() const;
  /// What of a dataset to read so that predicting its nodes, or evaluating the model on them, keeps to `memory_limit`,
  /// as "4G"; empty: everything. Sets the rows at a time too. Throws ArgumentError if the limit cannot be kept.
  [[nodiscard]] ReadOptions plan_reading(const std::filesystem::path& dataset, const std::string& memory_limit,
                                         const std::function<void(const std::string&)>& on_message = {});
  void set_inference_rows(std::int64_t rows);

  /// For reports of the library (trained_task.hpp).
  [[nodiscard]] const TrainedTask& trained() const { return *task_; }

 private:
  explicit TrainedModel(std::shared_ptr<TrainedTask> task) : task_(std::move(task)) {}
  [[nodiscard]] const ModelDescription& about() const;

  std::shared_ptr<TrainedTask> task_;
};

}  // namespace weft
#pragma GCC visibility pop
