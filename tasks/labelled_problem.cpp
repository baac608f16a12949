#include "weft/tasks/labelled_problem.hpp"

#include <algorithm>

namespace weft {
namespace {

/// Where one of two classes is rare, calling everything the other would look good. Of nodes, two classes are always
/// judged by rank, as the literature's graphs of two classes are.
std::string default_metric(const RowLabels& labels, bool of_graphs) {
  if (labels.kind() != OutputKind::classes) {
    return labels.kind() == OutputKind::values ? "mae" : "roc_auc";
  }
  const auto count = static_cast<std::int64_t>(labels.classes().size());
  const auto second = std::ranges::count(labels.classes(), std::int64_t{1});
  const auto rarer = std::min<std::int64_t>(second, count - second);
  return labels.num_outputs() == 2 && (!of_graphs || 10 * rarer < count) ? "roc_auc" : "accuracy";
}

}  // namespace

LabelledProblem::LabelledProblem(const Dataset& dataset, const TrainJob& job, bool of_graphs)
    : Problem(dataset, job),
      labels_(dataset, of_graphs, RowLabels::kind_of(dataset, of_graphs), "train"),
      metric_(job.options.text("metric") == "auto" ? default_metric(labels_, of_graphs) : job.options.text("metric")) {
  const std::vector<std::string> known = labels_.metrics();
  std::string names;
  for (const std::string& name : known) {
    names += (names.empty() ? "" : ", ") + name;
  }
  require(std::ranges::find(known, metric_) != known.end(), "metric '", metric_, "' is not one of ",
          name_of(dataset.task), ", expected auto or one of ", names);
}

void LabelledProblem::prepare(NodeModel& model, const Split& split) const {
  const TargetUnit unit = unit_of(split);
  for (const NamedStatistic& statistic : parameters_of(model).statistics) {
    if (statistic.name == "output.shift") {
      *statistic.value = unit.mean;
    } else if (statistic.name == "output.factor") {
      *statistic.value = unit.deviation;
    }
  }
}

Variable LabelledProblem::loss(const Variable& logits, const JudgedRows& rows, const TargetUnit& unit) const {
  const std::string& kind = options().text("loss");
  return labels_.loss(logits, rows, unit, kind == "absolute" || (kind == "auto" && metric_ == "mae"));
}

}  // namespace weft
