// A lane sampler draws kBatchGraphs graphs in kLanes lanes; a lane that has finished one takes the next, so that
// products keep their height to the end.
#include "weft/generation/graph_sampler.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/generation/sequence_recurrence.hpp"

namespace weft {
namespace {

constexpr std::int64_t kBatchGraphs = 512, kLanes = 128, kRoundBatches = 64;
/// Without the mask nothing else ends a sequence.
constexpr std::int64_t kLongestFactor = 4;

struct SamplingPlan {
  const CodeVocabulary& vocabulary;
  const SequenceRecurrence& model;
  const SamplingOptions& options;
  std::int64_t properties;
  /// Draws of one graph, token by token.
  Random random;

  [[nodiscard]] bool is_guided() const { return properties > 0 && options.guidance != 0.0; }
};

/// One graph on its way.
struct Draft {
  std::int64_t index = 0;
  Random random{0};
  PartialGraph graph;
  Neighborhood near;
  /// Which tokens may follow.
  std::vector<std::uint64_t> mask;
  std::int32_t last = CodeVocabulary::kStart;
  /// Tokens that are given, and how many were taken.
  std::vector<std::int32_t> given;
  std::uint64_t draws = 0;
  double log_likelihood = 0.0;
};

class LaneSampler {
 public:
  LaneSampler(const SamplingPlan& plan, std::int64_t first, std::span<SampledGraph> results)
      : plan_(plan),
        first_(first),
        results_(results),
        copies_(plan.is_guided() ? 2 : 1),
        lanes_(plan.model, copies_ * std::min<std::int64_t>(kLanes, static_cast<std::int64_t>(results.size()))),
        weights_(static_cast<std::size_t>(plan.vocabulary.size())) {}

  void run() {
    const auto total = static_cast<std::int64_t>(results_.size());
    while (static_cast<std::int64_t>(drafts_.size()) < std::min(kLanes, total)) {
      drafts_.push_back({});
      begin(drafts_.size() - 1);
    }
    while (!drafts_.empty()) {
      for (std::size_t i = 0; i < drafts_.size(); ++i) {
        show(i);
      }
      lanes_.step(copies_ * static_cast<std::int64_t>(drafts_.size()));
      // From the back: the last draft takes the place of one that is gone.
      for (std::size_t i = drafts_.size(); i-- > 0;) {
        if (advance(i)) {
          retire(i);
        }
      }
    }
  }

 private:
  [[nodiscard]] std::int64_t lane(std::size_t draft) const { return copies_ * static_cast<std::int64_t>(draft); }

  /// Writes what the model reads of a draft.
  void show(std::size_t i) {
    Draft& draft = drafts_[i];
    draft.mask.resize(static_cast<std::size_t>(plan_.vocabulary.mask_words()));
    plan_.vocabulary.write_mask(draft.graph, draft.mask);
    for (std::int64_t copy = 0; copy < copies_; ++copy) {
      plan_.vocabulary.write_inputs(draft.graph, draft.near, draft.last, lanes_.inputs(lane(i) + copy));
      lanes_.clues(lane(i) + copy).clear();
      plan_.vocabulary.write_clues(draft.graph, draft.near, draft.mask, lanes_.clues(lane(i) + copy));
    }
  }

  void begin(std::size_t i) {
    Draft& draft = drafts_[i];
    draft = {.index = next_++, .graph = plan_.vocabulary.empty_graph(), .near = {}, .mask = {}, .given = {}};
    draft.random = plan_.random.stream(static_cast<std::uint64_t>(first_ + draft.index));
    if (plan_.options.beginning) {
      draft.given = *plan_.vocabulary.write(*plan_.options.beginning, draft.random.stream(1));
      draft.given.pop_back();
    }
    for (std::int64_t copy = 0; copy < copies_; ++copy) {
      lanes_.reset(lane(i) + copy);
      if (plan_.properties > 0) {
        const std::vector<float> unknown(static_cast<std::size_t>(plan_.properties),
                                         std::numeric_limits<float>::quiet_NaN());
        write_condition(copy == 0 && !plan_.options.properties.empty() ? plan_.options.properties : unknown,
                        lanes_.condition(lane(i) + copy));
      }
    }
  }

