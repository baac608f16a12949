#include "weft/tasks/metrics.hpp"

#include <algorithm>

#include "weft/core/named_rows.hpp"
#include "weft/tasks/classification_metrics.hpp"
#include "weft/tasks/link_judge.hpp"
#include "weft/tasks/link_metrics.hpp"
#include "weft/tasks/target_metrics.hpp"

namespace weft {
namespace {

double label_accuracy_at_zero(const Tensor& scores, const Tensor& labels, std::span<const std::int64_t> rows) {
  return label_accuracy(scores, labels, rows);
}

const std::vector<Metric>& table() {
  static const std::vector<Metric> kMetrics = {
      {.info = {"accuracy", "share of rows, or of labels, that are called what they are"},
       .of_classes = accuracy,
       .of_labels = label_accuracy_at_zero},
      {.info = {"balanced_accuracy", "mean over classes of the share of their rows that are called so"},
       .of_classes = balanced_accuracy},
      {.info = {"macro_f1", "mean over classes of 2 tp / (2 tp + fp + fn)"}, .of_classes = macro_f1},
      {.info = {"roc_auc", "area under the ROC curve; of several classes or labels the mean"},
       .of_classes = roc_auc,
       .of_labels = label_roc_auc,
       .of_links = [](const LinkResults& links) { return roc_auc(links.scores(), links.outcomes()); }},
      {.info = {"average_precision",
                "sum over thresholds of precision times the recall gained; of several classes the mean"},
       .of_classes = average_precision,
       .of_labels = label_average_precision,
       .of_links = [](const LinkResults& links) { return average_precision(links.scores(), links.outcomes()); }},
      {.info = {"mae", "mean absolute error", false}, .of_values = mean_absolute_error},
      {.info = {"rmse", "root of the mean squared error", false}, .of_values = root_mean_squared_error},
      {.info = {"r2", "share of the targets' variance that is explained"}, .of_values = r_squared},
      {.info = {"hits@20", "share of links scored above all but 19 pairs that are none"},
       .of_links = [](const LinkResults& links) { return hits_at(20, links.of_links(), links.of_others()); }},
      {.info = {"hits@50", "share of links scored above all but 49 pairs that are none"},
       .of_links = [](const LinkResults& links) { return hits_at(50, links.of_links(), links.of_others()); }},
      {.info = {"mrr", "mean of one over the place of a link among pairs that keep its first end"},
       .of_links = [](const LinkResults& links) { return links.mean_reciprocal_rank(); }},
      {.info = {"recall@20", "users: share of their links among the 20 best items"},
       .of_links = [](const LinkResults& links) { return links.ranking().recall; },
       .needs_users = true},
      {.info = {"ndcg@20", "users: how early their links stand among the 20 best items"},
       .of_links = [](const LinkResults& links) { return links.ranking().ndcg; },
       .needs_users = true},
      {.info = {"nll", "nats that the model needs to write a graph in one random code", false}, .of_graphs = true},
  };
  return kMetrics;
}

}  // namespace

bool Metric::is_for(OutputKind outputs) const {
  switch (outputs) {
    case OutputKind::classes:
      return of_classes != nullptr;
    case OutputKind::labels:
      return of_labels != nullptr;
    case OutputKind::values:
      return of_values != nullptr;
    case OutputKind::states:
      return of_links != nullptr;
    case OutputKind::graphs:
      return of_graphs;
  }
  return false;
}

std::span<const Metric> metrics() {
  return table();
}

const Metric& metric_named(std::string_view name) {
  return row_named(table(), "metric", name);
}

std::vector<std::string> metric_names(OutputKind outputs) {
  std::vector<std::string> names;
  for (const Metric& metric : table()) {
    if (metric.is_for(outputs)) {
      names.emplace_back(metric.info.name);
    }
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace weft
