#include "weft/tasks/settled_outputs.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <limits>
#include <utility>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/tasks/classification_metrics.hpp"
#include "weft/tasks/trained_task.hpp"

namespace weft {
namespace {

constexpr std::array<float, 3> kShares = {0.5F, 0.8F, 0.95F};
/// That of the paper's code for means, and what is taken where there is no validation part to choose by.
constexpr float kUsualShare = 0.8F;
constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

OutputKind output_kind(const SettledModel& model) {
  return model.are_classes() ? OutputKind::classes : OutputKind::labels;
}

std::string number_text(const char* format, double value) {
  char text[32];
  std::snprintf(text, sizeof text, format, value);
  return text;
}

std::string shares_text(const Spread& spread) {
  return spread.kind == SpreadKind::correct
             ? concat("errors ", number_text("%g", static_cast<double>(spread.correct_share)), ", means ",
                      number_text("%g", static_cast<double>(spread.smooth_share)))
             : concat("means ", number_text("%g", static_cast<double>(spread.smooth_share)));
}

/// Tries ways to spread, and keeps the best on the validation part.
class SpreadSearch {
 public:
  SpreadSearch(const SettledModel& model, const MessageBlock& block, const Tensor& logits, const SettleJob& job)
      : block_(block),
        job_(job),
        are_classes_(model.are_classes()),
        nodes_(model.known().nodes(block.graph())),
        targets_(model.known().targets(model.num_outputs(), are_classes_)),
        probabilities_(meaning_of(logits, output_kind(model))) {}

  void try_smooth(float share) {
    look_at({.kind = SpreadKind::smooth, .smooth_share = share},
            smoothed(block_, probabilities_, {nodes_, targets_}, share));
  }
  /// The better of some shares for errors at one of means, then of the other means at that.
  void try_correct() {
    const double before = best_figure_;
    best_figure_ = kUnknown;
    const Spread others = std::exchange(best_, {});
    for (const float share : kShares) {
      look_at_correct(share, kUsualShare);
    }
    const float share = best_.correct_share;
    for (const float means : kShares) {
      if (means != kUsualShare && best_.kind != SpreadKind::none) {
        look_at_correct(share, means);
      }
    }
    if (!is_better(best_figure_, before)) {
      best_ = others;
      best_figure_ = before;
    }
  }
  [[nodiscard]] const Spread& best() const { return best_; }
  [[nodiscard]] double figure() const { return best_figure_; }
  [[nodiscard]] bool is_better(double figure, double than) const {
    return !std::isnan(figure) &&
           (std::isnan(than) || (job_.metric.info.higher_is_better ? figure > than : figure < than));
  }

 private:
  void look_at_correct(float correct_share, float smooth_share) {
    if (correct_share != corrected_share_) {
      corrected_ = corrected(block_, probabilities_, {nodes_, targets_}, correct_share);
      corrected_share_ = correct_share;
    }
    look_at({.kind = SpreadKind::correct, .smooth_share = smooth_share, .correct_share = correct_share},
            smoothed(block_, corrected_, {nodes_, targets_}, smooth_share));
  }
  void look_at(const Spread& spread, Tensor probabilities) {
    const double figure =
        job_.labels.figure(job_.metric, logits_of_probabilities(std::move(probabilities), are_classes_), job_.val);
    if (is_better(figure, best_figure_)) {
      best_ = spread;
      best_figure_ = figure;
    }
  }

