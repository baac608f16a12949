// Dataset files as people write them with h5py: numbers of other types, masks, missing attributes and parts. What is
// taken for granted is said.
#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <limits>

#include "tests/raw_dataset.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/io/dataset.hpp"

namespace weft {
namespace {

using test::RawFile;
using Numbers = std::vector<std::int64_t>;

class DatasetForms : public testing::Test {
 protected:
  Dataset read(const std::function<void(RawFile&)>& change) const {
    {
      RawFile file(folder_ / "data.h5");
      change(file);
    }
    return read_dataset(folder_ / "data.h5");
  }
  /// The only sentence about what was assumed.
  static std::string only(const Dataset& data) {
    EXPECT_EQ(data.assumed.size(), 1U);
    return data.assumed.empty() ? "" : data.assumed.front();
  }
  test::TemporaryFolder folder_;
};

TEST_F(DatasetForms, TakesNothingForGrantedOfAFileThatSaysAll) {
  EXPECT_TRUE(read([](RawFile&) {}).assumed.empty());
}

TEST_F(DatasetForms, ReadsMasksOfBooleansAndOfZerosAndOnes) {
  const Dataset data = read([](RawFile& f) {
    f.booleans("split/public/train", {true, false, true, false});
    f.integers("split/public/val", {0, 1, 0, 0}, H5T_STD_U8LE);
    f.integers("split/public/test", {});
  });
  EXPECT_EQ(data.splits[0].train, (Numbers{0, 2}));
  EXPECT_EQ(data.splits[0].val, Numbers{1});
  EXPECT_TRUE(data.splits[0].test.empty());
}

TEST_F(DatasetForms, ReadsPartsInAnyOrder) {
  const Dataset data = read([](RawFile& f) {
    f.integers("split/public/train", {2, 0});
    f.integers("split/public/test", {});
  });
  EXPECT_EQ(data.splits[0].train, (Numbers{2, 0}));
}

TEST_F(DatasetForms, ReadsBooleansWhereNumbersAreMeant) {
  const Dataset data = read([](RawFile& f) {
    f.booleans("node/y", {true, false, true, false});
    f.booleans("node/x", {false, true, true, false});
  });
  EXPECT_EQ(std::get<Numbers>(data.node_labels), (Numbers{1, 0, 1, 0}));
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.node_features.in_memory()), Tensor{{0}, {1}, {1}, {0}}));
}

TEST_F(DatasetForms, ReadsIntegersAsFeatures) {
  for (const hid_t type : {H5T_STD_U8LE, H5T_STD_I16LE, H5T_STD_U16LE, H5T_STD_I32LE, H5T_STD_I64BE}) {
    const Dataset data = read([&](RawFile& f) { f.table("node/x", {4, 1}, {0, 7, 100, 3}, type); });
    EXPECT_TRUE(test::same_bits(std::get<Tensor>(data.node_features.in_memory()), Tensor{{0}, {7}, {100}, {3}}));
    EXPECT_NE(only(data).find("/node/x holds integers without the attribute categorical"), std::string::npos);
  }
}

TEST_F(DatasetForms, DerivesAttributesThatLeaveNoDoubt) {
  const auto without = [&](const char* name) { return read([&](RawFile& f) { H5Adelete(f.id(), name); }); };
  EXPECT_EQ(only(without("version")), "attribute version is missing: 1");
  const Dataset data = without("directed");
  EXPECT_FALSE(data.directed);
  EXPECT_EQ(only(data), "attribute directed is missing: 0, as the edges are");
  EXPECT_EQ(without("task").task, TaskKind::node_classification);
  const Dataset classes = without("num_classes");
  EXPECT_EQ(classes.num_classes, 2);
  EXPECT_EQ(only(classes), "attribute num_classes is missing: 2, as /node/y has them");
  EXPECT_TRUE(read([](RawFile& f) {
                H5Adelete(f.id(), "directed");
                f.integers("graph/indices", {1, 0, 2, 3}, H5T_STD_I32LE);
              }).directed);
}

TEST_F(DatasetForms, ReadsWholeRealsAndTextsAsClasses) {
  const double none = std::numeric_limits<double>::quiet_NaN();
  const Dataset whole = read([&](RawFile& f) { f.reals("node/y", {4}, {1, 0, 1, none}); });
  EXPECT_EQ(std::get<Numbers>(whole.node_labels), (Numbers{1, 0, 1, -1}));
  EXPECT_EQ(only(whole), "/node/y holds whole reals, which are classes");
  const Dataset words = read([](RawFile& f) { f.texts("node/y", {"red", "blue", "red", ""}); });
  EXPECT_EQ(std::get<Numbers>(words.node_labels), (Numbers{1, 0, 1, -1}));
  EXPECT_EQ(words.class_names, (std::vector<std::string>{"blue", "red"}));
  const Dataset numbers = read([](RawFile& f) {
    f.text("task", "node_regression");
    f.integers("node/y", {3, -1, 4, 5});
  });
  EXPECT_TRUE(test::same_bits(std::get<Tensor>(numbers.node_labels), Tensor{{3}, {-1}, {4}, {5}}));
}

