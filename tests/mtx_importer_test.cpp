// Matrix Market files, and the tables of features and labels beside them.
#include <cmath>

#include "tests/imported_data.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/core/random.hpp"
#include "weft/io/importers/mtx_importer.hpp"

namespace weft {
namespace {

using test::TemporaryFolder;
using test::write_content;

TEST(Mtx, ReadsEveryFieldAndSymmetry) {
  const TemporaryFolder folder;
  const auto import = [&](const std::string& banner, const std::string& text, bool weights, bool directed) {
    const auto path =
        write_content(folder / "a.mtx", "%%MatrixMarket matrix coordinate " + banner + "\n% note\n" + text);
    return import_mtx({.input = path, .weights = weights, .directed = directed});
  };
  const Dataset general = import("real general", "3 3 2\n1 2 0.5\n3 2 -2e0\n", true, true);
  EXPECT_TRUE(general.directed);
  EXPECT_TRUE(std::ranges::equal(general.graph.offsets(), std::vector<EdgeId>{0, 0, 2, 2}));
  EXPECT_TRUE(std::ranges::equal(general.graph.sources(), std::vector<NodeId>{0, 2}));
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(general.edge_features), Tensor{{0.5F}, {-2.0F}}));
  const Dataset symmetric = import("Integer Symmetric", "3 3 2\n2 1 7\n3 3 1\n", true, true);
  EXPECT_FALSE(symmetric.directed);
  EXPECT_TRUE(std::ranges::equal(symmetric.graph.sources(), std::vector<NodeId>{1, 0, 2}));
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(symmetric.edge_features), Tensor{{7}, {7}, {1}}));
  const Dataset pattern = import("pattern general", "4 4 1\n1 4\n", false, false);
  EXPECT_TRUE(std::ranges::equal(pattern.graph.offsets(), std::vector<EdgeId>{0, 1, 1, 1, 2}));
  EXPECT_EQ(pattern.task, TaskKind::link_prediction);
}

TEST(Mtx, JoinsFeaturesAndLabels) {
  const TemporaryFolder folder;
  const auto path = write_content(folder / "a.mtx", "%%MatrixMarket matrix coordinate pattern general\n3 3 1\n1 2\n");
  const auto features = write_content(folder / "x", "1,2\n3,4\n5,6\n");
  const Dataset data =
      import_mtx({.input = path, .features = features, .labels = write_content(folder / "y", "1\n-1\n0\n")});
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.node_features.in_memory()), Tensor{{1, 2}, {3, 4}, {5, 6}}));
  EXPECT_EQ(std::get<1>(data.node_labels), (std::vector<std::int64_t>{1, -1, 0}));
  EXPECT_EQ(data.num_classes, 2);
  const Dataset reals = import_mtx({.input = path, .labels = write_content(folder / "y", "1.0\nnan\n0.0\n")});
  EXPECT_EQ(std::get<1>(reals.node_labels), (std::vector<std::int64_t>{1, -1, 0}));
  test::expect_throws<DataError>(
      [&] { (void)import_mtx({.input = path, .labels = write_content(folder / "y", "1\n0.5\n0\n")}); },
      "line 2: '0.5' is not an integer");
  const Dataset targets =
      import_mtx({.input = path, .labels = write_content(folder / "y", "1.5\nnan\n0\n"), .regression = true});
  EXPECT_TRUE(std::isnan(std::get<Tensor>(targets.node_labels)(1, 0)));
  write_dataset(targets, folder / "t.h5");
  test::expect_same_data(read_dataset(folder / "t.h5"), targets);
}

TEST(Mtx, LeavesOutBadEntriesWhereAsked) {
  const TemporaryFolder folder;
  std::vector<std::string> told;
  const auto path = write_content(
      folder / "a.mtx", "%%MatrixMarket matrix coordinate real general\n3 3 4\n1 2 0.5\n4 1 1\n2 3 x\n3 1 2\n");
  const Dataset data =
      import_mtx({.input = path, .weights = true, .directed = true, .on_bad_row = [&](const std::string& problem) {
                    told.push_back(problem);
                  }});
  EXPECT_EQ(data.graph.num_edges(), 2);
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.edge_features), Tensor{{2.0F}, {0.5F}}));
  ASSERT_EQ(told.size(), 2U);
  EXPECT_NE(told[0].find("a.mtx: line 4: row 4, expected 1 to 3"), std::string::npos) << told[0];
  EXPECT_NE(told[1].find("a.mtx: line 5: 'x' is not a finite number"), std::string::npos) << told[1];
}

