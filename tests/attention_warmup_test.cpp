// Attention that joins late: when, and what the model remembers of it.
#include "weft/layers/attention_warmup.hpp"

#include <optional>

#include <gtest/gtest.h>

#include "weft/core/random.hpp"
#include "weft/layers/layer.hpp"

namespace weft {
namespace {

TEST(AttentionWarmup, JoinsAtItsShareAndStaysInTheModel) {
  AttentionWarmup warmup(0.5);
  ParameterList list;
  warmup.list_parameters(list);
  Pass inference = Pass::inference();
  EXPECT_FALSE(warmup.has_joined(inference));

  Pass early = Pass::train(Random(0), 0.4);
  EXPECT_FALSE(warmup.has_joined(early));
  EXPECT_TRUE(early.updates().empty());

  Pass joining = Pass::train(Random(0), 0.5);
  EXPECT_TRUE(warmup.has_joined(joining));
  EXPECT_TRUE(warmup.has_joined(joining));
  EXPECT_EQ(joining.updates().size(), 1U);
  update_statistics(list, joining);

  Pass late = Pass::train(Random(0), 0.6);
  EXPECT_TRUE(warmup.has_joined(late));
  EXPECT_TRUE(late.updates().empty());
  EXPECT_TRUE(warmup.has_joined(inference));
}

TEST(AttentionWarmup, NeverJoinsWithoutAShare) {
  AttentionWarmup warmup(std::nullopt);
  Pass late = Pass::train(Random(0), 1.0);
  EXPECT_TRUE(warmup.is_never());
  EXPECT_FALSE(warmup.has_joined(late));
  EXPECT_TRUE(late.updates().empty());
}

}  // namespace
}  // namespace weft
