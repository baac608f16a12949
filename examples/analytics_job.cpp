// An analytics job that finds rings of accounts that trade among themselves. Boost.Graph describes every account,
// on the arrays that Weft already has; a model is trained on one month and saved; the next month is scored
// with the saved model alone, as a job that runs every night would.
//   analytics_job MODEL_FOLDER
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <iostream>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include <boost/graph/core_numbers.hpp>
#include <boost/graph/page_rank.hpp>

#include <weft/core/random.hpp>
#include <weft/graph/boost_graph.hpp>
#include <weft/graph/csr_graph.hpp>
#include <weft/graph/generators.hpp>
#include <weft/runs/run.hpp>
#include <weft/runs/trained_model.hpp>
#include <weft/tasks/classification_metrics.hpp>
#include <weft/tasks/training_options.hpp>

namespace {

struct Month {
  weft::CsrGraph graph;
  /// 1 for members of a ring.
  std::vector<std::int64_t> label;
};

/// Trade between `num_accounts` accounts, a few of them busy, and 40 rings of 6 in which most pairs trade.
Month make_month(std::int64_t num_accounts, std::uint64_t seed) {
  const weft::CsrGraph trade =
      weft::rmat({.num_nodes = num_accounts, .num_edges = 4 * num_accounts, .undirected = true, .seed = seed});
  std::vector<weft::Edge> edges = weft::edges_of(trade);
  Month month{.graph = {}, .label = std::vector<std::int64_t>(static_cast<std::size_t>(num_accounts), 0)};

  std::vector<weft::NodeId> account(static_cast<std::size_t>(num_accounts));
  std::iota(account.begin(), account.end(), weft::NodeId{0});
  const weft::Random random = weft::Random(seed).stream(1);
  weft::shuffle(std::span(account), random);
  const std::size_t ring_size = 6;
  for (std::size_t ring = 0; ring < 40; ++ring) {
    for (std::size_t i = 0; i < ring_size; ++i) {
      const weft::NodeId a = account[ring * ring_size + i];
      month.label[a] = 1;
      for (std::size_t j = 0; j < i; ++j) {
        if (random.uniform(ring * ring_size + i, static_cast<std::uint32_t>(1 + j)) < 0.8) {
          edges.push_back({a, account[ring * ring_size + j]});
        }
      }
    }
  }
  month.graph = weft::CsrGraph::from_edges(num_accounts, edges, {.symmetrize = true});
  return month;
}

/// The share of pairs of v's neighbors that trade with each other; 0 for fewer than two neighbors.
float clustering(const weft::CsrGraph& graph, weft::NodeId v) {
  const auto neighbors = graph.sources_of(v);
  std::int64_t linked = 0;
  for (std::size_t i = 1; i < neighbors.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      linked += graph.has_edge({neighbors[i], neighbors[j]}) ? 1 : 0;
    }
  }
  const std::size_t pairs = neighbors.size() * (neighbors.size() - 1) / 2;
  return neighbors.size() < 2 ? 0.0F : static_cast<float>(linked) / static_cast<float>(pairs);
}

/// [accounts, 4]: log degree, log page rank, core number, clustering coefficient.
weft::Tensor describe(const weft::CsrGraph& graph) {
  const std::int64_t n = graph.num_nodes();
  const auto size = static_cast<std::size_t>(n);
  const weft::UndirectedView view = weft::boost_view_undirected(graph);
  const weft::ReversedGraph reverse = weft::reversed(graph);
  std::vector<double> rank(size);
  std::vector<std::size_t> core(size);
  boost::graph::page_rank(weft::boost_view(graph, reverse), weft::node_map(rank), boost::graph::n_iterations(20));
  boost::core_numbers(view, weft::node_map(core));

  weft::Tensor x = weft::Tensor::uninitialized(n, 4);
  for (std::int64_t v = 0; v < n; ++v) {
    const auto node = static_cast<weft::NodeId>(v);
    x(v, 0) = std::log1p(static_cast<float>(graph.in_degree(node)));
    x(v, 1) = static_cast<float>(std::log(rank[node] * static_cast<double>(n)));
    x(v, 2) = static_cast<float>(core[node]);
    x(v, 3) = clustering(graph, node);
  }
  return x;
}

void train_and_save(Month month, const std::filesystem::path& folder) {
  weft::Dataset data;
  data.name = "last month";
  data.num_classes = 2;
  data.node_features = describe(month.graph);
  data.graph = month.graph;
  weft::Split split{.name = "random", .train = {}, .val = {}, .test = {}};
  const weft::Random draw(3);
  for (std::int64_t v = 0; v < data.graph.num_nodes(); ++v) {
    const double u = draw.uniform(static_cast<std::uint64_t>(v));
    (u < 0.6 ? split.train : u < 0.8 ? split.val : split.test).push_back(v);
  }
  data.splits = {split};
  data.node_labels = std::move(month.label);

  const auto options = weft::default_options("weft", data, split);
  weft::TrainJob job{.model = "weft", .options = options, .splits = {"random"}, .folder = folder};
  job.options.set("epochs", "60");
  job.options.set("hidden", "32");
  job.options.set("metric", "roc_auc");
  const weft::TrainReport report = weft::train(data, job);
  std::cout << "saved a model of " << report.num_parameters << " parameters, " << report.metric << " on its own month "
            << report.mean(&weft::RunResult::test) << '\n';
}

void score(const Month& month, const std::filesystem::path& folder) {
  const weft::TrainedModel model = weft::TrainedModel::load(folder);
  const weft::Tensor p = model.probabilities(month.graph, describe(month.graph));

  std::vector<float> scores;
  for (std::int64_t v = 0; v < p.rows(); ++v) {
    scores.push_back(p(v, 1));
  }
  const std::vector<std::uint8_t> outcomes(month.label.begin(), month.label.end());
  std::vector<weft::NodeId> order(scores.size());
  std::iota(order.begin(), order.end(), weft::NodeId{0});
  std::sort(order.begin(), order.end(),
            [&](weft::NodeId a, weft::NodeId b) { return std::pair(-scores[a], a) < std::pair(-scores[b], b); });
  std::cout << "the most suspicious accounts of the next month:\n";
  for (std::size_t i = 0; i < 5; ++i) {
    std::cout << "  account " << order[i] << "  p " << scores[order[i]]
              << (month.label[order[i]] == 1 ? "  in a ring" : "") << '\n';
  }
  std::cout << "roc_auc on the next month " << weft::roc_auc(scores, outcomes) << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: analytics_job MODEL_FOLDER\n";
    return 2;
  }
  try {
    train_and_save(make_month(3000, 1), argv[1]);
    score(make_month(3000, 2), argv[1]);
  } catch (const std::exception& error) {
    std::cerr << "analytics_job: " << error.what() << '\n';
    return 1;
  }
}