  const MessageBlock& block_;
  const SettleJob& job_;
  bool are_classes_;
  std::vector<std::int64_t> nodes_;
  Tensor targets_, probabilities_, corrected_;
  float corrected_share_ = -1.0F;
  Spread best_;
  double best_figure_ = kUnknown;
};

std::string settle_spread(SettledModel& model, const MessageBlock& block, const Tensor& logits,
                          const std::string& option, const SettleJob& job) {
  if (job.val.empty()) {
    const bool is_auto = option == "auto";
    const Spread spread{.kind = is_auto ? SpreadKind::none : value_named<SpreadKind>(option).value(),
                        .smooth_share = kUsualShare,
                        .correct_share = kUsualShare};
    model.set_spread(spread);
    return is_auto ? "labels are not spread: there is no validation part to choose by (smooth=auto)"
                   : concat("labels of the training part spread (smooth=", option, ", ", shares_text(spread),
                            "), as nothing chooses where there is no validation part");
  }
  const std::string metric(job.metric.info.name);
  const double before = job.labels.figure(job.metric, logits, job.val);
  SpreadSearch search(model, block, logits, job);
  if (option != "correct") {
    for (const float share : kShares) {
      search.try_smooth(share);
    }
  }
  if (option != "smooth") {
    search.try_correct();
  }
  // Half of what chance moves a share of so many rows by: the best of several looks a little better by itself.
  const double share = std::clamp(std::isnan(before) ? 0.5 : before, 0.0, 1.0);
  const double chance = 0.5 * std::sqrt(share * (1.0 - share) / static_cast<double>(job.val.size()));
  const double least = before + (job.metric.info.higher_is_better ? chance : -chance);
  if (option == "auto" && !search.is_better(search.figure(), least)) {
    model.set_spread({});
    return concat("labels are not spread: val ", metric, " is ", number_text("%.4f", before), ", and ",
                  number_text("%.4f", search.figure()), " at best where they are",
                  search.is_better(search.figure(), before)
                      ? concat(", while less than ", number_text("%.4f", chance), " more may be chance")
                      : "",
                  " (smooth=auto)");
  }
  model.set_spread(search.best());
  return concat("labels of the training part spread over what the model says (smooth=", name_of(search.best().kind),
                ", ", shares_text(search.best()), "): val ", metric, " ", number_text("%.4f", before), " -> ",
                number_text("%.4f", search.figure()));
}

/// Accuracy, balanced accuracy or macro F1 of two classes.
double figure_of(std::string_view metric, const std::vector<std::vector<std::int64_t>>& confusion) {
  const auto at = [&](std::size_t i, std::size_t j) { return static_cast<double>(confusion[i][j]); };
  const auto share = [](double part, double all) { return all > 0.0 ? part / all : 0.0; };
  const double own = at(0, 0), other = at(1, 1), wrong = at(0, 1) + at(1, 0);
  if (metric == "accuracy") {
    return share(own + other, own + other + wrong);
  }
  return metric == "balanced_accuracy"
             ? 0.5 * (share(own, own + at(0, 1)) + share(other, other + at(1, 0)))
             : 0.5 * (share(2.0 * own, 2.0 * own + wrong) + share(2.0 * other, 2.0 * other + wrong));
}

constexpr std::array<std::string_view, 3> kThresholdMetrics = {"accuracy", "balanced_accuracy", "macro_f1"};

double threshold_in(const std::string& option) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(option.data(), option.data() + option.size(), value);
  require(error == std::errc() && end == option.data() + option.size() && value > 0.0 && value < 1.0,
          "option threshold: '", option,
          "', expected none, accuracy, balanced_accuracy, macro_f1, or a probability above 0 and below 1");
  return value;
}

float probability_of(double difference) {
  constexpr double kLeast = 1e-6;
  return static_cast<float>(std::clamp(1.0 / (1.0 + std::exp(-difference)), kLeast, 1.0 - kLeast));
}

/// The best cut between two scores that follow each other; of equal ones the nearest to where both are as likely.
std::pair<float, double> best_threshold(std::string_view metric, const Tensor& logits, const SettleJob& job) {
  std::vector<std::pair<double, std::int64_t>> scores;
  std::vector<std::vector<std::int64_t>> confusion(2, std::vector<std::int64_t>(2, 0));
  for (const std::int64_t v : job.val) {
    const std::int64_t label = job.labels.classes()[static_cast<std::size_t>(v)];
    scores.emplace_back(static_cast<double>(logits(v, 1)) - static_cast<double>(logits(v, 0)), label);
    ++confusion[static_cast<std::size_t>(label)][1];
  }
  std::ranges::sort(scores);
  double best = -1.0, best_cut = 0.0;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    const auto label = static_cast<std::size_t>(scores[i].second);
    --confusion[label][1];
    ++confusion[label][0];
    if (i + 1 == scores.size() || scores[i + 1].first == scores[i].first) {
      continue;
    }
    const double cut = 0.5 * (scores[i].first + scores[i + 1].first), figure = figure_of(metric, confusion);
    if (figure > best || (figure == best && std::abs(cut) < std::abs(best_cut))) {
      best = figure;
      best_cut = cut;
    }
  }
  return {best < 0.0 ? 0.5F : probability_of(best_cut), best};
}

std::string settle_threshold(SettledModel& model, const Tensor& logits, const std::string& option,
                             const SettleJob& job) {
  const std::string name = class_names_for(2, job.labels.class_names()).back();
  float threshold = 0.5F;
  std::string why;
  if (std::ranges::find(kThresholdMetrics, option) == kThresholdMetrics.end()) {
    threshold = static_cast<float>(threshold_in(option));
  } else if (job.val.empty()) {
    why = ", as there is no validation part to choose by";
  } else {
    const auto [best, figure] = best_threshold(option, logits, job);
    threshold = best;
    why = figure < 0.0 ? concat(", as all ", job.row, "s of the validation part score alike")
                       : concat(": val ", option, " ", number_text("%.4f", figure), " is the best there");
  }
  model.set_threshold(threshold);
  return concat("a ", job.row, " is called '", name, "' where its probability is above ",
                number_text("%.6g", static_cast<double>(threshold)), " (threshold=", option, ")", why);
}

}  // namespace

const SettledModel* settled_of(const NodeModel& model) {
  return dynamic_cast<const SettledModel*>(&model);
}

