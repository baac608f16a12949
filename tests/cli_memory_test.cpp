// Runs within a memory limit, with features and edges in their file, that are interrupted at any moment.
#include <gtest/gtest.h>

#include <sstream>

#include "tests/cli_interruption.hpp"
#include "weft/graph/generators.hpp"
#include "weft/io/hdf5_file.hpp"

namespace weft::test {
namespace {

constexpr std::int64_t kNodes = 20'000, kFeatures = 64;

class CliMemory : public InterruptedCli {
 protected:
  /// data.h5: 20000 nodes in 2 communities and millions of edges, features that tell a little; all stored as it is, as
  /// large datasets are.
  void make_data() const {
    const LabeledGraph made = contextual_block_model(
        {.blocks = {.num_nodes = kNodes, .num_communities = 2, .degree_inside = 240, .degree_outside = 80, .seed = 5},
         .num_features = kFeatures,
         .signal = 1.0});
    hdf5::OutputFile file(path("data.h5"));
    file.write_text_attribute("/", "format", "weft-graph");
    file.write_integer_attribute("/", "version", 1);
    file.write_text_attribute("/", "task", "node_classification");
    file.write_integer_attribute("/", "directed", 0);
    file.write_integer_attribute("/", "num_classes", 2);
    file.write("/graph/indptr", made.graph.offsets());
    const std::array<std::int64_t, 1> edges = {made.graph.num_edges()};
    file.write_array("/graph/indices", edges, made.graph.sources().data(), hdf5::Number::uint32, hdf5::Number::int32,
                     hdf5::Storage::plain);
    const std::array<std::int64_t, 2> shape = {kNodes, kFeatures};
    file.write_array("/node/x", shape, made.features.data(), hdf5::Number::float32, hdf5::Number::float32,
                     hdf5::Storage::plain);
    file.write("/node/y", std::span<const std::int64_t>(made.label));
    std::vector<std::int64_t> train, val, test;
    for (std::int64_t v = 0; v < kNodes; ++v) {
      (v % 10 == 0 ? train : v % 10 == 1 ? val : test).push_back(v);
    }
    file.write("/split/0/train", std::span<const std::int64_t>(train));
    file.write("/split/0/val", std::span<const std::int64_t>(val));
    file.write("/split/0/test", std::span<const std::int64_t>(test));
    file.commit();
  }
};

/// The limit is below what program, edges and features take together.
const std::vector<std::string> kTight = {"--memory-limit", "82M"};

TEST_F(CliMemory, GoesOnToTheBitAfterAnyNumberOfInterruptionsAtAnyMoment) {
  make_data();
  // 20 steps an epoch, a checkpoint after almost every one of them.
  const std::vector<std::string> job = {"train",        "data.h5",
                                        "--model",      "sage",
                                        "--batch-size", "100",
                                        "--epochs",     "4",
                                        "--set",        "hidden=32",
                                        "--set",        "layers=2",
                                        "--set",        "fanout=10,5",
                                        "--set",        "eval_every=2",
                                        "--set",        "checkpoint_seconds=0.01",
                                        "--set",        "inference_rows=4000"};
  const CommandResult whole = weft(with(with(job, kTight), {"-o", "whole"}));
  ASSERT_EQ(whole.code, 0) << whole.err;
  EXPECT_NE(whole.err.find("the edges stay in the file"), std::string::npos) << whole.err;
  EXPECT_NE(whole.err.find("the features stay in the file"), std::string::npos) << whole.err;
  expect_the_same_after_interruptions(with(job, kTight), "whole");
}

TEST_F(CliMemory, PredictsAndEvaluatesWithinALimitAsWithout) {
  make_data();
  ASSERT_EQ(weft({"train", "data.h5", "--model", "sage", "--batch-size", "500", "--epochs", "2", "--set", "hidden=32",
                  "--set", "layers=2", "-o", "run"})
                .code,
            0);
  const CommandResult tight = weft({"predict", "run", "data.h5", "--memory-limit", "82M", "-o", "tight.csv"});
  ASSERT_EQ(tight.code, 0) << tight.err;
  EXPECT_NE(tight.err.find("the edges stay in the file"), std::string::npos) << tight.err;
  ASSERT_EQ(weft({"predict", "run", "data.h5", "-o", "roomy.csv"}).code, 0);
  std::istringstream a(content_of(path("tight.csv"))), b(content_of(path("roomy.csv")));
  std::string left, right;
  std::int64_t lines = 0, different = 0;
  for (; std::getline(a, left) && std::getline(b, right); ++lines) {
    // The last digits may differ: sums over neighbors are taken in another grouping.
    different +=
        left.substr(0, left.find(',', left.find(',') + 1)) != right.substr(0, right.find(',', right.find(',') + 1)) ? 1
                                                                                                                    : 0;
  }
  EXPECT_EQ(lines, kNodes + 1);
  EXPECT_LE(different, 2);
  const Json in_file = weft_json({"evaluate", "run", "data.h5", "--memory-limit", "82M"});
  const Json in_memory = weft_json({"evaluate", "run", "data.h5"});
  EXPECT_NEAR(in_file["test"].get<double>(), in_memory["test"].get<double>(), 1e-3);
  EXPECT_EQ(weft({"evaluate", "run", "data.h5", "--memory-limit", "10M"}).code, 2);
}

TEST_F(CliMemory, EndsWithAnErrorWhereTheEdgesAreCutShort) {
  make_data();
  std::filesystem::resize_file(path("data.h5"), std::filesystem::file_size(path("data.h5")) / 3);
  const CommandResult result = weft(with({"train", "data.h5", "--model", "sage", "--batch-size", "100", "--epochs", "1",
                                          "--set", "hidden=32", "--set", "layers=2"},
                                         kTight));
  EXPECT_EQ(result.code, 3) << result.err;
  EXPECT_EQ(result.signal, 0);
  EXPECT_NE(result.err.find("data.h5"), std::string::npos) << result.err;
}

TEST_F(CliMemory, EstimatesTimeAndMemoryOfNodesAndGraphs) {
  make_data();
  const Json nodes =
      weft_json({"train", "data.h5", "--model", "sage", "--batch-size", "500", "--epochs", "10", "--estimate"});
  EXPECT_GT(nodes["estimate_bytes"].get<double>(), 50e6);
  EXPECT_GT(nodes["epoch_seconds"].get<double>(), 0.0);
  EXPECT_NEAR(nodes["estimate_seconds"].get<double>(),
              10.0 * (nodes["epoch_seconds"].get<double>() + nodes["evaluation_seconds"].get<double>()), 1e-6);
  const CommandResult generator = weft({"train", "data.h5", "--task", "generation"});
  EXPECT_EQ(generator.code, 2);
  EXPECT_NE(generator.err.find("is one graph"), std::string::npos) << generator.err;
}

}  // namespace
}  // namespace weft::test
