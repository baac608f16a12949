// Files mapped into memory, and graphs whose edges stay in them.
#include "weft/core/mapped_file.hpp"

#include <filesystem>
#include <fstream>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support.hpp"
#include "tests/synthetic_data.hpp"
#include "tests/temporary_folder.hpp"
#include "tests/trained_models.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/dataset.hpp"
#include "weft/io/hdf5_file.hpp"
#include "weft/runs/run.hpp"

namespace weft {
namespace {

using test::expect_throws;
using test::TemporaryFolder;
using test::two_communities;

constexpr ReadOptions kEdgesInFile{.leaves_edges = true};

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
  const Dataset data = two_communities(1000, 6);
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
  const Dataset data = two_communities(3000, 6);  // more than 64 KiB of edges, which are compressed
  write_dataset(data, folder / "data.h5");
  expect_throws<DataError>([&] { (void)read_dataset(folder / "data.h5", {}, kEdgesInFile); },
                           "expected a plain array, as `h5repack");
  EXPECT_FALSE(read_dataset_size(folder / "data.h5").has_plain_edges);
  write_path(folder / "plain.h5", {1, 0, 2, 1});
  EXPECT_TRUE(read_dataset_size(folder / "plain.h5").has_plain_edges);
}

TEST(EdgesInFile, TrainToTheSameBitsAsEdgesInMemory) {
  const TemporaryFolder folder;
  write_dataset(two_communities(1200, 6), folder / "data.h5");
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
      job.splits = {"rand0"};
      job.folder = folder / (std::string(sampler) + (in_file ? "file" : "memory"));
      with_threads(in_file ? 2 : 1, [&] { (void)train(data, job); });
      states.push_back(test::weights_in(job.folder));
    }
    test::expect_same_bits(states[0], states[1]);
  }
}

TEST(EdgesInFile, AreRefusedByJobsThatReadAllOfThem) {
  const TemporaryFolder folder;
  write_dataset(two_communities(300, 6), folder / "data.h5");
  const Dataset data = read_dataset(folder / "data.h5", {}, kEdgesInFile);
  TrainJob job;
  job.model = "sage";
  job.options = default_options("sage");
  job.splits = {"rand0"};
  expect_throws<ArgumentError>([&] { (void)train(data, job); }, "the job reads them all at once");
  job.options.set("sampler", "cluster");
  expect_throws<ArgumentError>([&] { (void)train(data, job); }, "expected sampler neighbor, labor or full");
}

}  // namespace
}  // namespace weft
