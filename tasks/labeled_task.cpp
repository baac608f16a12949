#include "weft/tasks/labeled_task.hpp"

#include <algorithm>
#include <numeric>

#include "weft/layers/output_scale.hpp"

namespace weft {
namespace {

/// Where one of two classes is rare, calling everything the other would look good, so two classes are judged by rank,
/// be they of nodes or of graphs.
std::string default_metric(const RowLabels& labels) {
  if (labels.kind() != OutputKind::classes) {
    return labels.kind() == OutputKind::values ? "mae" : "roc_auc";
  }
  return labels.num_outputs() == 2 ? "roc_auc" : "accuracy";
}

}  // namespace

LabeledTask::LabeledTask(const Dataset& dataset, const TrainJob& job, bool of_graphs)
    : RowTask(dataset, job),
      labels_(dataset, of_graphs, RowLabels::kind_of(dataset, of_graphs), "train"),
      metric_(job.options.text("metric") == "auto" ? default_metric(labels_) : job.options.text("metric")) {
  const std::vector<std::string> known = metric_names(labels_.kind());
  std::string names;
  for (const std::string& name : known) {
    names += (names.empty() ? "" : ", ") + name;
  }
  require(std::ranges::find(known, metric_) != known.end(), "metric '", metric_, "' is not one of ",
          name_of(dataset.task), ", expected auto or one of ", names);
  // Before anything is trained.
  const std::string& weights = options().text("class_weights");
  if (weights != "none" && weights != "balanced") {
    std::vector<std::int64_t> rows(labels_.classes().size());
    std::iota(rows.begin(), rows.end(), std::int64_t{0});
    static_cast<void>(labels_.class_weights(weights, rows));
  }
}

void LabeledTask::set_unit(NodeModel& model, const Split& split) const {
  if (labels_.kind() != OutputKind::values) {
    return;
  }
  OutputScale* scale = model.output_scale();
  require(scale != nullptr, "train: the model ", job().model,
          " knows no unit of its outputs, expected one for numbers");
  const TargetUnit unit = unit_of(split);
  scale->set_unit(unit.mean, unit.deviation);
}

TargetUnit LabeledTask::unit_of(const Split& split) const {
  TargetUnit unit = labels_.unit_of(split.train);
  unit.class_weights = labels_.class_weights(options().text("class_weights"), split.train);
  return unit;
}

Variable LabeledTask::loss(const Variable& logits, const JudgedRows& rows, const TargetUnit& unit) const {
  const std::string& kind = options().text("loss");
  return labels_.loss(logits, rows, unit,
                      kind == "focal"                                              ? LossKind::focal
                      : kind == "absolute" || (kind == "auto" && metric_ == "mae") ? LossKind::absolute
                                                                                   : LossKind::usual);
}

RowLabels labels_for(const TrainedTask& model, const Dataset& dataset, bool of_graphs) {
  const ModelDescription& described = model.description();
  RowLabels labels(dataset, of_graphs, described.outputs, "evaluate");
  require(labels.num_outputs() == described.shape.num_outputs, "evaluate: the dataset ", dataset.name, " has ",
          labels.num_outputs(), described.outputs == OutputKind::classes ? " classes" : " targets", ", expected ",
          described.shape.num_outputs, " as the model has");
  return labels;
}

std::vector<Evaluation> evaluate_rows(const TrainedTask& model, const Dataset& dataset,
                                      std::span<const std::string> splits, bool of_graphs) {
  const RowLabels labels = labels_for(model, dataset, of_graphs);
  OwnOfGraphs own;
  const Tensor outputs = model.predict(graphs_of(dataset, model.description().shape, own), {.embedding = false}).logits;
  std::vector<Evaluation> evaluations;
  for (const std::string& name : splits) {
    const Split* split = dataset.find_split(name);
    require(split != nullptr, "evaluate: the dataset ", dataset.name, " has no split '", name, "'");
    const auto figures = [&](const std::vector<std::int64_t>& part) {
      return labels.figures(outputs, labels.labeled(part));
    };
    std::int64_t num_not_finite = 0;
    for (const std::vector<std::int64_t>* part : {&split->train, &split->val, &split->test}) {
      const std::vector<std::int64_t> rows = labels.labeled(*part);
      num_not_finite += rows.empty() ? 0 : static_cast<std::int64_t>(rows_not_finite(outputs, rows).size());
    }
    const auto classes = [&](const std::vector<std::int64_t>& part) {
      return labels.kind() == OutputKind::classes
                 ? class_figures(confusion_matrix(outputs, labels.classes(), labels.labeled(part)))
                 : std::vector<ClassFigures>();
    };
    evaluations.push_back({.split = name,
                           .train = figures(split->train),
                           .val = figures(split->val),
                           .test = figures(split->test),
                           .train_classes = classes(split->train),
                           .val_classes = classes(split->val),
                           .test_classes = classes(split->test),
                           .num_not_finite = num_not_finite});
  }
  return evaluations;
}

}  // namespace weft
