// Work made ahead of its use, batches of the loader, and models on samples of hops.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/sampler_checks.hpp"
#include "tests/support.hpp"
#include "weft/core/parallel.hpp"
#include "weft/layers/models.hpp"
#include "weft/tasks/inference.hpp"
#include "weft/tasks/loader.hpp"
#include "weft/tasks/sampling.hpp"
#include "weft/train/trainer.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::expect_throws;
using test::random_tensor;
using test::same_bits;

TEST(UseAhead, UsesEveryItemInOrderAndNeverTwoInOneSlot) {
  for (const int threads : {1, 2, 4}) {
    with_threads(threads, [] {
      std::vector<std::int64_t> slots(3, -1), used;
      use_ahead(
          5, 40, 3, [&](std::int64_t item, std::int64_t slot) { slots[static_cast<std::size_t>(slot)] = item * item; },
          [&](std::int64_t item, std::int64_t slot) {
            EXPECT_EQ(slots[static_cast<std::size_t>(slot)], item * item);
            // A loop inside, as training has them.
            EXPECT_EQ(parallel_sum(1000, 10, [](std::int64_t a, std::int64_t b) { return double(b - a); }), 1000.0);
            used.push_back(item);
            return true;
          });
      ASSERT_EQ(used.size(), 35U);
      EXPECT_TRUE(std::ranges::is_sorted(used));
      EXPECT_EQ(used.front(), 5);
    });
  }
}

TEST(UseAhead, IsNeverMoreThanTheDepthAhead) {
  std::atomic<std::int64_t> last_used{-1}, furthest{0};
  use_ahead(
      0, 200, 4,
      [&](std::int64_t item, std::int64_t) {
        std::int64_t distance = item - last_used.load(), seen = furthest.load();
        while (distance > seen && !furthest.compare_exchange_weak(seen, distance)) {
        }
      },
      [&](std::int64_t item, std::int64_t) {
        last_used = item;
        return true;
      });
  EXPECT_LE(furthest.load(), 5);
}

TEST(UseAhead, HandsAnExceptionOverWhereItsItemWasToBeUsed) {
  std::vector<std::int64_t> used;
  const auto run = [&] {
    use_ahead(
        0, 100, 4,
        [](std::int64_t item, std::int64_t) {
          if (item >= 7) {
            throw std::runtime_error("item " + std::to_string(item) + " is broken");
          }
        },
        [&](std::int64_t item, std::int64_t) {
          used.push_back(item);
          return true;
        });
  };
  expect_throws<std::runtime_error>(run, "item 7 is broken");
  EXPECT_EQ(used, (std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6}));
}

TEST(UseAhead, StopsCleanlyWhenTheUserHasEnough) {
  for (int round = 0; round < 20; ++round) {
    std::atomic<int> running{0}, made{0};
    const auto make = [&](std::int64_t, std::int64_t) {
      ++running;
      ++made;
      --running;
    };
    std::int64_t uses = 0;
    use_ahead(0, 1000, 4, make, [&](std::int64_t, std::int64_t) { return ++uses < 10; });
    EXPECT_EQ(running.load(), 0);
    EXPECT_EQ(uses, 10);
    EXPECT_LE(made.load(), 14);
    const int after = made.load();
    EXPECT_THROW(
        use_ahead(0, 1000, 4, make, [&](std::int64_t, std::int64_t) -> bool { throw std::runtime_error("enough"); }),
        std::runtime_error);
    EXPECT_EQ(running.load(), 0);
    EXPECT_LE(made.load() - after, 4);
  }
}

