// Datasets written piece by piece, and 16-bit features.
#include "weft/io/large_dataset.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "tests/imported_data.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/feature_file.hpp"
#include "weft/io/hdf5_file.hpp"

namespace weft::test {
namespace {

namespace fs = std::filesystem;

Tensor matrix(const std::vector<std::vector<float>>& rows) {
  Tensor result =
      Tensor::uninitialized(static_cast<std::int64_t>(rows.size()), static_cast<std::int64_t>(rows[0].size()));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    std::ranges::copy(rows[i], result.row(static_cast<std::int64_t>(i)).begin());
  }
  return result;
}

/// A directed chain 0 -> 1 -> ... with these features, a row each.
Dataset chain_with(Tensor features) {
  Dataset data;
  data.task = TaskKind::link_prediction;
  data.directed = true;
  std::vector<Edge> edges;
  for (NodeId v = 1; v < features.rows(); ++v) {
    edges.push_back({v - 1, v});
  }
  data.graph = CsrGraph::from_edges(features.rows(), edges);
  data.node_features = std::move(features);
  return data;
}

std::vector<float> values_read(const fs::path& path) {
  const Dataset data = read_dataset(path);
  const Tensor& read = std::get<Tensor>(data.node_features.in_memory());
  std::vector<std::uint32_t> rows(static_cast<std::size_t>(read.rows()));
  std::iota(rows.begin(), rows.end(), 0U);
  const auto file = FeatureFile::open(path);
  EXPECT_NE(file, nullptr);
  if (file) {
    expect_same_features(file->rows(rows), data.node_features);
  }
  return {read.values().begin(), read.values().end()};
}

TEST(FeatureTypes, Float16RoundsToTheNearestAndTiesToEven) {
  const TemporaryFolder folder;
  // Ones have steps of 2^-10; the smallest number is 2^-24, and 1023.5 of it are halfway to 2^-14.
  const std::vector<float> values = {1.0F,     1.0F + 0x1p-11F, 1.0F + 0x3p-11F, -0.0F,     65504.0F,     65519.0F,
                                     0x1p-24F, 0x1p-25F,        0x3p-25F,        -0x1p-14F, 0x1.ffcp-15F, 0.1F};
  write_dataset(chain_with(matrix({values})), folder / "x.h5", {.feature_type = FeatureType::float16});
  EXPECT_EQ(values_read(folder / "x.h5"),
            (std::vector<float>{1.0F, 1.0F, 1.0F + 0x1p-9F, 0.0F, 65504.0F, 65504.0F, 0x1p-24F, 0.0F, 0x1p-23F,
                                -0x1p-14F, 0x1p-14F, 0.0999755859375F}));
}

TEST(FeatureTypes, Bfloat16KeepsTheRangeAndEightBits) {
  const TemporaryFolder folder;
  // Ones have steps of 2^-7.
  const std::vector<float> values = {1.0F,   1.0F + 0x1p-8F, 1.0F + 0x3p-8F, 1.0F + 0x1.2p-8F,
                                     -3e38F, 0x1p-133F,      100000.0F};
  write_dataset(chain_with(matrix({values})), folder / "x.h5", {.feature_type = FeatureType::bfloat16});
  EXPECT_EQ(values_read(folder / "x.h5"),
            (std::vector<float>{1.0F, 1.0F, 1.0F + 0x1p-6F, 1.0F + 0x1p-7F, -0x1.c4p+127F, 0x1p-133F, 99840.0F}));
}

TEST(FeatureTypes, EveryNumberOf16BitsReadsBackAsItself) {
  const TemporaryFolder folder;
  for (const FeatureType type : {FeatureType::float16, FeatureType::bfloat16}) {
    const std::uint32_t infinity = type == FeatureType::float16 ? 0x7C00 : 0x7F80;
    std::vector<float> values;
    for (std::uint32_t half = 0; half < infinity; ++half) {
      // Without the library's conversion: sign, exponent and fraction by their meaning.
      const int fraction_bits = type == FeatureType::float16 ? 10 : 7, bias = type == FeatureType::float16 ? 15 : 127;
      const int exponent = static_cast<int>(half >> fraction_bits);
      const auto fraction = static_cast<float>(half & ((1U << fraction_bits) - 1));
      const float steps = exponent == 0 ? fraction : fraction + static_cast<float>(1 << fraction_bits);
      values.push_back(std::ldexp(steps, std::max(exponent, 1) - bias - fraction_bits));
    }
    write_dataset(chain_with(matrix({values})), folder / "x.h5", {.feature_type = type});
    EXPECT_EQ(values_read(folder / "x.h5"), values);
  }
}

TEST(FeatureTypes, RefusesWhatTheTypeCannotHold) {
  const TemporaryFolder folder;
  const auto expect_refused = [&](const Dataset& data, FeatureType type, const std::string& message) {
    expect_throws<ArgumentError>([&] { write_dataset(data, folder / "x.h5", {.feature_type = type}); }, message);
  };
  expect_refused(chain_with(matrix({{1, 2}, {3, 65520}})), FeatureType::float16,
                 "value 65520 at [1, 1] is not a finite float16, expected at most 65504");
  expect_refused(chain_with(matrix({{3.4e38F}})), FeatureType::bfloat16, "at [0, 0] is not a finite bfloat16");
  Dataset without = chain_with(matrix({{1}}));
  without.node_features = {};
  expect_refused(without, FeatureType::float16, "are missing");
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

/// `data` as pieces of three edges and its features row by row.
LargeDataset in_pieces(const Dataset& data) {
  LargeDataset large;
  large.rest.name = data.name;
  large.rest.task = data.task;
  large.rest.directed = data.directed;
  large.rest.num_classes = data.num_classes;
  large.rest.node_labels = data.node_labels;
  large.rest.splits = data.splits;
  large.visit_edges = [&data](FunctionRef<void(const EdgePiece&)> use) {
    const std::vector<Edge> edges = edges_of(data.graph);
    for (std::size_t i = 0; i < edges.size(); i += 3) {
      std::vector<NodeId> rows, sources;
      std::vector<float> weights;
      for (std::size_t k = i; k < std::min(i + 3, edges.size()); ++k) {
        rows.push_back(edges[k].destination);
        sources.push_back(edges[k].source);
        weights.push_back(std::get<Tensor>(data.edge_features).data()[k]);
      }
      use({.rows = rows, .sources = sources, .weights = weights});
    }
  };
  large.offsets = row_offsets(data.graph.num_nodes(), large.visit_edges);
  large.has_weights = true;
  large.num_features = shape_of(data.node_features).cols;
  large.fill_features = [&data](std::int64_t first, std::int64_t count, std::span<float> out) {
    const Tensor& all = std::get<Tensor>(data.node_features.in_memory());
    std::copy_n(all.data() + first * all.cols(), count * all.cols(), out.begin());
  };
  return large;
}

TEST(LargeDatasets, HaveTheContentOfThoseInMemory) {
  const TemporaryFolder folder;
  Dataset data = chain_with(matrix({{1, 2}, {3, 4}, {5, 6}, {7, 8}, {9, 10}}));
  data.task = TaskKind::node_classification;
  data.num_classes = 2;
  data.node_labels = std::vector<std::int64_t>{0, 1, 1, 0, -1};
  data.edge_features = matrix({{0.5}, {1.5}, {2.5}, {3.5}});
  data.splits.push_back({.name = "0", .train = {0, 1}, .val = {2}, .test = {3}});
  write_dataset(data, folder / "memory.h5");
  write_dataset(in_pieces(data), folder / "pieces.h5");
  expect_same_data(read_dataset(folder / "pieces.h5"), data);
  expect_same_split(read_dataset(folder / "pieces.h5"), data, "0");
  EXPECT_EQ(content_of(folder / "pieces.h5").size(), content_of(folder / "memory.h5").size());

  LargeDataset broken = in_pieces(data);
  broken.offsets[broken.offsets.size() - 1] = 3;
  expect_throws<ArgumentError>([&] { write_dataset(broken, folder / "broken.h5"); }, "expected 3 edges in all");
  EXPECT_FALSE(fs::exists(folder / "broken.h5"));
}

TEST(LargeDatasets, CountEdgesBeyondTwoToThe31) {
  // 2^24 rows, 129 times one edge each.
  std::vector<NodeId> rows(1 << 24);
  std::iota(rows.begin(), rows.end(), NodeId{0});
  const Buffer<EdgeId> offsets = row_offsets(1 << 24, [&](FunctionRef<void(const EdgePiece&)> use) {
    for (int i = 0; i < 129; ++i) {
      use({.rows = rows, .sources = rows});
    }
  });
  EXPECT_EQ(offsets[(1 << 24) - 1], std::int64_t{129} * ((1 << 24) - 1));
  EXPECT_EQ(offsets[1 << 24], 2'164'260'864);
}

TEST(LargeDatasets, ReachRowsBeyondTwoToThe31Elements) {
  const TemporaryFolder folder;
  // Most of the file is a hole.
  constexpr std::int64_t kRows = (1 << 25) + 2, kCols = 64;
  std::vector<float> row(kCols);
  std::iota(row.begin(), row.end(), 0.5F);
  {
    hdf5::OutputFile file(folder / "x.h5");
    file.create_array("/node/x", std::array<std::int64_t, 2>{kRows, kCols}, hdf5::Number::float32,
                      hdf5::Storage::plain);
    file.write_rows("/node/x", kRows - 1, 1, row.data(), hdf5::Number::float32);
    file.commit();
  }
  ASSERT_GT(fs::file_size(folder / "x.h5"), std::uintmax_t{1} << 33);
  const auto features = FeatureFile::open(folder / "x.h5");
  ASSERT_NE(features, nullptr);
  const std::vector<std::uint32_t> wanted = {kRows - 1, 0};
  const Tensor read = std::get<Tensor>(features->rows(wanted));
  EXPECT_TRUE(std::ranges::equal(read.row(0), row));
  EXPECT_EQ(read(1, 63), 0.0F);
}

}  // namespace
}  // namespace weft::test