  void retire(std::size_t i) {
    Draft& draft = drafts_[i];
    SampledGraph& result = results_[static_cast<std::size_t>(draft.index)];
    result.is_whole = draft.graph.is_complete();
    result.log_likelihood = draft.log_likelihood;
    result.graph = std::move(draft.graph).release();
    if (next_ < static_cast<std::int64_t>(results_.size())) {
      begin(i);
      return;
    }
    if (i + 1 < drafts_.size()) {
      drafts_[i] = std::move(drafts_.back());
      for (std::int64_t copy = 0; copy < copies_; ++copy) {
        lanes_.move(lane(drafts_.size() - 1) + copy, lane(i) + copy);
      }
    }
    drafts_.pop_back();
  }

  /// Draws one token; whether the draft is done.
  bool advance(std::size_t i) {
    Draft& draft = drafts_[i];
    const std::int32_t id = draft.given.size() > static_cast<std::size_t>(draft.graph.num_tokens())
                                ? draft.given[static_cast<std::size_t>(draft.graph.num_tokens())]
                                : draw(i);
    const Token& token = plan_.vocabulary.token(id);
    if (id == CodeVocabulary::kStart || !draft.graph.can_take(token)) {
      return true;
    }
    draft.graph.take(token);
    if (plan_.vocabulary.sees_neighborhood()) {
      draft.near.follow(draft.graph);
    }
    draft.last = id;
    return draft.graph.is_complete() ||
           draft.graph.num_tokens() > kLongestFactor * (plan_.vocabulary.max_nodes() * 16 + 16);
  }

  std::int32_t draw(std::size_t i) {
    Draft& draft = drafts_[i];
    const std::span<float> logits = lanes_.logits(lane(i));
    if (plan_.is_guided()) {
      const auto w = static_cast<float>(plan_.options.guidance);
      const std::span<float> plain = lanes_.logits(lane(i) + 1);
      for (std::size_t j = 0; j < logits.size(); ++j) {
        logits[j] = (1.0F + w) * logits[j] - w * plain[j];
      }
    }
    if (!plan_.options.is_masked) {
      std::ranges::fill(draft.mask, ~std::uint64_t{0});
    }
    while (true) {
      const std::int32_t id = draw_once(draft, logits);
      if (!plan_.options.is_masked || plan_.options.constraint == nullptr || keeps_constraint(draft.graph, id)) {
        return id;
      }
      draft.mask[static_cast<std::size_t>(id) / 64] &= ~(std::uint64_t{1} << (id % 64));
    }
  }

  [[nodiscard]] bool keeps_constraint(const PartialGraph& graph, std::int32_t id) const {
    const Token& token = plan_.vocabulary.token(id);
    const auto may_close = [&](std::int32_t levels) {
      return plan_.options.constraint->may_close(graph, graph.ancestor(levels));
    };
    if (token.kind == Token::Kind::close) {
      return may_close(graph.levels_of(token));
    }
    // A climb may follow a leap, unless there are nodes enough.
    if (token.kind != Token::Kind::leap || graph.num_nodes() < plan_.vocabulary.max_nodes()) {
      return true;
    }
    for (std::int32_t i = 0; i < kStretch && graph.levels_after(token.value, i) > kNearLevels; ++i) {
      const std::int32_t levels = graph.levels_after(token.value, i);
      if (levels >= graph.last_ring() && graph.room(graph.ancestor(levels)) > 0 && may_close(levels)) {
        return true;
      }
    }
    return false;
  }