TEST(Mtx, HoldsTheSameDatasetInAFileWhateverTheMemory) {
  const TemporaryFolder folder;
  const Random random(3);
  // Repeats and self-loops among them, and edges of which the other direction has another value.
  std::string entries, lower, features, labels;
  for (std::uint64_t i = 0; i < 70000; ++i) {
    const std::uint64_t a = random.below(290, i, 0) + 1, b = random.below(290, i, 1) + 1;
    entries += concat(a, ' ', b, ' ', i % 100, ".5\n");
    lower += concat(std::max(a, b), ' ', std::min(a, b), ' ', i % 100, ".5\n");
  }
  for (std::uint64_t v = 0; v < 300; ++v) {
    features += concat(v, ",0.25\n");
    labels += concat(v % 7 == 0 ? -1 : static_cast<int>(v % 3), '\n');
  }
  MtxOptions options{.input = folder / "a.mtx",
                     .features = write_content(folder / "x", features),
                     .labels = write_content(folder / "y", labels)};
  for (const std::string symmetry : {"general", "symmetric"}) {
    write_content(options.input, "%%MatrixMarket matrix coordinate real " + symmetry + "\n300 300 70000\n" +
                                     (symmetry == "general" ? entries : lower));
    for (const int form : {0, 1, 2, 3}) {
      options.weights = form % 2 == 1;
      options.directed = form >= 2;
      const Dataset expected = import_mtx(options);
      for (const std::int64_t memory : {std::int64_t{1} << 10, std::int64_t{1} << 20, std::int64_t{1} << 28}) {
        SCOPED_TRACE(concat(symmetry, " form ", form, " memory ", memory));
        const DatasetSize size =
            import_mtx_to_file(options, {.output = folder / "out.h5", .memory_bytes = memory, .write = {}});
        const Dataset read = read_dataset(folder / "out.h5");
        test::expect_same_data(read, expected);
        test::expect_same_split(read, expected, "rand1");
        EXPECT_EQ(read.name, expected.name);
        EXPECT_EQ(size.edges, expected.graph.num_edges());
        EXPECT_EQ(size.num_classes, 3);
      }
    }
  }
}

TEST(Mtx, NamesFileAndLineOfWhatIsWrong) {
  const TemporaryFolder folder;
  const auto expect = [&](const std::string& text, const std::string& message, bool weights = false) {
    const auto path = write_content(folder / "a.mtx", text);
    test::expect_throws<DataError>([&] { static_cast<void>(import_mtx({.input = path, .weights = weights})); },
                                   message);
  };
  const std::string banner = "%%MatrixMarket matrix coordinate real general\n";
  expect("", "a.mtx: is empty");
  expect("1 2 3\n", "a.mtx: line 1: is no Matrix Market header");
  expect("%%MatrixMarket matrix array real general\n", "line 1: the matrix is 'array', expected coordinate");
  expect("%%MatrixMarket matrix coordinate complex general\n", "line 1: values are 'complex'");
  expect("%%MatrixMarket matrix coordinate real hermitian\n", "line 1: the matrix is 'hermitian'");
  expect("%%MatrixMarket matrix coordinate pattern general\n1 1 0\n", "line 1: the matrix is a pattern", true);
  expect(banner, "a.mtx: ends before the line of rows");
  expect(banner + "2 3 1\n1 1 1\n", "line 2: the matrix is 2 x 3, expected a square");
  expect(banner + "9999999999 9999999999 1\n", "line 2: the matrix is 9999999999 x 9999999999");
  expect(banner + "2 2 99999999999999999999\n", "line 2: is no line of rows, columns, entries");
  expect(banner + "2 2 x\n", "line 2: is no line of rows");
  expect(banner + "4000000000 4000000000 1\n1 1 1\n", "a.mtx: declares 4000000000 rows for 1 entries");
  expect(banner + "2 2 9000000000000000000\n1 1 1\n", "has 1 entries, expected 9000000000000000000 as declared");
  expect(banner + "2 2 1\n1 1 1\n1 2 1\n", "a.mtx: line 4: is one entry more than the 1 declared");
  expect(banner + "2 2 1\n0 1 1\n", "a.mtx: line 3: row 0, expected 1 to 2");
  expect(banner + "2 2 1\n1 3 1\n", "a.mtx: line 3: column 3, expected 1 to 2");
  expect(banner + "2 2 1\n1 1\n", "a.mtx: line 3: has 2 columns, expected 3");
  expect(banner + "2 2 1\n1 1 nan\n", "a.mtx: line 3: 'nan' is not a finite number");
  const auto good = write_content(folder / "b.mtx", banner + "2 2 1\n1 2 1\n");
  const auto bad_table = write_content(folder / "x", "1\n");
  test::expect_throws<DataError>([&] { static_cast<void>(import_mtx({.input = good, .features = bad_table})); },
                                 "x: has 1 rows, expected 2, one for each node");
  test::expect_throws<DataError>([&] { static_cast<void>(import_mtx({.input = good, .labels = bad_table})); },
                                 "x: has 1 rows, expected 2, one for each node");
}

}  // namespace
}  // namespace weft
