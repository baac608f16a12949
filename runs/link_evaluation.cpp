#include "weft/runs/link_evaluation.hpp"

#include "weft/runs/evaluation.hpp"

namespace weft {
namespace {

std::uint64_t split_seed(const Predictor& predictor) {
  require(predictor.judges_links(), "evaluate: the model ", predictor.model(), " of ", predictor.dataset(),
          " predicts ", name_of(predictor.outputs()), ", expected one of links");
  return static_cast<std::uint64_t>(predictor.options().integer("split_seed"));
}

}  // namespace

LinkEvaluation::LinkEvaluation(const Predictor& predictor, const Dataset& dataset, std::string_view split)
    : LinkEvaluation(predictor, dataset,
                     link_split(dataset, split, split_seed(predictor), predictor.options().flag("bipartite"))) {}

LinkEvaluation::LinkEvaluation(const Predictor& predictor, const Dataset& dataset, const LinkSplit& split)
    : judge_(split, split_seed(predictor)),
      states_(
          predictor
              .predict(split.messages, dataset.node_features, {}, {.embedding = false})
              .logits) {}

Tensor link_states(const Predictor& predictor, const Dataset& dataset) {
  require(predictor.judges_links(), "predict: the model ", predictor.model(), " of ", predictor.dataset(), " predicts ",
          name_of(predictor.outputs()), ", expected one of links");
  return predict_dataset(predictor, dataset, {.embedding = false}).logits;
}

}  // namespace weft