  std::int32_t draw_once(Draft& draft, std::span<const float> logits) {
    const double heat = plan_.options.temperature;
    double largest = -std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < logits.size(); ++j) {
      if ((draft.mask[j / 64] >> (j % 64) & 1) != 0) {
        largest = std::max(largest, static_cast<double>(logits[j]));
      }
    }
    double total = 0.0, plain_total = 0.0;
    std::int32_t last = CodeVocabulary::kEnd;
    for (std::size_t j = 0; j < logits.size(); ++j) {
      weights_[j] = 0.0;
      if ((draft.mask[j / 64] >> (j % 64) & 1) != 0) {
        const double distance = static_cast<double>(logits[j]) - largest;
        weights_[j] = std::exp(distance / heat);
        total += weights_[j];
        plain_total += heat == 1.0 ? weights_[j] : std::exp(distance);
        last = static_cast<std::int32_t>(j);
      }
    }
    double left = total * draft.random.uniform(draft.draws++);
    std::int32_t id = last;
    for (std::size_t j = 0; j < weights_.size(); ++j) {
      left -= weights_[j];
      if (left < 0.0 && weights_[j] > 0.0) {
        id = static_cast<std::int32_t>(j);
        break;
      }
    }
    draft.log_likelihood += static_cast<double>(logits[static_cast<std::size_t>(id)]) - largest - std::log(plain_total);
    return id;
  }

  const SamplingPlan& plan_;
  std::int64_t first_, next_ = 0;
  std::span<SampledGraph> results_;
  std::int64_t copies_;
  SequenceLanes lanes_;
  std::vector<Draft> drafts_;
  std::vector<double> weights_;
};

void check(const SequenceModel& model, const CodeVocabulary& vocabulary, std::int64_t count,
           const SamplingOptions& options) {
  require(count >= 0, "sample_graphs: the count is ", count, ", expected at least 0");
  require(model.shape().vocabulary == vocabulary.size() &&
              model.shape().input_categories == vocabulary.input_categories() &&
              model.shape().clue_features == vocabulary.num_clue_features(),
          "sample_graphs: the model has ", model.shape().vocabulary, " tokens, the vocabulary ", vocabulary.size());
  require(options.temperature > 0.0 && std::isfinite(options.temperature), "sample_graphs: the temperature is ",
          options.temperature, ", expected above 0");
  require(std::isfinite(options.guidance), "sample_graphs: the guidance is ", options.guidance,
          ", expected a finite number");
  require(
      options.properties.empty() || static_cast<std::int64_t>(options.properties.size()) == model.shape().properties,
      "sample_graphs: ", options.properties.size(), " properties are wished for, the model knows ",
      model.shape().properties);
  require(!options.beginning || vocabulary.write(*options.beginning, Random(0)).has_value(),
          "sample_graphs: the beginning cannot be written in the model's vocabulary: a type, label, valence or size "
          "that its data do not have");
}

}  // namespace

std::vector<SampledGraph> sample_graphs(const SequenceModel& model, const CodeVocabulary& vocabulary,
                                        std::int64_t count, const SamplingOptions& options,
                                        const ProgressCallback& progress) {
  check(model, vocabulary, count, options);
  const SequenceRecurrence recurrence(model);
  const SamplingPlan plan{vocabulary, recurrence, options, model.shape().properties,
                          Random(options.seed).stream(0x53414D50)};
  std::vector<SampledGraph> results(static_cast<std::size_t>(count));
  // In rounds, so that progress is told from this thread.
  for (std::int64_t round = 0; round < count; round += kBatchGraphs * kRoundBatches) {
    const std::int64_t end = std::min(count, round + kBatchGraphs * kRoundBatches);
    parallel_for((end - round + kBatchGraphs - 1) / kBatchGraphs, 1, [&](std::int64_t begin, std::int64_t behind) {
      for (std::int64_t batch = begin; batch < behind; ++batch) {
        const std::int64_t first = round + batch * kBatchGraphs, size = std::min(kBatchGraphs, end - first);
        LaneSampler(plan, first,
                    std::span(results).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(size)))
            .run();
      }
    });
    if (progress) {
      progress({.stage = "sampling", .done = end, .total = count, .detail = ""});
    }
  }
  return results;
}

}  // namespace weft
