// Batches: what they hold, how they are made ahead, and what becomes of exceptions.
#include "weft/tasks/batches.hpp"

#include <atomic>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sampler_checks.hpp"
#include "tests/small_graphs.hpp"
#include "tests/small_models.hpp"
#include "tests/support.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/generators.hpp"
#include "weft/tasks/sampling.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::options_for;
using test::random_tensor;
using test::same_bits;
using test::three_communities;

/// What the batches from `first` on make of use(); how many there were.
template <class Use>
int use_all(const Batches& batches, std::int64_t epoch, std::int64_t first, const Use& use) {
  int used = 0;
  BatchStream stream(batches, epoch, first);
  while (const Batch* batch = stream.next()) {
    use(*batch);
    ++used;
  }
  return used;
}

const Tensor& features_of(const Batch& batch) {
  return std::get<Tensor>(batch.input().features);
}

TEST(Batches, GatherTheRowsOfTheirInputsAndAreAPureFunction) {
  const CsrGraph graph = three_communities();
  Tensor numbered(120, 2);
  for (std::int64_t v = 0; v < 120; ++v) {
    numbered(v, 0) = static_cast<float>(v);
  }
  const NodeFeatures features = numbered;
  const Features no_edges;
  const Options options = options_for("sage", {{"sampler", "neighbor"}, {"batch_size", "16"}, {"fanout", "3,2"}});
  const ModelInput input(graph, {}, features, no_edges, options);
  const Sampling sampling(input, traits_of("sage", options, FeatureKind::none), options,
                          Graphs{graph, features, no_edges});
  std::vector<Tensor> seen;
  for (const int threads : {1, 2, 3}) {
    with_threads(threads, [&] {
      const auto batches = sampling.batches(test::all_nodes(graph), true, 9);
      EXPECT_EQ(batches->epoch(2)->num_batches(), 8);
      std::set<std::int64_t> seeds;
      std::size_t k = 0;
      const int used = use_all(*batches, 2, 0, [&](const Batch& batch) {
        const Tensor& x = features_of(batch);
        for (std::size_t i = 0; i < batch.seeds.size(); ++i) {
          EXPECT_EQ(x(batch.seed_rows[i], 0), static_cast<float>(batch.seeds[i]));
          seeds.insert(batch.seeds[i]);
        }
        EXPECT_EQ(batch.blocks().first().num_inputs(), x.rows());
        if (threads == 1) {
          seen.push_back(x);
        } else {
          EXPECT_TRUE(same_bits(x, seen.at(k)));
        }
        ++k;
      });
      EXPECT_EQ(used, 8);
      EXPECT_EQ(seeds.size(), 120U);
      EXPECT_TRUE(batches->times().any());
      // An epoch taken up in its midst has the same batches.
      BatchStream rest(*batches, 2, 5);
      EXPECT_TRUE(same_bits(features_of(*rest.next()), seen.at(5)));
    });
  }
}

TEST(Batches, OfTheWholeGraphAreViewsOfIt) {
  const CsrGraph graph = three_communities();
  const NodeFeatures features = random_tensor(120, 2);
  const Features no_edges;
  const Options options = default_options("sage");
  const ModelInput input(graph, {}, features, no_edges, options);
  EXPECT_EQ(use_all(*whole_graph(input, 3), 0, 1,
                    [&](const Batch& batch) {
                      EXPECT_EQ(&batch.input().features, &input.features().in_memory());
                      EXPECT_EQ(&batch.blocks().first(), &input.block());
                      EXPECT_TRUE(batch.seeds.empty());
                    }),
            2);
}

TEST(Batches, PassOnWhatABatchThrows) {
  const CsrGraph graph = three_communities();
  const NodeFeatures features = random_tensor(60, 2);  // of half the nodes
  const Features no_edges;
  const Options options = options_for("sage", {{"sampler", "neighbor"}, {"batch_size", "16"}});
  const ModelInput input(graph, {}, features, no_edges, options);
  const Sampling sampling(input, traits_of("sage", options, FeatureKind::none), options,
                          Graphs{graph, features, no_edges});
  const auto batches = sampling.batches(test::all_nodes(graph), true, 9);
  expect_throws<ArgumentError>([&] { (void)use_all(*batches, 0, 0, [](const Batch&) {}); }, "is outside [0, 60)");
}

/// Features that fail at a given call.
class FailingRows final : public FeatureRows {
 public:
  explicit FailingRows(int good_calls) : left_(good_calls) {}
  [[nodiscard]] Shape shape() const override { return {120, 2}; }
  [[nodiscard]] Features rows(std::span<const std::uint32_t> index) const override {
    if (left_-- <= 0) {
      throw DataError("data.h5", "/node/x", "cannot be read");
    }
    return Tensor(static_cast<std::int64_t>(index.size()), 2);
  }

 private:
  mutable std::atomic<int> left_;
};

/// Draws batches until one fails.
class FailingSampler final : public BatchSampler {
 public:
  explicit FailingSampler(std::unique_ptr<BatchSampler> good) : good_(std::move(good)) {}
  [[nodiscard]] std::int64_t num_batches() const override { return good_->num_batches(); }
  [[nodiscard]] Sample sample(std::int64_t epoch, std::int64_t index) const override {
    if (index == 4) {
      throw std::runtime_error("batch 4 cannot be drawn");
    }
    return good_->sample(epoch, index);
  }

 private:
  std::unique_ptr<BatchSampler> good_;
};

TEST(Batches, EndCleanlyWhereverAnExceptionIsThrownAndWorkAgain) {
  const CsrGraph graph = three_communities();
  const Features no_edges;
  const Options options = options_for("sage", {{"sampler", "neighbor"}, {"batch_size", "16"}});
  const SamplerInfo& info = sampler_info("neighbor");
  const auto origin = std::make_shared<const Origin>(graph);
  const auto draws = [&] {
    return make_sampler("neighbor", {.graph = graph, .seeds = test::all_nodes(graph)}, options);
  };
  for (const int threads : {1, 2, 4}) {
    with_threads(threads, [&] {
      for (int round = 0; round < 10; ++round) {
        const NodeFeatures broken(std::make_shared<const FailingRows>(3)),
            good(std::make_shared<const FailingRows>(1000));
        const ModelInput broken_input(graph, {}, broken, no_edges, options);
        const ModelInput input(graph, {}, good, no_edges, options);
        int used = 0;
        const auto count = [&](const Batch&) { ++used; };
        const auto gathers = samples(draws(), info, origin, broken_input);
        expect_throws<DataError>([&] { (void)use_all(*gathers, 0, 0, count); }, "cannot be read");
        EXPECT_LE(used, 3);

        const auto drawn = samples(std::make_unique<FailingSampler>(draws()), info, origin, input);
        used = 0;
        expect_throws<std::runtime_error>([&] { (void)use_all(*drawn, 0, 0, count); }, "batch 4 cannot be drawn");
        EXPECT_EQ(used, 4);
        // The same source goes on after the batch that failed.
        EXPECT_EQ(use_all(*drawn, 0, 5, count), 3);

        const auto trains = samples(draws(), info, origin, input);
        const auto fails = [](const Batch&) { throw NumericError("step 0: the loss is nan"); };
        expect_throws<NumericError>([&] { (void)use_all(*trains, 0, 0, fails); }, "the loss is nan");
        EXPECT_EQ(use_all(*trains, 0, 0, count), 8);
      }
    });
  }
}

}  // namespace
}  // namespace weft
