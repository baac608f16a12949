// The seeds of an epoch, batch by batch.
#include "weft/samplers/seed_batches.hpp"

#include <algorithm>
#include <limits>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sampler_checks.hpp"
#include "tests/support.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::list;

TEST(SeedBatches, NameEveryNodeOnceAnEpochInAnotherOrder) {
  const SeedBatches batches({10, 20, 30, 40, 50, 60, 70}, {.batch_size = 3, .seed = 1});
  ASSERT_EQ(batches.num_batches(), 3);
  std::vector<std::vector<NodeId>> orders;
  for (std::int64_t epoch = 0; epoch < 4; ++epoch) {
    std::vector<NodeId> order;
    for (std::int64_t i = 0; i < 3; ++i) {
      const Buffer<NodeId> batch = batches.batch(epoch, i);
      EXPECT_EQ(batch.size(), i == 2 ? 1U : 3U);
      order.insert(order.end(), batch.begin(), batch.end());
    }
    orders.push_back(order);
    std::ranges::sort(order);
    EXPECT_EQ(order, (std::vector<NodeId>{10, 20, 30, 40, 50, 60, 70}));
  }
  EXPECT_GE(std::set<std::vector<NodeId>>(orders.begin(), orders.end()).size(), 3U);
}

TEST(SeedBatches, KeepTheOrderAndDropTheRestWhenAsked) {
  const SeedBatches batches({4, 2, 9, 7, 1}, {.batch_size = 2, .shuffle = false, .drop_last = true});
  ASSERT_EQ(batches.num_batches(), 2);
  EXPECT_EQ(list(batches.batch(5, 0)), (std::vector<NodeId>{4, 2}));
  EXPECT_EQ(list(batches.batch(5, 1)), (std::vector<NodeId>{9, 7}));
}

TEST(SeedBatches, OfNoNodesAreNone) {
  const SeedBatches batches({});
  EXPECT_EQ(batches.num_batches(), 0);
  expect_throws<ArgumentError>([&] { (void)batches.batch(0, 0); }, "batch 0 was asked for");
}

TEST(SeedBatches, RefuseWrongArguments) {
  expect_throws<ArgumentError>([] { SeedBatches({1, 2, 1}); }, "node 1 is named twice");
  expect_throws<ArgumentError>([] { SeedBatches({1}, {.batch_size = 0}); }, "batch_size is 0");
  const SeedBatches batches({1, 2, 3}, {.batch_size = 2});
  expect_throws<ArgumentError>([&] { (void)batches.batch(0, 2); }, "expected 0 to 1");
  expect_throws<ArgumentError>([&] { (void)batches.batch(-1, 0); }, "epoch is -1");
}

}  // namespace
}  // namespace weft
