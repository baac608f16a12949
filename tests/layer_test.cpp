// A pass through layers: what a training pass finds, and where it goes.
#include "weft/layers/layer.hpp"

#include "tests/support.hpp"

namespace weft {
namespace {

using test::expect_near;
using test::expect_throws;

struct Counter final : Model {
  void list_parameters(ParameterList& list) override { list.add_statistic("count", count); }
  Tensor count = Tensor(1, 1);
};

TEST(UpdateStatistics, WritesWhatTheTrainingPassFoundLast) {
  Counter counter;
  Pass pass = Pass::train(Random(1));
  pass.update(counter.count, {{3}});
  pass.update(counter.count, {{5}});
  expect_near(counter.count, {{0}});
  update_statistics(counter, pass);
  expect_near(counter.count, {{5}});
}

TEST(Pass, KnowsAStatisticAsItHasFoundIt) {
  Counter counter, other;
  Pass pass = Pass::train(Random(1));
  expect_near(pass.current(counter.count), {{0}});
  pass.update(counter.count, {{3}});
  pass.update(other.count, {{7}});
  expect_near(pass.current(counter.count), {{3}});
}

TEST(Pass, FindsNothingWhereItDoesNotTrain) {
  const Tensor statistic(1, 1);
  expect_throws<ArgumentError>([&] { Pass::inference().update(statistic, {{1}}); }, "the pass does not train");
}

TEST(UpdateStatistics, RefusesAStatisticOfAnotherModel) {
  Counter counter, other;
  Pass pass = Pass::train(Random(1));
  pass.update(other.count, {{1}});
  expect_throws<ArgumentError>([&] { update_statistics(counter, pass); }, "that the model does not list");
}

TEST(Pass, TakesLossesOfOneNumber) {
  Pass pass = Pass::train(Random(1));
  expect_throws<ArgumentError>([&] { pass.add_loss(Variable::constant(Tensor(2, 1))); }, "has shape [2, 1]");
}

}  // namespace
}  // namespace weft
