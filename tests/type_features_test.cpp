#include "weft/io/type_features.hpp"

#include <vector>

#include "tests/support.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::expect_throws;

/// They can be moved and not copied.
template <class... Types>
std::vector<TypeFeatures> types_of(Types&&... types) {
  std::vector<TypeFeatures> list;
  (list.push_back(std::forward<Types>(types)), ...);
  return list;
}

/// Nodes 0 and 2 are papers, node 1 an author without features.
const std::vector<std::int32_t> kTypes = {0, 1, 0};

TEST(TypeFeatures, StandSideBySideWithAColumnForEachType) {
  const JoinedFeatures joined = joined_features(
      kTypes,
      types_of(TypeFeatures{"paper", Tensor{{7, 8}, {9, 0}}, {"year", "pages"}}, TypeFeatures{"author", {}, {}}));
  EXPECT_EQ(joined.columns,
            (std::vector<std::string>{"node_type=paper", "node_type=author", "paper:year", "paper:pages"}));
  ASSERT_TRUE(std::holds_alternative<Tensor>(joined.x));
  expect_near(std::get<Tensor>(joined.x), Tensor{{1, 0, 7, 8}, {0, 1, 0, 0}, {1, 0, 9, 0}});
}

TEST(TypeFeatures, AreSparseWhereThatIsSmaller) {
  // One entry in 100 columns.
  const std::vector<EdgeId> offsets = {0, 1, 1};
  const std::vector<std::uint32_t> columns = {99};
  const std::vector<float> values = {3};
  const SparseMatrix x(2, 100, Buffer<EdgeId>::copy_of(offsets), Buffer<std::uint32_t>::copy_of(columns),
                       Buffer<float>::copy_of(values));
  const JoinedFeatures joined =
      joined_features(kTypes, types_of(TypeFeatures{"paper", x, {}}, TypeFeatures{"author", Tensor{{4}}, {}}));
  ASSERT_TRUE(std::holds_alternative<SparseMatrix>(joined.x));
  const SparseMatrix::Rows& rows = std::get<SparseMatrix>(joined.x).by_row();
  EXPECT_EQ(std::vector<EdgeId>(rows.offsets.begin(), rows.offsets.end()), (std::vector<EdgeId>{0, 2, 4, 5}));
  EXPECT_EQ(std::vector<std::uint32_t>(rows.columns.begin(), rows.columns.end()),
            (std::vector<std::uint32_t>{0, 101, 1, 102, 0}));
  EXPECT_EQ(std::vector<float>(rows.values.begin(), rows.values.end()), (std::vector<float>{1, 3, 1, 4, 1}));
  EXPECT_EQ(joined.columns.back(), "author:0");
}

TEST(TypeFeatures, ThatDoNotFitAreRefused) {
  expect_throws<ArgumentError>(
      [&] {
        (void)joined_features(kTypes,
                              types_of(TypeFeatures{"paper", Tensor(3, 1), {}}, TypeFeatures{"author", {}, {}}));
      },
      "/node/types/paper/x: has 3 rows, expected 2");
  expect_throws<ArgumentError>(
      [&] {
        (void)joined_features(kTypes, types_of(TypeFeatures{"paper", {}, {}}));
      },
      "there are nodes of type 1, expected 0 to 0");
  expect_throws<ArgumentError>(
      [&] {
        (void)joined_features(
            kTypes, types_of(TypeFeatures{"paper", Tensor(2, 1), {"a", "b"}}, TypeFeatures{"author", {}, {}}));
      },
      "has names of 2 columns, expected 1");
}

}  // namespace
}  // namespace weft
