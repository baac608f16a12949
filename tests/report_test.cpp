#include "weft/runs/report.hpp"

#include <cmath>

#include "tests/support.hpp"
#include "weft/graph/generators.hpp"
#include "weft/graph/spring_layout.hpp"
#include "weft/runs/graph_drawing.hpp"
#include "weft/runs/principal_components.hpp"
#include "weft/runs/svg_chart.hpp"

namespace weft::test {
namespace {

std::int64_t count_of(const std::string& text, const std::string& part) {
  std::int64_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) {
    ++count;
  }
  return count;
}

TEST(SvgChart, EscapesWhatMeansSomethingToHtml) {
  EXPECT_EQ(escape_html("<a href=\"x\">&'\x01"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39; ");
}

TEST(SvgChart, WritesFixedDigitsAndNoMinusZero) {
  EXPECT_EQ(fixed_text(1.25, 1), "1.2");
  EXPECT_EQ(fixed_text(-0.001, 1), "0.0");
  EXPECT_EQ(fixed_text(std::nan(""), 1), "–");
}

TEST(SvgChart, DrawsAPointForEveryFiniteValue) {
  const ChartSeries series{"s", "#000", {1, 2, 3}, {0.5, std::nan(""), 0.7}};
  const std::string svg = scatter_chart({"t", "d", "x", "y"}, std::span(&series, 1));
  EXPECT_EQ(count_of(svg, "<circle"), 2);
  EXPECT_NE(svg.find("<title>t</title>"), std::string::npos);
  EXPECT_NE(svg.find("<desc>d</desc>"), std::string::npos);
}

TEST(SpringLayout, PutsNeighborsNearEachOther) {
  const CsrGraph graph = grid(6, 6);
  const std::vector<Point> places = spring_layout(graph);
  ASSERT_EQ(places.size(), 36U);
  const auto distance = [&](std::size_t a, std::size_t b) {
    return std::hypot(places[a].x - places[b].x, places[a].y - places[b].y);
  };
  double along_edges = 0.0, among_all = 0.0;
  for (const Edge& edge : edges_of(graph)) {
    along_edges += distance(edge.source, edge.destination) / static_cast<double>(graph.num_edges());
  }
  for (std::size_t a = 0; a < 36; ++a) {
    EXPECT_GE(std::min(places[a].x, places[a].y), 0.0);
    EXPECT_LE(std::max(places[a].x, places[a].y), 1.0);
    for (std::size_t b = 0; b < 36; ++b) {
      among_all += distance(a, b) / (36.0 * 35.0);
    }
  }
  EXPECT_LT(along_edges, 0.5 * among_all);
}

TEST(GraphDrawing, ShowsEveryNodeAndEachEdgeOnce) {
  const std::vector<std::int32_t> types = {0, 1, 0};
  const CsrGraph path = CsrGraph::from_edges(3, std::vector<Edge>{{0, 1}, {1, 2}}, {.symmetrize = true});
  const std::string svg = graph_svg(path, types, "a < b");
  EXPECT_EQ(count_of(svg, "<circle"), 3);
  EXPECT_EQ(count_of(svg, "M"), 2);
  EXPECT_EQ(count_of(svg, class_color(1)), 1);
  EXPECT_NE(svg.find("<title>a &lt; b</title>"), std::string::npos);
  EXPECT_NE(graph_svg(CsrGraph{}, {}, "nothing").find("</svg>"), std::string::npos);
  expect_throws<ArgumentError>([&] { (void)graph_svg(path, std::span(types).first(2), "t"); }, "2 types for 3 nodes");
}

TEST(PrincipalComponents, FindTheLineThatPointsLieOn) {
  // Four points on the line (3, 4) t with t = -1, 0, 1, 4; their mean has t = 1.
  const PrincipalComponents result = principal_components({{-3, -4}, {0, 0}, {3, 4}, {12, 16}});
  EXPECT_NEAR(result.share[0], 1.0, 1e-9);
  EXPECT_NEAR(result.share[1], 0.0, 1e-9);
  expect_near(result.points, {{-10, 0}, {-5, 0}, {0, 0}, {15, 0}}, 1e-5);
}

TEST(PrincipalComponents, OrderDirectionsByVariance) {
  // Variance 2 * 1 along the first axis, 2 * 9 along the second.
  const PrincipalComponents result = principal_components({{1, 0}, {-1, 0}, {0, 3}, {0, -3}});
  EXPECT_NEAR(result.share[0], 0.9, 1e-6);
  EXPECT_NEAR(result.share[1], 0.1, 1e-6);
  expect_near(result.points, {{0, 1}, {0, -1}, {3, 0}, {-3, 0}}, 1e-4);
}

TEST(PrincipalComponents, LeaveEqualPointsAtTheOrigin) {
  const PrincipalComponents result = principal_components({{2, 2}, {2, 2}, {2, 2}});
  expect_near(result.points, Tensor(3, 2));
  EXPECT_EQ(result.share[0], 0.0);
}

ReportData small_report() {
  ReportData data{.dataset = "two <towns>", .task = "node_classification", .model = "gcn", .metric = "accuracy"};
  data.split = "0";
  data.epochs = {1, 2};
  data.loss = {0.7, 0.4};
  data.val = {0.5, 0.8125};
  data.best_epoch = 2;
  data.test_figure = 0.7512;
  data.class_names = {"left", "right"};
  data.confusion = {3, 1, 0, 4};
  data.in_degrees = {1, 2, 0, 4, 0, 1};
  data.embedding = {{0, 1}, {1, 0}, {4, 4}};
  data.embedding_class = {0, 1, -1};
  data.config = {{"hidden", "64"}};
  return data;
}

TEST(Report, ShowsWhatItWasGivenAndReachesNothingOutside) {
  const std::string html = report_html(small_report());
  for (const char* part : {"two &lt;towns&gt;", "0.7512", "left taken for right: 1", "class not known", "4–7", "hidden",
                           "Training loss by epoch"}) {
    EXPECT_NE(html.find(part), std::string::npos) << part;
  }
  EXPECT_EQ(html.find("http"), std::string::npos);
  EXPECT_EQ(html.find("<script"), std::string::npos);
  EXPECT_EQ(html.find("nan"), std::string::npos);
}

TEST(Report, RefusesLengthsThatDoNotFit) {
  ReportData data = small_report();
  data.loss.pop_back();
  expect_throws<ArgumentError>([&] { (void)report_html(data); }, "2 epochs but 1 losses");
  data = small_report();
  data.confusion.pop_back();
  expect_throws<ArgumentError>([&] { (void)report_html(data); }, "3 cells, expected 4");
}

}  // namespace
}  // namespace weft::test
