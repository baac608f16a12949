#include "weft/layers/label_propagation_model.hpp"

#include <array>
#include <cmath>

#include "weft/layers/label_spread.hpp"

namespace weft {
namespace {

constexpr std::array<float, 4> kShares = {0.5F, 0.8F, 0.95F, 0.99F};
/// Where nothing chooses.
constexpr float kUsualShare = 0.95F;

}  // namespace

LabelPropagationModel::LabelPropagationModel(const ModelShape& shape, const LabelPropagationOptions& options,
                                             const Random&)
    : num_outputs_(shape.num_outputs), options_(options) {}

Tensor LabelPropagationModel::logits(const MessageBlock& block, const Tensor& targets, float share) const {
  const std::vector<std::int64_t> nodes = known_.nodes(block.graph());
  return logits_of_probabilities(propagated_labels(block, {nodes, targets}, share, options_.spread_steps),
                                 chosen_(0, 1) == 1.0F);
}

void LabelPropagationModel::solve(const Given& given) {
  require(
      !given.block.graph().is_in_file(),
      "model label_propagation: the edges stay in their file, and labels are carried along edges in memory; expected "
      "a larger memory limit");
  Tensor values = given.targets;
  if (given.are_classes) {
    values = Tensor(given.targets.rows(), 1);
    for (std::int64_t i = 0; i < values.rows(); ++i) {
      std::int64_t c = 0;
      while (c + 1 < given.targets.cols() && given.targets(i, c) == 0.0F) {
        ++c;
      }
      values(i, 0) = static_cast<float>(c);
    }
  }
  known_.set(given.nodes, std::move(values), given.block.graph());
  chosen_(0, 1) = given.are_classes ? 1.0F : 0.0F;
  chosen_(0, 0) = options_.spread_share > 0.0 ? static_cast<float>(options_.spread_share) : kUsualShare;
  if (options_.spread_share > 0.0) {
    return;
  }
  double best = std::nan("");
  for (const float share : kShares) {
    const double figure = given.figure(logits(given.block, given.targets, share));
    if (!std::isnan(figure) && (std::isnan(best) || figure > best)) {
      best = figure;
      chosen_(0, 0) = share;
    }
  }
}

NodeModel::Output LabelPropagationModel::forward(const Blocks& blocks, const NodeInput&, Pass&) const {
  const MessageBlock& block = blocks.whole("label_propagation");
  require(known_.are_of(block.graph()),
          "model label_propagation: it knows labels of nodes of the graph that it was trained on, expected that graph");
  require(chosen_(0, 0) >= 0.0F && chosen_(0, 0) < 1.0F, "model label_propagation: the share of neighbors is ",
          chosen_(0, 0), ", expected 0 to below 1");
  const Variable y =
      Variable::constant(logits(block, known_.targets(num_outputs_, chosen_(0, 1) == 1.0F), chosen_(0, 0)));
  return {y, y};
}

void LabelPropagationModel::list_parameters(ParameterList& list) {
  list.add_layer("labels", known_);
  list.add_statistic("chosen", chosen_);
}

}  // namespace weft
