// Edges that stay in their file: the mapping, what is checked of them, and jobs that read them there.
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/core/mapped_file.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/generators.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/hdf5_file.hpp"
#include "weft/io/model_file.hpp"
#include "weft/runs/memory_plan.hpp"
#include "weft/train/trainer.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::random_tensor;
using test::same_bits;
using test::TemporaryFolder;

constexpr ReadOptions kEdgesInFile{.leaves_edges = true};

Dataset communities(std::int64_t nodes) {
  LabeledGraph made = stochastic_block_model(
      {.num_nodes = nodes, .num_communities = 2, .degree_inside = 8, .degree_outside = 2, .seed = 3});
  Dataset data;
  data.name = "two";
  data.num_classes = 2;
  data.graph = std::move(made.graph);
  data.node_features = random_tensor(nodes, 6);
  data.node_labels = std::move(made.label);
  Split split{.name = "0", .train = {}, .val = {}, .test = {}};
  for (std::int64_t v = 0; v < nodes; ++v) {
    (v % 3 == 0 ? split.train : v % 3 == 1 ? split.val : split.test).push_back(v);
  }
  data.splits = {split};
  return data;
}

/// Four nodes and the edges 0 - 1, 1 - 2, in a file whose sources are `sources`; small arrays are stored as they are.
void write_path(const std::filesystem::path& path, const std::vector<std::int32_t>& sources) {
  hdf5::OutputFile file(path);
  file.write_text_attribute("/", "format", "weft-graph");
  file.write_integer_attribute("/", "version", 1);
  file.write_text_attribute("/", "task", "node_classification");
  file.write_integer_attribute("/", "directed", 0);
  file.write_integer_attribute("/", "num_classes", 2);
  file.write("/graph/indptr", std::span<const std::int64_t>(std::vector<std::int64_t>{0, 1, 3, 4, 4}));
  file.write("/graph/indices", std::span<const std::int32_t>(sources));
  file.commit();
}

TEST(MappedFile, ShowsAPartOfTheFileAndLetsGoOfItsPages) {
  const TemporaryFolder folder;
  constexpr std::int64_t kBytes = std::int64_t{64} << 20, kOffset = 12;
  std::vector<char> bytes(static_cast<std::size_t>(kBytes + kOffset), 0);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<char>(i % 251);
  }
  std::ofstream(folder / "data", std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  const MappedFile mapped(folder / "data", kOffset, kBytes, std::int64_t{8} << 20);
  const std::int64_t before = resident_file_bytes();
  for (std::int64_t i = 0; i < kBytes; i += 4096) {
    ASSERT_EQ(mapped.data()[i], static_cast<unsigned char>((i + kOffset) % 251));
  }
  EXPECT_GT(resident_file_bytes() - before, std::int64_t{48} << 20);
  mapped.trim();
  EXPECT_LT(resident_file_bytes() - before, std::int64_t{8} << 20);
  EXPECT_EQ(mapped.data()[kBytes - 1], static_cast<unsigned char>((kBytes - 1 + kOffset) % 251));
}

TEST(MappedFile, RefusesAFileThatEndsTooEarlyAtOnceOrLater) {
  const TemporaryFolder folder;
  std::ofstream(folder / "data", std::ios::binary) << "0123456789";
  expect_throws<DataError>([&] { (void)MappedFile(folder / "data", 4, 7, 0); }, "ends at byte 10, expected 11 or more");
  expect_throws<DataError>([&] { (void)MappedFile(folder / "none", 0, 1, 0); }, "cannot be opened");
  const MappedFile mapped(folder / "data", 4, 6, 1 << 20);
  std::filesystem::resize_file(folder / "data", 8);
  expect_throws<DataError>([&] { mapped.trim(); }, "was cut to 8 bytes while it was read, expected 10");
}

TEST(EdgesInFile, AreTheSameGraph) {
  const TemporaryFolder folder;
  const Dataset data = communities(1000);
  write_dataset(data, folder / "data.h5");
  const CsrGraph graph = read_dataset(folder / "data.h5", {}, kEdgesInFile).graph;
  EXPECT_TRUE(graph.is_in_file());
  EXPECT_FALSE(data.graph.is_in_file());
  EXPECT_EQ(graph.num_edges(), data.graph.num_edges());
  EXPECT_TRUE(std::ranges::equal(graph.offsets(), data.graph.offsets()));
  EXPECT_TRUE(std::ranges::equal(graph.sources(), data.graph.sources()));
  // The mapping is of the file that was opened, whatever takes its name.
  std::filesystem::remove(folder / "data.h5");
  EXPECT_TRUE(std::ranges::equal(graph.sources_of(17), data.graph.sources_of(17)));
}