TEST_F(DatasetForms, TellsOneHotRowsFromSeveralLabels) {
  const Dataset hot = read([](RawFile& f) { f.reals("node/y", {4, 2}, {0, 1, 1, 0, 0, 1, 1, 0}); });
  EXPECT_EQ(std::get<Numbers>(hot.node_labels), (Numbers{1, 0, 1, 0}));
  EXPECT_EQ(only(hot), "every row of /node/y has one 1, which is its class of 2");
  // A row of two; and as many columns as the file does not declare.
  const Dataset both = read([](RawFile& f) { f.reals("node/y", {4, 2}, {0, 1, 1, 1, 0, 1, 1, 0}); });
  EXPECT_EQ(std::get<Tensor>(both.node_labels).cols(), 2);
  const Dataset three = read([](RawFile& f) { f.reals("node/y", {4, 3}, {1, 0, 0, 0, 1, 0, 0, 0, 1, 1, 0, 0}); });
  EXPECT_EQ(std::get<Tensor>(three.node_labels).cols(), 3);
}

TEST_F(DatasetForms, SaysWhichPartOfASplitIsMissing) {
  const Dataset data = read([](RawFile& f) { f.remove("split/public/val"); });
  EXPECT_TRUE(data.splits[0].val.empty());
  EXPECT_EQ(only(data), "/split/public has no val, so that part is empty");
  const Dataset valid = read([](RawFile& f) {
    f.remove("split/public/val");
    f.integers("split/public/valid", {1});
  });
  EXPECT_EQ(valid.splits[0].val, Numbers{1});
  EXPECT_TRUE(valid.assumed.empty());
}

TEST_F(DatasetForms, SplitsLabeledNodesAtRandomWhereNoSplitIsThere) {
  const Dataset data = read([](RawFile& f) { f.remove("split/public"); });
  ASSERT_EQ(data.splits.size(), 1U);
  EXPECT_EQ(data.splits[0].name, "rand0");
  const Split& split = data.splits[0];
  // Nodes 0, 1, 2 are labeled.
  EXPECT_EQ(split.train.size() + split.val.size() + split.test.size(), 3U);
  EXPECT_NE(only(data).find("rand0 has 60, 20 and 20 %"), std::string::npos);
  const Dataset unlabeled = read([](RawFile& f) {
    f.remove("split/public");
    f.remove("node/y");
  });
  EXPECT_TRUE(unlabeled.splits.empty());
}

TEST_F(DatasetForms, SortsRowsOfEdgesThatCarryNothingElse) {
  const Dataset data = read([](RawFile& f) {
    f.integers("graph/indptr", {0, 1, 4, 5, 5});
    f.integers("graph/indices", {1, 2, 0, 2, 1}, H5T_STD_I32LE);
  });
  EXPECT_TRUE(std::ranges::equal(data.graph.offsets(), std::vector<EdgeId>{0, 1, 3, 4, 4}));
  EXPECT_TRUE(std::ranges::equal(data.graph.sources(), std::vector<NodeId>{1, 0, 2, 1}));
  EXPECT_EQ(only(data), "rows of /graph/indices do not ascend and were sorted; 1 repeated edges were merged");
}

TEST_F(DatasetForms, KeepsSeveralEdgesBetweenTwoNodesWhereSomethingTellsThemApart) {
  const auto repeat = [](RawFile& f) {
    f.integers("graph/indptr", {0, 2, 4, 4, 4});
    f.integers("graph/indices", {1, 1, 0, 0}, H5T_STD_I32LE);
  };
  const Dataset typed = read([&](RawFile& f) {
    repeat(f);
    f.integers("graph/edge_type", {0, 1, 0, 1});
  });
  EXPECT_TRUE(typed.assumed.empty());
  EXPECT_TRUE(typed.graph.has_repeats());
  EXPECT_TRUE(std::ranges::equal(typed.edge_type, std::vector<std::int32_t>{0, 1, 0, 1}));
  const Dataset plain = read(repeat);
  EXPECT_EQ(plain.graph.num_edges(), 2);
  EXPECT_FALSE(plain.graph.has_repeats());
  EXPECT_EQ(only(plain), "in rows of /graph/indices 2 repeated edges were merged");
  test::expect_throws<DataError>(
      [&] {
        (void)read([&](RawFile& f) {
          repeat(f);
          f.integers("graph/indptr", {0, 2, 3, 3, 3});
          f.integers("graph/indices", {1, 1, 0}, H5T_STD_I32LE);
          f.integers("graph/edge_type", {0, 1, 0});
        });
      },
      "edge 1 -> 0 is there more or less often than 0 -> 1");
}

TEST_F(DatasetForms, TakesIdsForNamesWhereThereAreNone) {
  const std::vector<const char*> ids = {"a", "b", "c", "d"};
  EXPECT_EQ(read([&](RawFile& f) { f.texts("node/id", ids); }).node_names,
            (std::vector<std::string>{"a", "b", "c", "d"}));
  EXPECT_EQ(read([&](RawFile& f) {
              f.texts("node/id", ids);
              f.texts("node/name", {"w", "x", "y", "z"});
            }).node_names,
            (std::vector<std::string>{"w", "x", "y", "z"}));
}

}  // namespace
}  // namespace weft
