// How options of training, of a task and of a model meet, and their defaults for the amount of labels that there is.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "weft/core/options.hpp"
#include "weft/io/dataset.hpp"
#include "weft/tasks/tasks.hpp"

#pragma GCC visibility push(default)
namespace weft {

/// The options of training models that read graphs: those of the loop, metric, edges, samplers, …
[[nodiscard]] std::span<const Option> training_options();

/// How much there is to learn the classes or numbers of nodes from. A hundred labels want a small model that is held
/// back by dropout and decay, as the papers on citation graphs have it; thousands want a deep, normalized one.
enum class LabelAmount { few, many };
/// Many: a hundred or more labeled training nodes for each class, on average, or a thousand where they are no more than
/// a fifth of all nodes. Tasks about other rows have few.
[[nodiscard]] LabelAmount label_amount(const Dataset& dataset, const Split& split);
/// The same from sizes alone, for one graph: every training node counts as labeled.
[[nodiscard]] LabelAmount label_amount(const DatasetSize& size);

/// The options of training, of the task and of `model`, with the defaults that they have together.
[[nodiscard]] Options default_options(std::string_view model, TaskKind task = TaskKind::node_classification,
                                      LabelAmount amount = LabelAmount::few);
/// The same for the data at hand.
[[nodiscard]] Options default_options(std::string_view model, const Dataset& dataset, const Split& split);

/// The sampler that suits a model with these options, where a job asks for batches and names none: neighbor where each
/// layer may read a hop of its own, rows where the graph is not read in training, otherwise parts.
[[nodiscard]] std::string_view suited_sampler(std::string_view model, const Options& options);

/// nullptr if the task has no option that had this name.
[[nodiscard]] const FormerOption* former_option(const TaskInfo& task, std::string_view name);

}  // namespace weft
#pragma GCC visibility pop