bool asks_to_spread(const Options& options) {
  return options.has("smooth") && options.text("smooth") != "none";
}

bool asks_for_threshold(const Options& options) {
  return options.has("threshold") && options.text("threshold") != "none";
}

Option threshold_option() {
  return {"threshold", std::string("none"),
          "two classes: above which probability a node or graph is called the second; none: 0.5; accuracy, "
          "balanced_accuracy or macro_f1: where that is best on the validation part; or a number"};
}

void check_threshold(const Options& options, OutputKind kind, std::int64_t num_outputs) {
  if (!asks_for_threshold(options)) {
    return;
  }
  require(kind == OutputKind::classes && num_outputs == 2, "option threshold: there are ", num_outputs,
          kind == OutputKind::classes ? " classes" : " outputs that are no classes", ", expected two classes");
  if (std::ranges::find(kThresholdMetrics, options.text("threshold")) == kThresholdMetrics.end()) {
    (void)threshold_in(options.text("threshold"));
  }
}

std::unique_ptr<NodeModel> with_settling(std::unique_ptr<NodeModel> model, const RowLabels& labels,
                                         const Options& options, const CsrGraph& graph,
                                         std::span<const std::int64_t> train) {
  if (!asks_to_spread(options) && !asks_for_threshold(options)) {
    return model;
  }
  const bool are_classes = labels.kind() == OutputKind::classes;
  auto settled = std::make_unique<SettledModel>(std::move(model), labels.num_outputs(), are_classes);
  if (asks_to_spread(options)) {
    set_known(settled->known(), labels, graph, train);
  }
  return settled;
}

std::unique_ptr<NodeModel> with_settling(std::unique_ptr<NodeModel> model, std::int64_t num_outputs, bool are_classes,
                                         const Options& options, const std::vector<NamedTensor>& state) {
  if (!asks_to_spread(options) && !asks_for_threshold(options)) {
    return model;
  }
  auto settled = std::make_unique<SettledModel>(std::move(model), num_outputs, are_classes);
  make_room(settled->known(), "known.", state);
  return settled;
}

void set_known(KnownLabels& known, const RowLabels& labels, const CsrGraph& graph,
               std::span<const std::int64_t> train) {
  std::vector<std::int64_t> nodes(train.begin(), train.end());
  std::ranges::sort(nodes);
  nodes.erase(std::ranges::unique(nodes).begin(), nodes.end());
  if (labels.kind() != OutputKind::classes) {
    known.set(nodes, gather_rows(labels.targets(), std::vector<std::uint32_t>(nodes.begin(), nodes.end())), graph);
    return;
  }
  Tensor classes(static_cast<std::int64_t>(nodes.size()), 1);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    classes(static_cast<std::int64_t>(i), 0) = static_cast<float>(labels.classes()[static_cast<std::size_t>(nodes[i])]);
  }
  known.set(nodes, std::move(classes), graph);
}

void make_room(KnownLabels& known, std::string_view prefix, const std::vector<NamedTensor>& state) {
  const auto values = std::ranges::find(state, concat(prefix, "values"), &NamedTensor::name);
  if (values != state.end()) {
    known.make_room(values->value.rows(), values->value.cols());
  }
}

Tensor spread_logits(const SettledModel& model, const MessageBlock& block, Tensor logits) {
  const Spread spread = model.spread();
  if (spread.kind == SpreadKind::none) {
    return logits;
  }
  const std::vector<std::int64_t> nodes = model.known().nodes(block.graph());
  const Tensor targets = model.known().targets(model.num_outputs(), model.are_classes());
  Tensor spread_out = logits_of_probabilities(
      spread_scores(block, meaning_of(logits, output_kind(model)), {nodes, targets}, spread), model.are_classes());
  for (const std::int64_t v : nodes) {
    std::ranges::copy(logits.row(v), spread_out.row(v).begin());
  }
  return spread_out;
}

Tensor called_logits(const SettledModel& model, Tensor logits) {
  const auto threshold = static_cast<double>(model.threshold());
  if (threshold == 0.5 || !model.are_classes() || logits.cols() != 2) {
    return logits;
  }
  const auto shift = static_cast<float>(std::log(threshold / (1.0 - threshold)));
  for (std::int64_t v = 0; v < logits.rows(); ++v) {
    logits(v, 1) -= shift;
  }
  return logits;
}

std::string settle(SettledModel& model, const MessageBlock& block, const Tensor& logits, const Options& options,
                   const SettleJob& job) {
  std::string said;
  if (asks_to_spread(options)) {
    said = settle_spread(model, block, logits, options.text("smooth"), job);
  }
  if (asks_for_threshold(options)) {
    said += (said.empty() ? "" : "; ") +
            settle_threshold(model, spread_logits(model, block, logits), options.text("threshold"), job);
  }
  return said;
}

}  // namespace weft
