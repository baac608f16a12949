// Graphs from NumPy's archives: all layouts, every form of numbers, and what is refused.
#include <bit>

#include "tests/imported_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/importers/importers.hpp"
#include "weft/io/importers/npy_array.hpp"
#include "weft/io/importers/npz_importer.hpp"

namespace weft {
namespace {

using test::TemporaryFolder;
using Members = std::vector<std::pair<std::string, std::string>>;

std::string npy(const std::string& type, const std::string& shape, const std::string& data, bool fortran = false) {
  std::string header =
      "{'descr': '" + type + "', 'fortran_order': " + (fortran ? "True" : "False") + ", 'shape': (" + shape + "), }";
  header.resize((header.size() + 10 + 63) / 64 * 64 + 54 - 1, ' ');
  header += '\n';
  const auto length = static_cast<unsigned>(header.size());
  return std::string("\x93NUMPY\x01\x00", 8) + static_cast<char>(length & 255) + static_cast<char>(length >> 8) +
         header + data;
}

template <class T>
std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

std::string int64s(const std::vector<std::int64_t>& values, const std::string& shape) {
  return npy("<i8", shape, raw(values));
}

// A triangle and a node of its own.
Members edge_list_layout() {
  return {{"node_features.npy", npy("<f4", "4, 2", raw(std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8}))},
          {"node_labels.npy", int64s({0, 1, 1, 0}, "4,")},
          {"edges.npy", int64s({0, 1, 1, 2, 2, 0}, "3, 2")},
          {"train_masks.npy", npy("|b1", "2, 4", std::string("\1\0\0\0\0\1\0\0", 8))},
          {"val_masks.npy", npy("|b1", "2, 4", std::string("\0\1\0\0\1\0\0\0", 8))},
          {"test_masks.npy", npy("|b1", "2, 4", std::string("\0\0\1\1\0\0\1\1", 8))}};
}

Members adjacency_layout() {
  return {{"adj_data.npy", npy("<f4", "3,", raw(std::vector<float>{1, 1, 1}))},
          {"adj_indices.npy", npy("<i4", "3,", raw(std::vector<std::int32_t>{1, 2, 0}))},
          {"adj_indptr.npy", npy("<i4", "4,", raw(std::vector<std::int32_t>{0, 2, 2, 3}))},
          {"adj_shape.npy", int64s({3, 3}, "2,")},
          {"attr_data.npy", npy("<f4", "3,", raw(std::vector<float>{1, 2, 4}))},
          {"attr_indices.npy", npy("<i4", "3,", raw(std::vector<std::int32_t>{4, 1, 4}))},
          {"attr_indptr.npy", npy("<i4", "4,", raw(std::vector<std::int32_t>{0, 2, 2, 3}))},
          {"attr_shape.npy", int64s({3, 5}, "2,")},
          {"labels.npy", int64s({2, 0, -1}, "3,")}};
}

// What scipy.sparse.save_npz writes of the matrix of 0 -> 1, 0 -> 2, 2 -> 0.
Members matrix_layout() {
  return {{"indices.npy", npy("<i4", "3,", raw(std::vector<std::int32_t>{1, 2, 0}))},
          {"indptr.npy", npy("<i4", "4,", raw(std::vector<std::int32_t>{0, 2, 2, 3}))},
          {"format.npy", npy("|S3", "", "csr")},
          {"shape.npy", int64s({3, 3}, "2,")},
          {"data.npy", npy("<f4", "3,", raw(std::vector<float>{1, 0.5, 0}))}};
}

Members with(Members members, const std::string& name, const std::string& content) {
  for (auto& [member, bytes] : members) {
    if (member == name) {
      bytes = content;
    }
  }
  return members;
}

TEST(Npz, IsReadByNameAsByTheTypedFunction) {
  const TemporaryFolder folder;
  const auto path = test::write_zip(folder / "a.npz", adjacency_layout());
  test::expect_same_dataset(import_dataset("npz", {.input = path}), import_npz({.input = path}));
  Options options(importer_info("npz").options);
  options.set("directed", "true");
  options.set("name", "other");
  const Dataset data = import_dataset("npz", {.input = path, .options = options, .seed = 3});
  EXPECT_EQ(data.graph.num_edges(), 3);
  test::expect_same_dataset(data, import_npz({.input = path, .directed = true, .name = "other", .seed = 3}));
}

TEST(Npz, ReadsEdgeListsFeaturesAndMasks) {
  const TemporaryFolder folder;
  const Dataset data = import_npz({.input = test::write_zip(folder / "tiny.npz", edge_list_layout())});
  EXPECT_EQ(data.name, "tiny");
  EXPECT_EQ(data.num_classes, 2);
  EXPECT_TRUE(std::ranges::equal(data.graph.offsets(), std::vector<EdgeId>{0, 2, 4, 6, 6}));
  EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{1, 2, 0, 2, 0, 1}));
  EXPECT_TRUE(
      test::same_bits(std::get<Tensor>(data.node_features.in_memory()), Tensor{{1, 2}, {3, 4}, {5, 6}, {7, 8}}));
  EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{0, 1, 1, 0}));
  ASSERT_EQ(data.splits.size(), 2U);
  EXPECT_EQ(data.splits[1].name, "1");
  EXPECT_EQ(data.splits[1].train, std::vector<std::int64_t>{1});
  EXPECT_EQ(data.splits[1].val, std::vector<std::int64_t>{0});
  EXPECT_EQ(data.splits[1].test, (std::vector<std::int64_t>{2, 3}));
  write_dataset(data, folder / "tiny.h5");
  test::expect_same_data(read_dataset(folder / "tiny.h5"), data);
}

