#include "weft/tasks/unread_data.hpp"

#include <string>
#include <vector>

#include "tests/synthetic_data.hpp"
#include "weft/tasks/training_options.hpp"

namespace weft {
namespace {

/// Everything that a graph may have.
Dataset full() {
  Dataset data = test::communities(60);
  const auto n = static_cast<std::size_t>(data.graph.num_nodes()), m = static_cast<std::size_t>(data.graph.num_edges());
  data.node_type = Buffer<std::int32_t>(n, 0);
  data.node_type[1] = 1;
  data.names.node_types = {"paper", "author"};
  data.edge_type = Buffer<std::int32_t>(m, 0);
  data.edge_features = Tensor(static_cast<std::int64_t>(m), 2);
  data.weight_column = 0;
  data.edge_time = Buffer<std::int64_t>(m, 5);
  return data;
}

std::string unread(const Dataset& data, const std::string& model,
                   const std::vector<std::pair<std::string, std::string>>& changes = {}) {
  Options options = default_options(model, data.task);
  for (const auto& [name, value] : changes) {
    options.set(name, value);
  }
  return unread_data(data, model, options);
}

TEST(UnreadData, NamesWhatAModelPassesOver) {
  const Dataset data = full();
  EXPECT_EQ(
      unread(data, "gcn"),
      "not read: types of nodes (paper, author), types of edges (1), features of edges (2 columns), times of edges");
  EXPECT_EQ(unread(data, "gine"), "not read: types of nodes (paper, author), types of edges (1), times of edges");
  EXPECT_EQ(unread(data, "gcn", {{"sampler", "typed"}}),
            "not read: types of nodes (paper, author), features of edges (2 columns), times of edges");
  EXPECT_EQ(unread(data, "gcn", {{"sampler", "temporal"}, {"edge_weights", "false"}}),
            "not read: types of nodes (paper, author), types of edges (1), features of edges (2 columns), weights of "
            "edges");
}

TEST(UnreadData, NamesDirectionsWhereLinksHaveNone) {
  Dataset data = test::communities(60);
  data.task = TaskKind::link_prediction;
  EXPECT_EQ(unread(data, "gcn"), "");
  data.directed = true;
  EXPECT_EQ(unread(data, "gcn"), "not read: directions of links");
}

TEST(UnreadData, IsNothingOfAPlainGraphOrOneWhoseEdgesHaveOnlyWeights) {
  Dataset data = test::communities(60);
  EXPECT_EQ(unread(data, "gcn"), "");
  data.edge_features = Tensor(data.graph.num_edges(), 1);
  data.weight_column = 0;
  EXPECT_EQ(unread(data, "gcn"), "");
  EXPECT_EQ(unread(data, "mlp"), "not read: weights of edges");
}

}  // namespace
}  // namespace weft
