// weft evaluate and weft predict where a model puts out what is no number.
#include "tests/cli_fixture.hpp"
#include "weft/io/dataset.hpp"

namespace weft::test {
namespace {

class CliPredict : public Cli {
 protected:
  /// sbm.h5, and wild.h5 where node 3 has features whose squares no float holds.
  void make_data() {
    make_sbm();
    Dataset data = read_dataset(path("sbm.h5"));
    for (float& x : std::get<Tensor>(data.node_features.in_memory()).row(3)) {
      x = 3e38F;
    }
    // Nothing that training reads sees the node.
    std::vector<Edge> edges = edges_of(data.graph);
    std::erase_if(edges, [](const Edge& edge) { return edge.source == 3 || edge.destination == 3; });
    data.graph = CsrGraph::from_edges(data.graph.num_nodes(), edges);
    std::erase(data.splits.front().val, 3);
    data.splits.front().val.push_back(3);
    for (auto* part : {&data.splits.front().train, &data.splits.front().test}) {
      std::erase(*part, 3);
    }
    write_dataset(data, path("wild.h5"));
    const CommandResult trained = weft({"train", "sbm.h5", "--model", "weft", "--epochs", "3", "-o", "run", "-q"});
    ASSERT_EQ(trained.code, 0) << trained.err;
  }
};

TEST_F(CliPredict, SaysWhichOutputsAreNotFiniteAndWritesThemOnlyWhenAsked) {
  make_data();
  const CommandResult refused = weft({"predict", "run", "wild.h5", "-o", "out.csv"});
  EXPECT_EQ(refused.code, 1);
  EXPECT_NE(refused.err.find("the outputs of 200 of 200 nodes are not finite: 0, 1, 2, 3, 4, ...; --allow-nan"),
            std::string::npos)
      << refused.err;
  EXPECT_FALSE(std::filesystem::exists(path("out.csv")));

  const CommandResult written = weft({"predict", "run", "wild.h5", "-o", "out.csv", "--allow-nan", "--top", "1"});
  EXPECT_EQ(written.code, 0) << written.err;
  EXPECT_NE(written.err.find("are not finite: 0, 1"), std::string::npos) << written.err;
  const std::string table = content_of(path("out.csv"));
  EXPECT_EQ(std::ranges::count(table, '\n'), 201);
  EXPECT_NE(table.find("nan"), std::string::npos);
}

TEST_F(CliPredict, CountsOutputsThatAreNotFiniteWhereItJudges) {
  make_data();
  const Json sound = weft_json({"evaluate", "run", "sbm.h5"}), wild = weft_json({"evaluate", "run", "wild.h5"});
  EXPECT_EQ(sound["not_finite"], 0);
  EXPECT_TRUE(sound["val"].is_number());
  // The model attends to all nodes, so that one spoils every other.
  EXPECT_EQ(wild["not_finite"], 200);
  EXPECT_TRUE(wild["val"].is_null()) << wild.dump();
}

TEST_F(CliPredict, TrainingEndsWhereNothingCanBeChosenBy) {
  make_data();
  const CommandResult result = weft({"train", "wild.h5", "--model", "sage", "--sampler", "neighbor", "--batch-size",
                                     "10", "--epochs", "3", "-o", "other"});
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.err.find("epoch 1 of seed 0, split "), std::string::npos) << result.err;
  EXPECT_NE(result.err.find("is not finite, first of node 3"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace weft::test
