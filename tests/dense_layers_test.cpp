// Layers of rows: norms and their running statistics.
#include "weft/layers/dense_layers.hpp"

#include "tests/support.hpp"
#include "weft/layers/models.hpp"

namespace weft {
namespace {

using test::constant;
using test::expect_throws;

TEST(Norm, BatchMovesItsRunningStatisticsInTrainingOnly) {
  Norm norm(NormKind::batch, 1);
  ParameterList list;
  norm.list_parameters(list);
  const Variable x = constant(Tensor{{0}, {10}});
  Pass inference = Pass::inference();
  (void)norm.forward(x, inference);
  update_statistics(list, inference);
  EXPECT_FLOAT_EQ((*list.statistics[0].value)(0, 0), 0.0F);
  Pass pass = Pass::train(Random(1));
  (void)norm.forward(x, pass);
  EXPECT_FLOAT_EQ((*list.statistics[0].value)(0, 0), 0.0F) << "a pass writes nothing";
  update_statistics(list, pass);
  EXPECT_FLOAT_EQ((*list.statistics[0].value)(0, 0), 0.5F);                 // 0.1 of the mean 5
  EXPECT_FLOAT_EQ((*list.statistics[1].value)(0, 0), 0.9F + 0.1F * 50.0F);  // the unbiased variance is 50
  Options options(model_info("gcn").options);
  expect_throws<ArgumentError>([&] { options.set("norm", "group"); }, "'group' is not one of none, layer, batch");
}

TEST(Norm, ThatRunsTwiceInAPassMovesItsStatisticsTwice) {
  Norm norm(NormKind::batch, 1);
  ParameterList list;
  norm.list_parameters(list);
  Pass pass = Pass::train(Random(1));
  (void)norm.forward(constant(Tensor{{0}, {10}}), pass);
  (void)norm.forward(constant(Tensor{{10}, {20}}), pass);
  update_statistics(list, pass);
  EXPECT_FLOAT_EQ((*list.statistics[0].value)(0, 0), 0.5F + 0.1F * (15.0F - 0.5F));
}

}  // namespace
}  // namespace weft
