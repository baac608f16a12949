// Making graphs like those of a dataset: a model of sequences learns to write their codes (docs/generation.md).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/generation/sequence_batch.hpp"
#include "weft/tasks/graph_corpus.hpp"
#include "weft/tasks/task_row.hpp"
#include "weft/tasks/trained_generator.hpp"
#include "weft/train/task.hpp"

namespace weft {

/// The metric is "nll": nats for a graph, written in one random code, under the mask; an upper bound of the graph's
/// own.
class GenerationTask final : public Task {
 public:
  /// Both must outlive the task. Throws ArgumentError if a training part has no graph that a vocabulary can write.
  GenerationTask(const Dataset& dataset, const TrainJob& job);

  [[nodiscard]] const Split* find_split(std::string_view name) const override;
  [[nodiscard]] std::unique_ptr<Model> new_model(const Split& split, const Random& random) const override;
  [[nodiscard]] std::unique_ptr<Epochs> epochs(const Model& model, const Split& split,
                                               std::uint64_t seed) const override;
  [[nodiscard]] const std::string& metric() const override;
  [[nodiscard]] bool higher_is_better() const override;
  [[nodiscard]] bool has_validation(const Split& split) const override;
  [[nodiscard]] Figures judge(const Model& model, const Split& split, Parts parts) const override;
  void describe(const Split& split, ModelFile& file) const override;
  void fingerprint(Fingerprint& data) const override;
  void fingerprint_features(Fingerprint& values) const override;
  [[nodiscard]] std::vector<std::string> notes() const override;

  /// The graphs of a split that its vocabulary can write, and what a generator of them is beside its weights.
  struct Part {
    Split graphs;
    GeneratorTraits traits;
    /// Of all graphs of the corpus, at mean 0 and deviation 1 over the training part.
    Tensor properties;
    /// Graphs of the split that are in no part, since the vocabulary cannot write them.
    std::int64_t num_not_written = 0;
  };
  [[nodiscard]] const Part& part_of(const Split& split) const;
  [[nodiscard]] const TypedGraph& graph(std::int64_t g) const { return corpus_.graphs[static_cast<std::size_t>(g)]; }
  [[nodiscard]] const Options& options() const { return job_.options; }

 private:
  [[nodiscard]] const Part* find_part(std::string_view name) const;
  [[nodiscard]] Part make_part(const Split& split) const;
  /// Of a model on the first graphs of a part, in the same codes every time; NaN if there are none.
  [[nodiscard]] double nats_per_graph(const Model& model, const Part& part, const std::vector<std::int64_t>& graphs,
                                      std::int64_t most) const;

  const Dataset& dataset_;
  const TrainJob& job_;
  GraphCorpus corpus_;
  std::vector<std::unique_ptr<const Part>> parts_;
};

/// What an epoch over so many graphs of the training part shows, and in how many steps.
struct EpochSize {
  std::int64_t graphs = 0, steps = 0;
};
[[nodiscard]] EpochSize epoch_size(const Options& options, std::int64_t train_graphs);

/// Sizes of the model, how graphs are written, and what may be asked for, beside the options of training.
[[nodiscard]] std::span<const Option> generation_options();

/// The row generation of the table of tasks.
[[nodiscard]] std::vector<TaskRow> generation_tasks();

}  // namespace weft
