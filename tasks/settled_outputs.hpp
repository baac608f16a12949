// What is settled on the validation part once a model's weights are: how labels of the training part spread over what
// it says (option smooth), and above which probability a node or graph is called the second of two classes (option
// threshold).
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "weft/core/options.hpp"
#include "weft/graph/message_block.hpp"
#include "weft/io/model_file.hpp"
#include "weft/layers/settled_model.hpp"
#include "weft/tasks/labels.hpp"

namespace weft {

/// Of models whose job asks for any of it; otherwise null.
[[nodiscard]] const SettledModel* settled_of(const NodeModel& model);

/// Whether options ask for labels to spread, or for a threshold.
[[nodiscard]] bool asks_to_spread(const Options& options);
[[nodiscard]] bool asks_for_threshold(const Options& options);
/// The option threshold, of tasks that have it.
[[nodiscard]] Option threshold_option();
/// Throws ArgumentError if the options ask for a threshold that is none, or of other labels than two classes.
void check_threshold(const Options& options, OutputKind kind, std::int64_t num_outputs);

/// The labels of some rows that have one, as what is known.
void set_known(KnownLabels& known, const RowLabels& labels, const CsrGraph& graph, std::span<const std::int64_t> rows);
/// Room for those that the tensors whose names begin with `prefix` hold.
void make_room(KnownLabels& known, std::string_view prefix, const std::vector<NamedTensor>& state);

/// The model, with room for what is settled where the options ask for any; its known labels are those of `train`, empty
/// where labels are not to spread.
[[nodiscard]] std::unique_ptr<NodeModel> with_settling(std::unique_ptr<NodeModel> model, const RowLabels& labels,
                                                       const Options& options, const CsrGraph& graph,
                                                       std::span<const std::int64_t> train);
/// The same as a model file has it, whose tensors are `state`.
[[nodiscard]] std::unique_ptr<NodeModel> with_settling(std::unique_ptr<NodeModel> model, std::int64_t num_outputs,
                                                       bool are_classes, const Options& options,
                                                       const std::vector<NamedTensor>& state);

/// Logits of all nodes of the graph that the labels are of, spread as the model has it. Nodes whose labels are known
/// keep what the model says: their own labels would say how good it is.
[[nodiscard]] Tensor spread_logits(const SettledModel& model, const MessageBlock& block, Tensor logits);
/// Logits whose larger one is the class that a node is called.
[[nodiscard]] Tensor called_logits(const SettledModel& model, Tensor logits);

struct SettleJob {
  const RowLabels& labels;
  const Metric& metric;
  /// The rows of the validation part that have a label; none: nothing is chosen.
  std::span<const std::int64_t> val;
  /// What a row is.
  std::string_view row = "node";
};
/// Chooses, puts what it chose into the model, and says it in a sentence for each choice. logits: of all nodes as the
/// model says them.
[[nodiscard]] std::string settle(SettledModel& model, const MessageBlock& block, const Tensor& logits,
                                 const Options& options, const SettleJob& job);

}  // namespace weft
