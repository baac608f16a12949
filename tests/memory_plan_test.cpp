// What is left in files where memory is short.
#include "weft/runs/memory_plan.hpp"

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "weft/io/dataset.hpp"
#include "weft/runs/run.hpp"

namespace weft {
namespace {

using test::expect_throws;

TEST(MemoryPlan, LeavesEdgesInTheFileWhereTheyDoNotFit) {
  // 2 GB of edges, 140 MB for the nodes.
  DatasetSize size{.nodes = 5'000'000,
                   .edges = 500'000'000,
                   .features = 16,
                   .feature_bytes = 320'000'000,
                   .has_plain_edges = true,
                   .num_classes = 4,
                   .has_dense_features = true};
  Options options = default_options("sage");
  options.set("sampler", "neighbor");
  EXPECT_FALSE(plan_memory(size, options, std::int64_t{12} << 30).read.leaves_edges);
  const MemoryPlan tight = plan_memory(size, options, std::int64_t{4} << 30);
  EXPECT_TRUE(tight.read.leaves_edges);
  EXPECT_GT(tight.read.mapped_bytes, 0);
  EXPECT_LT(tight.read.mapped_bytes, std::int64_t{1} << 30);
  EXPECT_GT(tight.inference_rows, 0);
  options.set("sampler", "cluster");
  expect_throws<ArgumentError>([&] { (void)plan_memory(size, options, std::int64_t{2} << 30); },
                               "its edges could stay in the file with sampler neighbor");
  options.set("sampler", "neighbor");
  size.has_plain_edges = false;
  expect_throws<ArgumentError>([&] { (void)plan_memory(size, options, std::int64_t{2} << 30); }, "h5repack");
}

TEST(MemoryPlan, LeavesFeaturesInTheFileWhereTheyDoNotFit) {
  const DatasetSize size{.nodes = 1'000'000,
                         .edges = 20'000'000,
                         .features = 128,
                         .feature_bytes = 512'000'000,
                         .num_classes = 10,
                         .has_dense_features = true};
  Options options = default_options("sage");
  options.set("sampler", "neighbor");
  const MemoryPlan roomy = plan_memory(size, options, std::int64_t{8} << 30);
  EXPECT_FALSE(roomy.read.leaves_features);
  EXPECT_EQ(roomy.inference_rows, 0);
  const MemoryPlan tight = plan_memory(size, options, std::int64_t{1200} << 20);
  EXPECT_TRUE(tight.read.leaves_features);
  EXPECT_GT(tight.read.kept_rows, 0);
  EXPECT_LT(tight.read.kept_rows * 128 * 4, std::int64_t{1200} << 20);
  EXPECT_GT(tight.inference_rows, 0);
  expect_throws<ArgumentError>([&] { (void)plan_memory(size, options, std::int64_t{100} << 20); },
                               "the graph of 1000000 nodes and 20000000 edges alone takes");
  options.set("sampler", "none");
  expect_throws<ArgumentError>([&] { (void)plan_memory(size, options, std::int64_t{1200} << 20); },
                               "expected batches (--batch-size)");
}

TEST(MemoryPlan, HoldsManyGraphsWhole) {
  const DatasetSize size{.task = TaskKind::graph_classification,
                         .nodes = 1'000'000,
                         .edges = 20'000'000,
                         .features = 128,
                         .feature_bytes = 512'000'000,
                         .num_classes = 10,
                         .has_dense_features = true};
  const MemoryPlan roomy = plan_memory_of_graphs(size, std::int64_t{2} << 30);
  EXPECT_FALSE(roomy.read.leaves_features || roomy.read.leaves_edges);
  EXPECT_EQ(roomy.inference_rows, 0);
  for (const std::int64_t limit : {std::int64_t{1000} << 20, std::int64_t{100} << 20}) {
    expect_throws<ArgumentError>([&] { (void)plan_memory_of_graphs(size, limit); }, "nothing can stay in the file");
  }
}

TEST(MemoryPlan, ReadsAmountsAsPeopleWriteThem) {
  EXPECT_EQ(bytes_of("4G"), std::int64_t{4} << 30);
  EXPECT_EQ(bytes_of("512M"), std::int64_t{512} << 20);
  EXPECT_EQ(bytes_of("1.5 GB"), std::int64_t{3} << 29);
  EXPECT_EQ(bytes_of("1000"), 1000);
  EXPECT_EQ(bytes_text(std::int64_t{3} << 29), "1.50 GB");
  for (const char* wrong : {"", "G", "4X", "-1G", "4Gi"}) {
    expect_throws<ArgumentError>([&] { (void)bytes_of(wrong); }, "is no amount of memory");
  }
}

}  // namespace
}  // namespace weft