TEST(EdgesInFile, AreCheckedEdgeByEdge) {
  const TemporaryFolder folder;
  const auto read = [&](const std::vector<std::int32_t>& sources) {
    write_path(folder / "data.h5", sources);
    return read_dataset(folder / "data.h5", {}, kEdgesInFile);
  };
  EXPECT_EQ(read({1, 0, 2, 1}).graph.num_edges(), 4);
  expect_throws<DataError>([&] { (void)read({1, 0, 4, 1}); }, "/graph/indices: value 4 at 2, expected 0 to 3");
  expect_throws<DataError>([&] { (void)read({1, 0, -1, 1}); }, "/graph/indices: value 4294967295 at 2");
  expect_throws<DataError>([&] { (void)read({1, 2, 0, 1}); }, "/graph/indices: row 1 has source 0 after 2 at 2");
  expect_throws<DataError>([&] { (void)read({1, 0, 3, 1}); }, "holds edges u -> v without v -> u");
  // A rehearsal finds the array and does not look at it.
  write_path(folder / "data.h5", {1, 0, 4, 1});
  EXPECT_EQ(read_dataset(folder / "data.h5", {}, {.leaves_edges = true, .only_opens = true}).graph.num_edges(), 4);
}

TEST(EdgesInFile, MustBeStoredAsTheyAre) {
  const TemporaryFolder folder;
  const Dataset data = communities(3000);  // more than 64 KiB of edges, which are compressed
  write_dataset(data, folder / "data.h5");
  expect_throws<DataError>([&] { (void)read_dataset(folder / "data.h5", {}, kEdgesInFile); },
                           "expected a plain array, as `h5repack");
  EXPECT_FALSE(read_dataset_size(folder / "data.h5").has_plain_edges);
  write_path(folder / "plain.h5", {1, 0, 2, 1});
  EXPECT_TRUE(read_dataset_size(folder / "plain.h5").has_plain_edges);
}

TEST(EdgesInFile, TrainToTheSameBitsAsEdgesInMemory) {
  const TemporaryFolder folder;
  write_dataset(communities(1200), folder / "data.h5");
  for (const char* sampler : {"neighbor", "labor", "full"}) {
    SCOPED_TRACE(sampler);
    std::vector<std::vector<NamedTensor>> states;
    for (const bool in_file : {false, true}) {
      // Pages are let go of at every chance.
      const Dataset data = read_dataset(folder / "data.h5", {},
                                        {.leaves_features = in_file, .leaves_edges = in_file, .mapped_bytes = 0});
      TrainJob job;
      job.model = "gcn";
      job.options = default_options("gcn");
      for (const auto& [name, value] : {std::pair{"epochs", "3"}, std::pair{"sampler", sampler},
                                        std::pair{"batch_size", "100"}, std::pair{"inference_rows", "300"}}) {
        job.options.set(name, value);
      }
      job.splits = {"0"};
      job.folder = folder / (std::string(sampler) + (in_file ? "file" : "memory"));
      with_threads(in_file ? 2 : 1, [&] { (void)train(data, job); });
      states.push_back(read_model_file(job.folder / "model.h5").tensors);
    }
    ASSERT_EQ(states[0].size(), states[1].size());
    for (std::size_t i = 0; i < states[0].size(); ++i) {
      EXPECT_TRUE(same_bits(states[0][i].value, states[1][i].value)) << states[0][i].name;
    }
  }
}

TEST(EdgesInFile, AreRefusedByJobsThatReadAllOfThem) {
  const TemporaryFolder folder;
  write_dataset(communities(300), folder / "data.h5");
  const Dataset data = read_dataset(folder / "data.h5", {}, kEdgesInFile);
  TrainJob job;
  job.model = "sage";
  job.options = default_options("sage");
  job.splits = {"0"};
  expect_throws<ArgumentError>([&] { (void)train(data, job); }, "the job reads them all at once");
  job.options.set("sampler", "cluster");
  expect_throws<ArgumentError>([&] { (void)train(data, job); }, "expected sampler neighbor, labor or full");
}

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

}  // namespace
}  // namespace weft