TEST(Npz, ReadsCompressedRows) {
  const TemporaryFolder folder;
  const auto path = test::write_zip(folder / "a.npz", adjacency_layout());
  const Dataset data = import_npz({.input = path, .directed = true});
  // 0 -> 1, 0 -> 2, 2 -> 0.
  EXPECT_TRUE(std::ranges::equal(data.graph.offsets(), std::vector<EdgeId>{0, 1, 2, 3}));
  EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{2, 0, 0}));
  EXPECT_TRUE(test::same_bits(std::get<SparseMatrix>(data.node_features.in_memory()).to_dense(),
                              Tensor{{0, 2, 0, 0, 1}, {0, 0, 0, 0, 0}, {0, 0, 0, 0, 4}}));
  EXPECT_EQ(data.num_classes, 3);
  EXPECT_EQ(data.splits.size(), 3U);
  EXPECT_EQ(import_npz({.input = path}).graph.num_edges(), 4);
}

TEST(Npz, ReadsWholeRealsAsClassesAndNanAsNone) {
  const TemporaryFolder folder;
  Members members = adjacency_layout();
  const float nan = std::bit_cast<float>(0x7fc00000U);
  for (auto& [name, content] : members) {
    content = name == "labels.npy" ? npy("<f4", "3,", raw(std::vector<float>{2, nan, 0})) : content;
  }
  const Dataset data = import_npz({.input = test::write_zip(folder / "a.npz", members)});
  EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{2, -1, 0}));
}

TEST(Npz, ReadsMatricesOfSciPyAsGraphsWithoutLabels) {
  const TemporaryFolder folder;
  const auto path = test::write_zip(folder / "a.npz", matrix_layout());
  const Dataset data = import_npz({.input = path, .directed = true});
  EXPECT_TRUE(std::ranges::equal(data.graph.offsets(), std::vector<EdgeId>{0, 1, 2, 3}));
  EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{2, 0, 0}));
  EXPECT_EQ(data.task, TaskKind::link_prediction);
  EXPECT_TRUE(data.splits.empty());
  // 0 - 1 and 0 - 2.
  EXPECT_EQ(import_npz({.input = path}).graph.num_edges(), 4);
  write_dataset(data, folder / "a.h5");
  test::expect_same_data(read_dataset(folder / "a.h5"), data);
}

TEST(Npz, ReadsEveryFormOfNumbers) {
  const auto first = [](const std::string& type, const std::string& data) {
    const std::string bytes = npy(type, "1,", data);
    return parse_npy(bytes, "f", "x").real(0);
  };
  EXPECT_EQ(first("|b1", "\1"), 1.0F);
  EXPECT_EQ(first("|i1", "\xff"), -1.0F);
  EXPECT_EQ(first("|u1", "\xff"), 255.0F);
  EXPECT_EQ(first(">i2", std::string("\x01\x00", 2)), 256.0F);
  EXPECT_EQ(first("<i2", std::string("\x01\x00", 2)), 1.0F);
  EXPECT_EQ(first("<f2", std::string("\x00\xc1", 2)), -2.5F);
  EXPECT_EQ(first("<f8", raw(std::vector<double>{0.25})), 0.25F);
  EXPECT_EQ(first(">f4", std::string("\x3f\x00\x00\x00", 4)), 0.5F);
  const std::string by_column = npy("|u1", "2, 3", "\1\2\3\4\5\6", true);
  const NumberArray array = parse_npy(by_column, "f", "x");
  EXPECT_EQ(array.integer(1), 3) << "row 0, column 1";
  EXPECT_EQ(array.integer(3), 2) << "row 1, column 0";
}

