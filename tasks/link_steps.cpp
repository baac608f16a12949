#include "weft/tasks/link_steps.hpp"

#include <algorithm>
#include <numeric>

#include "weft/layers/kernels/link_scores.hpp"
#include "weft/samplers/link_neighbor_sampler.hpp"
#include "weft/tensor/dense_ops.hpp"
#include "weft/tensor/losses.hpp"
#include "weft/tasks/loader.hpp"
#include "weft/tasks/sampling.hpp"

namespace weft {
namespace {

class WholeGraphLinkSteps final : public Steps {
 public:
  WholeGraphLinkSteps(std::shared_ptr<const LinkSampler> links, const ModelInput& input)
      : links_(std::move(links)), input_(input) {}

  [[nodiscard]] std::int64_t num_steps(std::int64_t) const override { return links_->num_batches(); }

  void run_epoch(std::int64_t epoch, std::int64_t first, Visit visit) override {
    for (std::int64_t k = first; k < links_->num_batches(); ++k) {
      const LinkSample sample = links_->sample(epoch, k);
      const bool goes_on = visit([&](const NodeModel& model, Pass& pass) {
        return link_loss(model.forward(input_.block(), input_.nodes(), pass).logits, sample.pairs, sample.num_links);
      });
      if (!goes_on) {
        return;
      }
    }
  }

 private:
  std::shared_ptr<const LinkSampler> links_;
  const ModelInput& input_;
};

/// The pairs by the rows that their ends have among the outputs of a batch.
std::vector<Edge> in_rows(std::span<const Edge> pairs, const Batch& batch) {
  const auto row_of = [&](NodeId v) {
    const auto found = std::ranges::lower_bound(batch.seeds, v);
    return batch.seed_rows[static_cast<std::size_t>(found - batch.seeds.begin())];
  };
  std::vector<Edge> rows;
  for (const auto& [u, v] : pairs) {
    rows.push_back({row_of(u), row_of(v)});
  }
  return rows;
}

class SampledLinkSteps final : public Steps {
 public:
  SampledLinkSteps(std::shared_ptr<const LinkSampler> links, std::unique_ptr<Loader> loader)
      : links_(std::move(links)), loader_(std::move(loader)) {}

  [[nodiscard]] std::int64_t num_steps(std::int64_t) const override { return links_->num_batches(); }

  void run_epoch(std::int64_t epoch, std::int64_t first, Visit visit) override {
    std::int64_t next = first;
    loader_->run(epoch, first, [&](const Batch& batch) {
      const LinkSample sample = links_->sample(epoch, next++);
      return visit([&](const NodeModel& model, Pass& pass) {
        const Variable states = model.forward(batch.view(), batch.input(), pass).logits;
        return link_loss(states, in_rows(sample.pairs, batch), sample.num_links);
      });
    });
  }

  [[nodiscard]] StageTimes times() const override { return loader_->times(); }

 private:
  std::shared_ptr<const LinkSampler> links_;
  std::unique_ptr<Loader> loader_;
};

}  // namespace

std::unique_ptr<Steps> whole_graph_link_steps(std::shared_ptr<const LinkSampler> links, const ModelInput& input) {
  return std::make_unique<WholeGraphLinkSteps>(std::move(links), input);
}

std::unique_ptr<Steps> sampled_link_steps(std::shared_ptr<const LinkSampler> links, const ModelInput& input,
                                          const NodeModel& model, const Options& options, std::uint64_t seed) {
  const SamplerInfo& info = sampler_info("neighbor");
  require_readable(info, model, input, options);
  const auto num_hops = static_cast<std::int64_t>(model.hop_layers()->num_layers());
  const CsrGraph& graph = input.block().graph();
  auto sampler = std::make_unique<LinkNeighborSampler>(
      links, graph,
      NeighborSamplerOptions{
          .fanouts = fanouts(options, "15,10,5", num_hops), .replace = options.flag("replace"), .seed = seed});
  return std::make_unique<SampledLinkSteps>(
      std::move(links),
      std::make_unique<Loader>(std::move(sampler), info, std::make_shared<const Origin>(graph), input));
}

Variable link_loss(const Variable& states, std::span<const Edge> pairs, std::int64_t num_links) {
  const Variable scores = link_scores(states, pairs);
  Tensor targets(scores.rows(), 1);
  std::fill_n(targets.data(), num_links, 1.0F);
  std::vector<std::int64_t> all(pairs.size());
  std::iota(all.begin(), all.end(), 0);
  const auto links = std::span<const std::int64_t>(all).first(static_cast<std::size_t>(num_links));
  const auto others = std::span<const std::int64_t>(all).subspan(links.size());
  const Variable of_links = binary_cross_entropy(scores, targets, links);
  return others.empty() ? of_links : scale(of_links + binary_cross_entropy(scores, targets, others), 0.5F);
}

}  // namespace weft