/// Whether another thread was amid an item when the user had enough; if so, its loop must have come to its end.
bool stop_amid_an_item() {
  const std::thread::id user = std::this_thread::get_id();
  std::atomic<bool> is_under_way{false}, is_over{false};
  std::atomic<std::int64_t> looped{0};
  const auto make = [&](std::int64_t item, std::int64_t) {
    if (item == 0) {
      return;
    }
    if (std::this_thread::get_id() == user) {
      // The user helps while it waits; the other thread gets the time to take one too.
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
      return;
    }
    is_under_way = true;
    while (!is_over) {
      std::this_thread::yield();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    parallel_for(1000, 1, [&](std::int64_t begin, std::int64_t end) { looped += end - begin; });
  };
  use_ahead(0, 4, 4, make, [&](std::int64_t, std::int64_t) {
    for (int i = 0; i < 20 && !is_under_way; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    is_over = true;
    return false;
  });
  EXPECT_EQ(looped.load(), is_under_way ? 1000 : 0);
  return is_under_way;
}

TEST(UseAhead, FinishesTheLoopsOfAnItemThatNobodyWillUse) {
  bool stopped = false;
  for (int round = 0; round < 200 && !stopped; ++round) {
    with_threads(2, [&] { stopped = stop_amid_an_item(); });
  }
  EXPECT_TRUE(stopped || std::thread::hardware_concurrency() == 1);
}

CsrGraph communities() {
  return stochastic_block_model(
             {.num_nodes = 120, .num_communities = 3, .degree_inside = 8, .degree_outside = 2, .seed = 4})
      .graph;
}

Options options_for(const std::string& model, std::vector<std::pair<std::string, std::string>> changes) {
  Options options = default_options(model);
  for (const auto& [name, value] : changes) {
    options.set(name, value);
  }
  return options;
}

std::unique_ptr<NodeModel> model_for(const std::string& name, const Features& features, const Options& options) {
  return make_model(name, shape_for(features, 3), options, Random(1));
}

TEST(Loader, GathersTheRowsOfItsInputsAndIsAPureFunction) {
  const CsrGraph graph = communities();
  Tensor numbered(120, 2);
  for (std::int64_t v = 0; v < 120; ++v) {
    numbered(v, 0) = static_cast<float>(v);
  }
  const Features features = numbered;
  const Options options = options_for("sage", {{"sampler", "neighbor"}, {"batch_size", "16"}, {"fanout", "3,2"}});
  const ModelInput input(graph, {}, features, {}, options);
  const Sampling sampling(input, *model_for("sage", features, options), options, {}, {});
  std::vector<Tensor> seen;
  for (const int threads : {1, 2, 3}) {
    with_threads(threads, [&] {
      const auto loader = sampling.loader(test::all_nodes(graph), true, 9);
      EXPECT_EQ(loader->num_batches(), 8);
      std::set<NodeId> seeds;
      std::size_t k = 0;
      loader->run(2, 0, [&](const Batch& batch) {
        const auto& x = std::get<Tensor>(batch.features);
        for (std::size_t i = 0; i < batch.seeds.size(); ++i) {
          EXPECT_EQ(x(batch.seed_rows[i], 0), static_cast<float>(batch.seeds[i]));
          seeds.insert(batch.seeds[i]);
        }
        EXPECT_EQ(batch.blocks.front().num_inputs(), x.rows());
        if (threads == 1) {
          seen.push_back(x);
        } else {
          EXPECT_TRUE(same_bits(x, seen.at(k)));
        }
        ++k;
        return true;
      });
      EXPECT_EQ(k, 8U);
      EXPECT_EQ(seeds.size(), 120U);
      EXPECT_TRUE(loader->times().any());
      // An epoch taken up in its midst has the same batches.
      loader->run(2, 5, [&](const Batch& batch) {
        EXPECT_TRUE(same_bits(std::get<Tensor>(batch.features), seen.at(5)));
        return false;
      });
    });
  }
}

TEST(Loader, PassesOnWhatABatchThrows) {
  const CsrGraph graph = communities();
  const Features features = random_tensor(60, 2);  // of half the nodes
  const Options options = options_for("sage", {{"sampler", "neighbor"}, {"batch_size", "16"}});
  const ModelInput input(graph, {}, features, {}, options);
  const Sampling sampling(input, *model_for("sage", features, options), options, {}, {});
  const auto loader = sampling.loader(test::all_nodes(graph), true, 9);
  expect_throws<ArgumentError>([&] { loader->run(0, 0, [](const Batch&) { return true; }); }, "is outside [0, 60)");
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

TEST(Loader, EndsCleanlyWhereverAnExceptionIsThrownAndWorksAgain) {
  const CsrGraph graph = communities();
  const Features none;
  const Options options = options_for("sage", {{"sampler", "neighbor"}, {"batch_size", "16"}});
  const SamplerInfo& info = sampler_info("neighbor");
  const auto origin = std::make_shared<const Origin>(graph);
  const auto draws = [&] {
    return make_sampler("neighbor", {.graph = graph, .seeds = test::all_nodes(graph)}, options);
  };
  for (const int threads : {1, 2, 4}) {
    with_threads(threads, [&] {
      for (int round = 0; round < 10; ++round) {
        const FailingRows broken(3), good(1000);
        const ModelInput broken_input(graph, {}, none, none, options, &broken);
        const ModelInput input(graph, {}, none, none, options, &good);
        int used = 0;
        const auto count = [&](const Batch&) { return ++used > 0; };
        Loader gathers(draws(), info, origin, broken_input);
        expect_throws<DataError>([&] { gathers.run(0, 0, count); }, "cannot be read");
        EXPECT_LE(used, 3);

        Loader samples(std::make_unique<FailingSampler>(draws()), info, origin, input);
        used = 0;
        expect_throws<std::runtime_error>([&] { samples.run(0, 0, count); }, "batch 4 cannot be drawn");
        EXPECT_EQ(used, 4);
        // The same loader goes on after the batch that failed.
        samples.run(0, 5, count);
        EXPECT_EQ(used, 7);

        Loader trains(draws(), info, origin, input);
        const auto fails = [](const Batch&) -> bool { throw NumericError("step 0: the loss is nan"); };
        expect_throws<NumericError>([&] { trains.run(0, 0, fails); }, "the loss is nan");
        used = 0;
        trains.run(0, 0, count);
        EXPECT_EQ(used, 8);
      }
    });
  }
}

/// The models whose layers read a hop each, with the switches that change what goes from layer to layer.
std::vector<std::pair<std::string, std::vector<std::pair<std::string, std::string>>>> hop_models() {
  return {
      {"gcn", {}},
      {"gcn", {{"layers", "3"}, {"residual", "true"}, {"head", "linear"}, {"jumping_knowledge", "concat"}}},
      {"sage", {{"jumping_knowledge", "sum"}, {"norm", "layer"}}},
      {"gat", {{"heads", "4"}, {"hidden", "32"}}},
      {"gatv2", {{"head", "linear"}}},
      {"gcn", {{"convolution", "transformer"}, {"pre_linear", "true"}}},
      {"gin", {{"norm", "batch"}}},
      {"gine", {}},
      {"gatedgcn", {{"residual", "true"}, {"encoding", "random_walk"}}},
      {"mlp", {}},
  };
}

TEST(HopSamples, OfAllNeighborsGiveWhatTheWholeGraphGives) {
  const CsrGraph graph = communities();
  const Features features = random_tensor(120, 5);
  for (const auto& [name, changes] : hop_models()) {
    SCOPED_TRACE(name + (changes.empty() ? "" : " " + changes.front().first + " " + changes.front().second));
    auto all = changes;
    all.insert(all.end(), {{"sampler", "full"}, {"batch_size", "7"}});
    const Options options = options_for(name, all);
    const ModelInput input(graph, {}, features, {}, options);
    const auto model = model_for(name, features, options);
    const NodeOutputs whole = infer_at_once(*model, input);
    const Sampling sampling(input, *model, options, {}, {});
    const NodeOutputs sampled = infer_by_samples(*model, sampling, 120);
    expect_near(sampled.logits, whole.logits, 2e-5);
    expect_near(sampled.embedding, whole.embedding, 2e-5);
  }
}

TEST(LayerwiseInference, GivesWhatTheWholeGraphGivesInChunksOfAnySize) {
  const CsrGraph graph = communities();
  const Features features = random_tensor(120, 5);
  for (const auto& [name, changes] : hop_models()) {
    SCOPED_TRACE(name);
    const Options options = options_for(name, changes);
    const ModelInput input(graph, {}, features, {}, options);
    const auto model = model_for(name, features, options);
    const NodeOutputs whole = infer_at_once(*model, input);
    for (const std::int64_t rows : {1, 50, 120}) {
      const NodeOutputs chunked = infer_by_layers(*model->hop_layers(), input, rows);
      expect_near(chunked.logits, whole.logits, 2e-5);
      expect_near(chunked.embedding, whole.embedding, 2e-5);
    }
  }
}

TEST(LayerwiseInference, ComputesWhatIsWantedAlone) {
  // A path: node 0 reads 1, and 1 reads 0 and 2.
  const CsrGraph graph =
      CsrGraph::from_edges(6, std::vector<Edge>{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {4, 5}}, {.symmetrize = true});
  /// Says which rows were asked for.
  class Counted final : public FeatureRows {
   public:
    [[nodiscard]] Shape shape() const override { return {6, 5}; }
    [[nodiscard]] Features rows(std::span<const std::uint32_t> index) const override {
      asked.insert(index.begin(), index.end());
      return select_rows(Features(all), index);
    }
    Tensor all = random_tensor(6, 5);
    mutable std::set<std::uint32_t> asked;
  };
  const Counted in_file;
  const Features none;
  const Options options = options_for("sage", {{"sampler", "neighbor"}, {"layers", "2"}});
  const auto model = model_for("sage", in_file.all, options);
  const ModelInput input(graph, {}, none, none, options, &in_file);
  const NodeOutputs all = infer_by_layers(*model->hop_layers(), input, 2);
  in_file.asked.clear();
  const std::vector<std::int64_t> wanted = {1, 0};
  const NodeOutputs some = infer_by_layers(*model->hop_layers(), input, 2, {.rows = wanted});
  EXPECT_EQ(in_file.asked, (std::set<std::uint32_t>{0, 1, 2, 3}));
  for (const std::int64_t v : wanted) {
    for (std::int64_t c = 0; c < 3; ++c) {
      EXPECT_NEAR(some.logits(v, c), all.logits(v, c), 1e-5);
    }
  }
  ASSERT_EQ(some.embedding.rows(), 2);
  expect_near(some.embedding, select_rows(all.embedding, wanted));
}

TEST(HopSamples, AreRefusedByModelsWhoseLayersReadTheSameNodes) {
  const CsrGraph graph = communities();
  const Features features = random_tensor(120, 5);
  for (const char* name : {"weft", "gps", "polynormer"}) {
    const Options options = options_for(name, {{"sampler", "neighbor"}});
    const ModelInput input(graph, {}, features, {}, options);
    const auto model = model_for(name, features, options);
    expect_throws<ArgumentError>([&] { (void)Sampling(input, *model, options, {}, {}); },
                                 "it needs a sampler of subgraphs");
    EXPECT_EQ(suited_sampler(name, options), "parts");
  }
  const Options sign = options_for("sign", {{"sampler", "cluster"}});
  const ModelInput input(graph, {}, features, {}, sign);
  const auto model = model_for("sign", features, sign);
  expect_throws<ArgumentError>([&] { (void)Sampling(input, *model, sign, {}, {}); }, "its sampler is rows");
  EXPECT_EQ(suited_sampler("sign", sign), "rows");
  EXPECT_EQ(suited_sampler("gat", default_options("gat")), "neighbor");
}

TEST(RowBatches, OfPrecomputedHopsGiveWhatAllRowsGive) {
  const CsrGraph graph = communities();
  const Features features = random_tensor(120, 5);
  for (const char* name : {"sign", "nagphormer"}) {
    SCOPED_TRACE(name);
    const Options options = options_for(name, {{"sampler", "rows"}, {"batch_size", "50"}});
    const ModelInput input(graph, {}, features, {}, options);
    const auto model = model_for(name, features, options);
    const Sampling sampling(input, *model, options, {}, {});
    expect_near(infer_by_samples(*model, sampling, 120).logits, infer_at_once(*model, input).logits, 2e-5);
  }
}

}  // namespace
}  // namespace weft