TEST(Npz, NamesTheArrayThatIsWrong) {
  const TemporaryFolder folder;
  const auto expect = [&](const Members& members, const std::string& message) {
    const auto path = test::write_zip(folder / "a.npz", members);
    test::expect_throws<DataError>([&] { static_cast<void>(import_npz({.input = path})); }, message);
  };
  const Members edges = edge_list_layout();
  const Members rows = adjacency_layout();
  expect(with(edges, "node_labels.npy", npy("|O", "4,", "cposix\nsystem\n")),
         "a.npz: node_labels: holds Python objects, which would run code");
  expect(with(edges, "edges.npy", int64s({0, 1, 1, 4}, "2, 2")), "a.npz: edges: has node 4 at 3, expected 0 to 3");
  expect(with(edges, "edges.npy", int64s({0, 1, 1, -1}, "2, 2")), "a.npz: edges: has node -1 at 3");
  expect(with(edges, "edges.npy", int64s({0, 1, 1}, "3,")), "a.npz: edges: has shape [3], expected rank 2");
  expect(with(edges, "edges.npy", npy("<f8", "1, 2", raw(std::vector<double>{0, 1}))), "edges: holds reals");
  expect(with(edges, "edges.npy", npy("<i8", "9000000000000000000, 2", "")),
         "edges: has shape [9000000000000000000, 2], too large");
  expect(with(edges, "edges.npy", npy("<i8", "4000000000, 2", "")), "edges: has 0 bytes of data, expected 8 for each");
  expect(with(edges, "edges.npy", npy("<c8", "1, 2", "")), "edges: holds elements of type '<c8'");
  expect(with(edges, "edges.npy", "\x93NUMPY\x07" + std::string(200, ' ')), "edges: is of version 7");
  expect(with(edges, "edges.npy", "PK"), "edges: does not start as a NumPy array does");
  const float nan = std::bit_cast<float>(0x7fc00000U);
  expect(with(edges, "node_features.npy", npy("<f4", "4, 1", raw(std::vector<float>{1, nan, 3, 4}))),
         "a.npz: node_features: has the value nan at 1, expected finite numbers");
  expect(with(edges, "node_features.npy", npy("<f4", "1, 1", raw(std::vector<float>{1}))),
         "node_features: has shape [1, 1], expected [4, 1]");
  expect(with(edges, "train_masks.npy", npy("|b1", "1, 4", std::string(4, '\0'))), "there are 1, 2 and 2 masks");
  expect(with(edges, "train_masks.npy", npy("|b1", "2, 4", std::string(8, '\1'))), "a.npz: /split/0/val: node 1");
  expect(with(edges, "node_labels.npy", int64s({-1, 1, 1, 0}, "4,")), "node 0 at 0 is unlabeled");
  expect(with(edges, "node_labels.npy", int64s({std::int64_t{1} << 40, 1, 1, 0}, "4,")),
         "node_labels: has label 1099511627776");
  expect(with(rows, "adj_indptr.npy", int64s({0, 2, 1, 3}, "4,")), "adj_indptr: has 1 at 2 after 2");
  expect(with(rows, "adj_indptr.npy", int64s({0, 2, 2, 4}, "4,")), "adj_indptr: ends at 4, expected 3");
  expect(with(rows, "adj_shape.npy", int64s({3, 4}, "2,")), "adj_shape: has size 4 at 1, expected 3 to 3");
  expect(with(rows, "attr_indices.npy", int64s({4, 1, 5}, "3,")), "attr_indices: has column 5 at 2, expected 0 to 4");
  expect(with(rows, "attr_shape.npy", int64s({3, 4294967295}, "2,")),
         "attr_indices: belongs to a matrix of 4294967295 columns");
  expect(with(rows, "labels.npy", int64s({0, 1}, "2,")), "labels: has shape [2], expected [3]");
  expect(with(rows, "labels.npy", npy("<f4", "3,", raw(std::vector<float>{0, 0.5F, 1}))),
         "labels: has label 0.5 at 1, expected whole numbers from -1");
  const Members matrix = matrix_layout();
  expect(with(matrix, "format.npy", npy("|S3", "", "csc")), "a.npz: format: is not csr");
  expect(with(matrix, "shape.npy", int64s({3, 4}, "2,")), "a.npz: shape: has size 4 at 1, expected 3 to 3");
  expect(with(matrix, "indptr.npy", int64s({0}, "1,")), "a.npz: indptr: has 1 entries, expected 2 to");
  expect({{"other.npy", int64s({0}, "1,")}}, "has no array edges, adj_indptr or indptr");
  expect({{"edges.npy", int64s({0, 1}, "1, 2")}}, "a.npz: node_labels: is missing");
}

TEST(Npz, SurvivesDamage) {
  const TemporaryFolder folder;
  for (const Members& members : {edge_list_layout(), adjacency_layout(), matrix_layout()}) {
    const auto path = test::write_zip(folder / "a.npz", members);
    test::expect_no_surprise(path, [&] { static_cast<void>(import_npz({.input = path})); });
  }
}

class RealNpz : public testing::TestWithParam<const char*> {};

TEST_P(RealNpz, EqualsTheDatasetFileWithItsSplits) {
  const auto raw_file = test::real_file(std::string("raw/heterophilous/") + GetParam() + ".npz");
  const auto h5 = test::real_file(std::string("h5/") + GetParam() + ".h5");
  if (!raw_file || !h5) {
    GTEST_SKIP() << GetParam() << " is missing; set WEFT_DATA";
  }
  const Dataset imported = import_npz({.input = *raw_file});
  const Dataset expected = read_dataset(*h5);
  test::expect_same_data(imported, expected);
  ASSERT_EQ(expected.splits.size(), 10U);
  for (const Split& split : expected.splits) {
    test::expect_same_split(imported, expected, split.name);
  }
}

INSTANTIATE_TEST_SUITE_P(DataFolder, RealNpz, testing::Values("actor", "chameleon_filtered", "minesweeper"),
                         [](const auto& name) { return std::string(name.param); });

}  // namespace
}  // namespace weft
