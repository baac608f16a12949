// A trained model of links against the links of a dataset.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "weft/io/dataset.hpp"
#include "weft/tasks/link_judge.hpp"
#include "weft/runs/trained_model.hpp"

namespace weft {

class LinkEvaluation {
 public:
  /// Runs the model on the graph without the links of validation and test. What of the split is drawn is drawn as in
  /// the model's training. Throws ArgumentError unless the model predicts links and the dataset has such a split.
  LinkEvaluation(const Predictor& predictor, const Dataset& dataset, std::string_view split);

  /// The numbers of the links of each part.
  [[nodiscard]] const Split& rows() const { return judge_.rows(); }
  /// Every metric of the task over some of them.
  [[nodiscard]] std::map<std::string, double> figures(std::span<const std::int64_t> rows) const {
    return judge_.figures(states_, rows);
  }
  /// [n, d], of all nodes.
  [[nodiscard]] const Tensor& states() const { return states_; }

 private:
  LinkEvaluation(const Predictor& predictor, const Dataset& dataset, const LinkSplit& split);

  LinkJudge judge_;
  Tensor states_;
};

/// The states of all nodes, read from all edges of the dataset, none held out: what links that are not known yet are
/// predicted from. [n, d]
[[nodiscard]] Tensor link_states(const Predictor& predictor, const Dataset& dataset);

}  // namespace weft
