#include "weft/runs/suited_defaults.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <optional>

#include "weft/core/error.hpp"
#include "weft/core/stop.hpp"
#include "weft/graph/statistics.hpp"
#include "weft/runs/run.hpp"
#include "weft/tasks/sampling.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft {
namespace {

/// Below, labels hardly go along edges: graphs that are called heterophilous have at most 0.15, citation graphs 0.6 and
/// more (Platonov et al. 2023, table 1).
constexpr double kApart = 0.25;
/// Fewer edges within the training part say nothing.
constexpr std::int64_t kFewestEdges = 100;
/// Multiplications, about a minute of a core: training on what is larger begins at once.
constexpr double kMostWork = 1e12;
constexpr std::string_view kModel = "weft";

/// Of what the training part knows of the labels.
std::optional<AdjustedHomophily> homophily_of(const Dataset& dataset, const Split& split) {
  const auto* labels = std::get_if<std::vector<std::int64_t>>(&dataset.node_labels);
  if (labels == nullptr) {
    return std::nullopt;
  }
  std::vector<std::int64_t> known(labels->size(), -1);
  for (const std::int64_t v : split.train) {
    known[static_cast<std::size_t>(v)] = std::max<std::int64_t>(-1, (*labels)[static_cast<std::size_t>(v)]);
  }
  return adjusted_homophily(dataset.graph, known, dataset.num_classes);
}

/// The job's own options first, then others; none twice.
std::vector<Options> candidates_for(const RunConfig& config, const TrainJob& job, TaskKind task) {
  const Options few = default_options(kModel, task, LabelAmount::few);
  const Options many = default_options(kModel, task, LabelAmount::many);
  // Two steps along edges and no more.
  Options near = few;
  near.set_value("layers", std::int64_t{2});
  near.set_value("propagation", std::int64_t{0});
  // Many steps, as tuned plain models take them (Luo, Shi, Wu 2024, table 8).
  Options far = many;
  far.set_value("layers", std::int64_t{5});
  far.set_value("norm", std::string("batch"));
  far.set_value("dropout", 0.2);
  std::vector<Options> candidates = {job.options};
  for (const Options* set : {&few, &many, static_cast<const Options*>(&near), static_cast<const Options*>(&far)}) {
    Options candidate = job.options;
    for (const auto& [name, value] : set->values()) {
      const bool differs = few.value(name) != many.value(name) || few.value(name) != near.value(name) ||
                           many.value(name) != far.value(name);
      const bool is_set = std::ranges::any_of(config.settings, [&](const auto& one) { return one.first == name; });
      if (differs && !is_set) {
        candidate.set_value(name, value);
      }
    }
    if (std::ranges::find(candidates, candidate) == candidates.end()) {
      candidates.push_back(std::move(candidate));
    }
  }
  return candidates;
}

std::int64_t trial_epochs(const Options& options) {
  constexpr std::int64_t kFewest = 100;
  const std::int64_t epochs = options.integer("epochs");
  return std::min(epochs, std::max(kFewest, epochs / 2));
}

/// Multiplications of a forward and a backward pass over all nodes.
double work_of_epoch(const Dataset& dataset, const Options& options) {
  const auto* sparse = std::get_if<SparseMatrix>(&dataset.node_features.in_memory());
  const auto n = static_cast<double>(dataset.graph.num_nodes()), m = static_cast<double>(dataset.graph.num_edges());
  const double numbers = sparse != nullptr ? static_cast<double>(sparse->by_row().values.size())
                                           : n * static_cast<double>(dataset.node_features.shape().cols);
  const auto h = static_cast<double>(options.integer("hidden")),
             layers = static_cast<double>(options.integer("layers"));
  const double along_edges = (layers + static_cast<double>(options.integer("propagation"))) * m;
  return 3.0 * h * (numbers + 6.0 * layers * n * h + along_edges);
}

bool may_try(const Dataset& dataset, const RunConfig& config, const TrainJob& job) {
  return job.model == kModel && dataset.task == TaskKind::node_classification && !config.resume &&
         config.memory_limit.empty() && !dataset.graph.is_in_file() && !dataset.node_features.is_in_file() &&
         !Sampling::is_wanted(job.options);
}

/// What one has that the other has not.
std::vector<std::pair<std::string, OptionValue>> differences(const Options& chosen, const Options& own) {
  std::vector<std::pair<std::string, OptionValue>> different;
  for (const auto& [name, value] : chosen.values()) {
    if (value != own.value(name)) {
      different.emplace_back(name, value);
    }
  }
  return different;
}

std::string short_text(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

}  // namespace

SuitedDefaults suited_defaults(const Dataset& dataset, const RunConfig& config, const TrainJob& job,
                               const TrainObserver& observer, const std::function<void(const std::string&)>& begin) {
  const Split* split = job.splits.empty() ? nullptr : dataset.find_split(job.splits.front());
  if (split == nullptr || split->val.empty() || !may_try(dataset, config, job)) {
    return {};
  }
  const std::optional<AdjustedHomophily> homophily = homophily_of(dataset, *split);
  if (!homophily || homophily->num_edges < kFewestEdges || homophily->value >= kApart) {
    return {};
  }
  const std::vector<Options> candidates = candidates_for(config, job, dataset.task);
  double work = 0.0;
  for (const Options& candidate : candidates) {
    work += work_of_epoch(dataset, candidate) * static_cast<double>(trial_epochs(candidate));
  }
  if (candidates.size() < 2 || work > kMostWork) {
    return {};
  }
  const std::string seen =
      concat("labels go along edges hardly more often than by chance (adjusted homophily ",
             short_text(homophily->value), " over ", homophily->num_edges, " edges within the training part)");
  begin(concat(seen, "; trying ", candidates.size(), " sets of defaults for ", trial_epochs(job.options),
               " epochs each on split ", split->name));
  std::vector<double> figures;
  std::size_t best = 0;
  std::string metric;
  for (const Options& candidate : candidates) {
    TrainJob trial{.model = job.model,
                   .options = candidate,
                   .splits = {split->name},
                   .seeds = {job.seeds.empty() ? 0 : job.seeds.front()}};
    trial.options.set_value("epochs", trial_epochs(candidate));
    double figure = std::numeric_limits<double>::quiet_NaN();
    try {
      const TrainReport report =
          train(dataset, trial, {.should_stop = observer.should_stop, .give_up = observer.give_up});
      if (report.interrupted || report.runs.empty()) {
        // Going on with any of them would make another run of it than one that was let be.
        throw Stopped();
      }
      metric = report.metric;
      figure = report.higher_is_better ? report.runs.front().val : -report.runs.front().val;
    } catch (const NumericError&) {
      // Those that diverge are not the best.
    }
    if (!figures.empty() && (std::isnan(figures[best]) || figure > figures[best])) {
      best = figures.size();
    }
    figures.push_back(figure);
  }
  SuitedDefaults suited{.options = differences(candidates[best], job.options), .said = {}};
  std::string others;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    if (i != best) {
      others += (others.empty() ? "" : ", ") + short_text(std::abs(figures[i]));
    }
  }
  std::string what;
  for (const auto& [name, value] : suited.options) {
    what += concat(what.empty() ? "" : ", ", name, " = ", to_text(value));
  }
  suited.said = concat("of ", candidates.size(), " sets of defaults tried, ",
                       what.empty() ? "the usual one" : concat("that with ", what), " is the best by validation (",
                       metric, " ", short_text(std::abs(figures[best])), " beside ", others,
                       "); --set of any of these options takes its place");
  return suited;
}

}  // namespace weft
