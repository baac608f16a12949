// How links are judged.
#include "weft/tasks/link_judge.hpp"

#include <cmath>
#include <vector>

#include "tests/support.hpp"
#include "weft/tasks/link_task.hpp"

namespace weft {
namespace {

using test::expect_throws;

TEST(LinkLoss, IsTheLogisticLossInWhichLinksAreHalf) {
  // Scores 2 of a link, -1 and 0 of none.
  const Variable z = Variable::constant(Tensor{{1, 0}, {2, 0}, {-1, 0}, {0, 5}});
  const double link = std::log1p(std::exp(-2.0)), others = (std::log1p(std::exp(-1.0)) + std::log(2.0)) / 2.0;
  EXPECT_NEAR(link_loss(z, std::vector<Edge>{{0, 1}, {0, 2}, {2, 3}}, 1).value()(0, 0), (link + others) / 2.0, 1e-6);
  EXPECT_NEAR(link_loss(z, std::vector<Edge>{{0, 1}}, 1).value()(0, 0), link, 1e-6);
}

TEST(LinkJudge, SetsPairsAgainstLinksThatAreNoLinkOfAnyPart) {
  // Two triangles; the test link 0 - 1 is known to the judge. States are such that links score 1 and all others 0.
  LinkSplit split{
      .name = "s", .train = {{0, 2}, {1, 2}, {3, 5}, {4, 5}}, .val = {{3, 4}}, .test = {{0, 1}}, .messages = {}};
  split.messages = CsrGraph::from_edges(6, split.train, {.symmetrize = true});
  const Tensor states{{1, 0}, {1, 0}, {1, 0}, {0, 1}, {0, 1}, {0, 1}};
  const LinkJudge judge(split, 3);
  EXPECT_EQ(judge.rows().train, (std::vector<std::int64_t>{0, 1, 2, 3}));
  EXPECT_EQ(judge.rows().test, (std::vector<std::int64_t>{5}));
  for (const auto& rows : {judge.rows().train, judge.rows().val, judge.rows().test}) {
    for (const auto& [name, figure] : judge.figures(states, rows)) {
      EXPECT_DOUBLE_EQ(figure, 1.0) << name;
    }
  }
  EXPECT_NEAR(judge.mean_loss(states, judge.rows().test), (std::log1p(std::exp(-1.0)) + std::log(2.0)) / 2.0, 1e-12);
  // States that say nothing: every figure is that of chance.
  const Tensor equal = Tensor::full(6, 1, 1.0F);
  EXPECT_DOUBLE_EQ(judge.figure(metric_named("roc_auc"), equal, judge.rows().train), 0.5);
  EXPECT_DOUBLE_EQ(judge.figure(metric_named("mrr"), equal, judge.rows().train), 1.0 / 51.0);
  expect_throws<ArgumentError>([&] { (void)judge.figure(metric_named("accuracy"), equal, {}); },
                               "accuracy is not for links");
}

}  // namespace
}  // namespace weft
