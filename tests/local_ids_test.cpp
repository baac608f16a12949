// The numbers that samplers give to nodes.
#include "weft/samplers/local_ids.hpp"

#include <vector>

#include "tests/sampler_checks.hpp"

namespace weft {
namespace {

using test::list;

TEST(LocalIds, NumberInOrderAndForgetAtOnce) {
  DenseIds dense;
  HashedIds hashed;
  for (int sample = 0; sample < 3; ++sample) {
    dense.start(100);
    hashed.start();
    dense.make_room(4);
    hashed.make_room(4);
    for (const NodeId u : {42U, 7U, 42U, 99U}) {
      const NodeId expected = u == 42 ? 0 : u == 7 ? 1 : 2;
      EXPECT_EQ(dense.insert(u), expected);
      EXPECT_EQ(hashed.insert(u), expected);
    }
    EXPECT_EQ(list(dense.keys()), (std::vector<NodeId>{42, 7, 99}));
    EXPECT_EQ(dense.find(7), 1U);
    EXPECT_EQ(dense.find(8), kNoNode);
    EXPECT_EQ(hashed.find(8), kNoNode);
  }
}

TEST(LocalIds, HoldNodesBeyondTwoToThe31AndManyOfThem) {
  HashedIds ids;
  ids.start();
  constexpr NodeId kFirst = 2'147'483'640;
  for (NodeId i = 0; i < 50'000; ++i) {
    ids.make_room(1);
    ASSERT_EQ(ids.insert(HashedIds::key_of(3, kFirst + i)), i);
  }
  ids.make_room(1);
  ASSERT_EQ(ids.insert(HashedIds::key_of(0, 4'294'967'294U)), 50'000U);
  for (NodeId i = 0; i < 50'000; i += 7) {
    ASSERT_EQ(ids.find(HashedIds::key_of(3, kFirst + i)), i);
    ASSERT_EQ(ids.find(HashedIds::key_of(2, kFirst + i)), kNoNode);
  }
  EXPECT_EQ(HashedIds::node_of(ids.key(50'000)), 4'294'967'294U);
}

}  // namespace
}  // namespace weft
