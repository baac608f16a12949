// weft score, run as a command: the answers of `weft predict` to the bit, a line at a time, whatever the lines are.
#include <fcntl.h>
#include <poll.h>

#include <cstring>
#include <sstream>

#include "tests/firms.hpp"
#include "weft/io/model_file.hpp"

namespace weft::test {
namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(line);
  }
  return lines;
}

class CliScore : public FirmsCli {
 protected:
  /// Runs with these lines as its input.
  CommandResult score(const std::vector<std::string>& arguments, const std::string& input) const {
    write_content(path("questions"), input);
    return Command(folder_.path(), with({"score"}, arguments), {},
                   [this] {
                     const int file = open(path("questions").c_str(), O_RDONLY);
                     dup2(file, STDIN_FILENO);
                     close(file);
                   })
        .wait();
  }
  void train_sbm() const {
    make_sbm();
    const CommandResult trained = weft({"train", "sbm.h5", "--model", "gcn", "--epochs", "3", "-o", "run", "-q"});
    ASSERT_EQ(trained.code, 0) << trained.err;
  }
};

TEST_F(CliScore, AnswersNodesByTheLinesOfPredict) {
  train_sbm();
  const std::vector<std::string> expected = lines_of(weft({"predict", "run", "sbm.h5", "-o", "-", "-q"}).out);
  const CommandResult result = score({"run", "sbm.h5", "--header"}, "5\n0\n  199 \r\nnobody\n\n200\n7");
  EXPECT_EQ(result.code, 0) << result.err;
  const std::vector<std::string> lines = lines_of(result.out);
  ASSERT_EQ(lines.size(), 8U) << result.out;
  EXPECT_EQ(lines[0], expected[0]);
  EXPECT_EQ(lines[1], expected[6]);
  EXPECT_EQ(lines[2], expected[1]);
  EXPECT_EQ(lines[3], expected[200]);
  EXPECT_EQ(lines[4], "error,\"line 4: there is no node 'nobody', expected a number from 0 to 199\"");
  EXPECT_EQ(lines[5], "error,line 5: the line is empty");
  EXPECT_EQ(lines[6].rfind("error,\"line 6: there is no node '200'", 0), 0U);
  EXPECT_EQ(lines[7], expected[8]);
  EXPECT_NE(result.err.find("answered 4 of 7 lines; 3 could not be"), std::string::npos) << result.err;
}

TEST_F(CliScore, JsonHasTheBitsOfPredict) {
  train_firms();
  ASSERT_EQ(weft({"predict", "run", "firms.h5", "-o", "p.h5"}).code, 0);
  const Tensor expected = read_model_file(path("p.h5"), "weft-predictions").tensors.at(0).value;
  const CommandResult result = score({"run", "firms.h5", "-q"}, R"({"nodes":["f7",12]})"
                                                                "\n"
                                                                R"({"node":"f59","top":1})"
                                                                "\n");
  ASSERT_EQ(result.code, 0) << result.err;
  const std::vector<std::string> lines = lines_of(result.out);
  ASSERT_EQ(lines.size(), 2U);
  const Json answer = Json::parse(lines[0]);
  EXPECT_EQ(answer["names"], (Json{"food", "metal"}));
  EXPECT_EQ(answer["outputs"], "classes");
  ASSERT_EQ(answer["rows"].size(), 2U);
  for (const auto& [row, node] : {std::pair(0, 7), std::pair(1, 12)}) {
    EXPECT_EQ(answer["rows"][row]["name"], concat("f", node));
    for (int c = 0; c < 2; ++c) {
      EXPECT_EQ(answer["rows"][row]["probabilities"][c].get<float>(), expected(node, c));
    }
  }
  const Json top = Json::parse(lines[1])["rows"][0];
  ASSERT_EQ(top["top"].size(), 1U);
  EXPECT_EQ(top["top"][0][0], top["class"]);
}

TEST_F(CliScore, NewNodesAreThoseOfPredictAndAreForgotten) {
  make_new_firms();
  for (const std::string& model : {std::string("gcn"), std::string("sage"), std::string("weft")}) {
    SCOPED_TRACE(model);
    train_firms(model);
    const CommandResult told =
        weft({"predict", "run", "--nodes", "new.csv", "--edges", "new_trade.csv", "--graph", "firms.h5", "-o", "p.h5"});
    ASSERT_EQ(told.code, 0) << told.err;
    const Tensor expected = read_model_file(path("p.h5"), "weft-predictions").tensors.at(0).value;
    const std::string before = R"({"node":"f30"})";
    const CommandResult result =
        score({"run", "firms.h5", "-q"}, before + "\n" + new_firms_ + "\n" + new_firms_ + "\n" + before + "\n");
    ASSERT_EQ(result.code, 0) << result.err;
    const std::vector<std::string> lines = lines_of(result.out);
    ASSERT_EQ(lines.size(), 4U) << result.out;
    EXPECT_EQ(lines[1], lines[2]);
    EXPECT_EQ(lines[0], lines[3]);
    const Json answer = Json::parse(lines[1]);
    ASSERT_EQ(answer["rows"].size(), 3U) << lines[1];
    const std::vector<std::string> names = {"n3", "n1", "n2"};
    for (int i = 0; i < 3; ++i) {
      EXPECT_EQ(answer["rows"][i]["name"], names[static_cast<std::size_t>(i)]);
      EXPECT_EQ(answer["rows"][i]["node"], 60 + i);
      for (int c = 0; c < 2; ++c) {
        EXPECT_EQ(answer["rows"][i]["probabilities"][c].get<float>(), expected(i, c));
      }
    }
  }
}

TEST_F(CliScore, NewNodesMayHaveEdgesWithFeatures) {
  std::string nodes = "id,size,y\n", edges = "from,to,kind,price\n";
  for (int i = 0; i < 40; ++i) {
    nodes += concat("n", i, ",", i % 7, i % 3 == 0 ? ",a\n" : ",b\n");
    edges += concat("n", i, ",n", (i + 1) % 40, i % 2 == 0 ? ",sold," : ",lent,", i * i % 11, "\n");
  }
  write_content(path("n.csv"), nodes);
  write_content(path("e.csv"), edges);
  const CommandResult made = weft({"import", "edgelist", "e.csv", "--nodes", "n.csv", "--label", "y", "--edge-features",
                                   "kind,price", "-o", "d.h5", "-q"});
  ASSERT_EQ(made.code, 0) << made.err;
  const CommandResult trained = weft({"train", "d.h5", "--model", "gine", "--epochs", "3", "-o", "run", "-q"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  write_content(path("new.csv"), "id,size\nx,3\ny,5\n");
  write_content(path("more.csv"), "price,kind,from,to\n4,lent,x,n3\n9,sold,y,x\n,lent,y,n5\n");
  const CommandResult told =
      weft({"predict", "run", "--nodes", "new.csv", "--edges", "more.csv", "--graph", "d.h5", "-o", "p.h5"});
  ASSERT_EQ(told.code, 0) << told.err;
  const Tensor expected = read_model_file(path("p.h5"), "weft-predictions").tensors.at(0).value;
  const std::string both = R"({"new_nodes":[{"id":"x","size":3},{"id":"y","size":5}],"edges":[)";
  const CommandResult result =
      score({"run", "d.h5", "-q"},
            both +
                R"({"source":"x","target":"n3","kind":"lent","price":4},{"from":"y","to":"x","price":9,"kind":"sold"},)"
                R"({"from":"y","to":"n5","kind":"lent","price":null}]})" +
                "\n" + both + R"(["x","n3"]]})" + "\n" + both + R"({"from":"x","to":"n3","kind":"lent","color":1}]})" +
                "\n" + both + "]}\n");
  const std::vector<std::string> lines = lines_of(result.out);
  ASSERT_EQ(lines.size(), 4U) << result.out << result.err;
  EXPECT_EQ(Json::parse(lines[3])["rows"].size(), 2U) << lines[3];
  const Json answer = Json::parse(lines[0]);
  ASSERT_TRUE(answer.contains("rows")) << lines[0];
  for (int i = 0; i < 2; ++i) {
    for (int c = 0; c < 2; ++c) {
      EXPECT_EQ(answer["rows"][i]["probabilities"][c].get<float>(), expected(i, c));
    }
  }
  EXPECT_NE(lines[1].find("edges[0] is a list, and the edges of the run have features"), std::string::npos);
  EXPECT_NE(lines[2].find("edges[0] has no 'price', which the edges of the run have"), std::string::npos) << lines[2];
}

TEST_F(CliScore, NamesWithZerosBeforeThemAreNotFoundByTheirPlaces) {
  std::string nodes = "id,size,y\n", edges = "from,to\n";
  for (int i = 10; i < 50; ++i) {
    nodes += concat("0", i, ",", i % 7, i % 3 == 0 ? ",a\n" : ",b\n");
    edges += concat("0", i, ",0", i < 49 ? i + 1 : 10, "\n");
  }
  write_content(path("n.csv"), nodes);
  write_content(path("e.csv"), edges);
  ASSERT_EQ(weft({"import", "edgelist", "e.csv", "--nodes", "n.csv", "--label", "y", "-o", "d.h5", "-q"}).code, 0);
  ASSERT_EQ(weft({"train", "d.h5", "--model", "gcn", "--epochs", "1", "-o", "run", "-q"}).code, 0);
  const CommandResult result = score({"run", "d.h5", "-q"}, "012\n12\n{\"node\":12}\n");
  const std::vector<std::string> lines = lines_of(result.out);
  ASSERT_EQ(lines.size(), 3U) << result.out << result.err;
  EXPECT_EQ(lines[0].rfind("2,012,", 0), 0U) << lines[0];
  EXPECT_EQ(lines[1].rfind("error,", 0), 0U) << lines[1];
  EXPECT_NE(lines[2].find("there is no node '12'"), std::string::npos) << lines[2];
}

TEST_F(CliScore, NewNodesMayHaveNoEdges) {
  train_firms();
  const CommandResult result =
      score({"run", "firms.h5", "-q"}, R"({"new_nodes":[{"firm":"n","staff":3,"city":"Ulm"}],"edges":[]})"
                                       "\n"
                                       R"({"new_node":{"firm":"n","staff":3,"city":"Ulm"}})"
                                       "\n");
  ASSERT_EQ(result.code, 0) << result.err;
  const std::vector<std::string> lines = lines_of(result.out);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0], lines[1]);
  EXPECT_EQ(Json::parse(lines[0])["rows"].at(0)["name"], "n") << lines[0];
}

TEST_F(CliScore, SaysWhatIsWrongWithAQuestionAndGoesOn) {
  train_firms();
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"{", "is no JSON"},
      {"{\"nodes\":" + std::string(200'000, '[') + std::string(200'000, ']') + "}", "lies too deep in itself"},
      {R"({"nodes":["]]]]}}\"[[[["]})", "there is no node ']]]]}}"},
      {R"({"nod":"f1"})", "there is no"},
      {R"({"nod":"f1"})", "did you mean 'node'?"},
      {R"({})", "needs one of node, nodes"},
      {R"({"node":"f1","nodes":["f2"]})", "asks for one thing"},
      {R"({"node":["f1"]})", "neither a name nor a number"},
      {R"({"nodes":"f1"})", "nodes is no list"},
      {R"({"node":"f1","edges":[]})", "edges are those of new_nodes"},
      {R"({"node":"f1","top":0})", "top is no number from 1"},
      {R"({"node":"f1","top":3})", "3 is more than the model's 2 classes"},
      {R"({"pairs":[["f1","f2"]]})", "expected one of links"},
      {R"({"smiles":"CCO"})", "expected one of graphs"},
      {R"({"new_nodes":[]})", "new_nodes is empty"},
      {R"({"new_nodes":[{"staff":3}],"edges":[]})", "new_nodes[0] has no 'firm'"},
      {R"({"new_nodes":[{"firm":"n","staff":3}],"edges":[["n","f1",1]]})",
       "lacks columns that the encoder reads: city"},
      {R"({"new_nodes":[{"firm":"n","staff":3,"city":"Ulm"}],"edges":[["n","f77",1]]})", "names node 'f77'"},
      {R"({"new_nodes":[{"firm":"n","staff":3,"city":"Ulm"}],"edges":[["n"]]})", "edges[0] is a list of 1"},
      {R"({"new_nodes":[{"firm":"n","staff":3,"city":"Ulm"}],"edges":[{"byer":"n"}]})", "did you mean 'buyer'?"},
      {R"({"new_nodes":[{"firm":"n","staff":3,"city":"Ulm"}],"edges":[["n","f1",1],["n","f2"]]})",
       "edges[1] has no weight"},
      {R"({"new_nodes":[{"firm":"n","staff":3,"city":"Ulm"}],"edges":[["n","f1",1],["n","f2","much"]]})", "edges[1]: "},
      {R"({"new_nodes":[{"firm":"n","staff":3,"city":"Ulm"},{"firm":"m","staff":"few","city":"Ulm"}],"edges":[]})",
       "new_nodes[1]: "},
      {R"({"new_nodes":[{"firm":"f3","staff":3,"city":"Ulm"}],"edges":[["f3","f1",1]]})", "has already"},
      {R"({"new_nodes":[{"firm":"n","staff":{},"city":"Ulm"}],"edges":[["n","f1",1]]})", "staff is an object"},
  };
  std::string input;
  for (const auto& [question, problem] : cases) {
    input += question + "\n";
  }
  const CommandResult result = score({"run", "firms.h5", "-q"}, input + "f1\n");
  ASSERT_EQ(result.code, 0) << result.err;
  const std::vector<std::string> lines = lines_of(result.out);
  ASSERT_EQ(lines.size(), cases.size() + 1) << result.out;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const std::string said = Json::parse(lines[i]).value("error", "");
    EXPECT_NE(said.find(cases[i].second), std::string::npos) << cases[i].first << ": " << said;
    EXPECT_EQ(said.find("/proc/"), std::string::npos) << said;
  }
  EXPECT_EQ(lines.back().rfind("1,f1,", 0), 0U) << lines.back();
}

TEST_F(CliScore, AnswersWhateverBytesComeByAsManyLines) {
  train_firms();
  const std::string sound = new_firms_ + "\n" + R"({"nodes":["f7",12]})" + "\nf8\n";
  std::string input;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    input += mutated(sound, seed, 1 + static_cast<int>(seed % 6)) + "\n";
  }
  const CommandResult result = score({"run", "firms.h5", "-q"}, input);
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ(lines_of(result.out).size(), lines_of(input).size());
}

TEST_F(CliScore, PairsOfALinkModelAreThoseOfPredict) {
  make_sbm();
  const CommandResult trained =
      weft({"train", "sbm.h5", "--task", "link_prediction", "--model", "gcn", "--epochs", "3", "-o", "run", "-q"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  write_content(path("pairs.csv"), "3,4\n0,199\n");
  ASSERT_EQ(weft({"predict", "run", "sbm.h5", "--pairs", "pairs.csv", "-o", "scores.csv"}).code, 0);
  const CommandResult result =
      score({"run", "sbm.h5", "--header", "-q"}, "3,4\n0 199\n{\"pair\":[3,4]}\n{\"items_for\":3,\"count\":4}\n");
  ASSERT_EQ(result.code, 0) << result.err;
  const std::vector<std::string> lines = lines_of(result.out), expected = lines_of(content_of(path("scores.csv")));
  ASSERT_EQ(lines.size(), 5U) << result.out;
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_EQ(lines[i], expected[i]);
  }
  const Json pair = Json::parse(lines[3])["rows"][0];
  EXPECT_EQ(pair["source"], 3);
  EXPECT_NEAR(pair["score"].get<double>(), std::stod(lines[1].substr(4)), 1e-4);
  const Json items = Json::parse(lines[4])["rows"];
  ASSERT_EQ(items.size(), 4U);
  for (std::size_t i = 1; i < 4; ++i) {
    EXPECT_GE(items[i - 1]["score"].get<double>(), items[i]["score"].get<double>());
  }
}

TEST_F(CliScore, GraphsOfTablesAreThoseOfPredict) {
  std::string graphs = "graph_id,label\n", nodes = "graph_id,node_id,size\n", edges = "graph_id,source,target\n";
  for (int g = 0; g < 30; ++g) {
    graphs += concat(g, g % 2 == 0 ? ",ring\n" : ",line\n");
    for (int v = 0; v < 4; ++v) {
      nodes += concat(g, ",", v, ",", g % 2 + v % 3, "\n");
      edges += v < 3 || g % 2 == 0 ? concat(g, ",", v, ",", (v + 1) % 4, "\n") : std::string();
    }
  }
  write_content(path("g.csv"), graphs);
  write_content(path("n.csv"), nodes);
  write_content(path("e.csv"), edges);
  ASSERT_EQ(weft({"import", "graphs", "g.csv", "--nodes", "n.csv", "--edges", "e.csv", "-o", "g.h5"}).code, 0);
  ASSERT_EQ(weft({"train", "g.h5", "--model", "gin", "--epochs", "2", "-o", "run", "-q"}).code, 0);
  write_content(path("g.csv"), "graph_id\n0\n");
  write_content(path("n.csv"), "graph_id,node_id,size\n0,0,1\n0,1,2\n0,2,0\n");
  write_content(path("e.csv"), "graph_id,source,target\n0,0,1\n0,1,2\n");
  const CommandResult told =
      weft({"predict", "run", "--graphs", "g.csv", "--nodes", "n.csv", "--edges", "e.csv", "-o", "p.h5"});
  ASSERT_EQ(told.code, 0) << told.err;
  const Tensor expected = read_model_file(path("p.h5"), "weft-predictions").tensors.at(0).value;
  const CommandResult result =
      score({"run", "-q"}, R"({"graphs":[{"nodes":[{"size":1},{"size":2},{"size":0}],"edges":[[0,1],[1,2]]}]})"
                           "\n{\"graphs\":[{\"edges\":[]}]}\n");
  ASSERT_EQ(result.code, 0) << result.err;
  const std::vector<std::string> lines = lines_of(result.out);
  ASSERT_EQ(lines.size(), 2U);
  const Json row = Json::parse(lines[0])["rows"][0];
  for (int c = 0; c < 2; ++c) {
    EXPECT_EQ(row["probabilities"][c].get<float>(), expected(0, c)) << lines[0];
  }
  EXPECT_NE(lines[1].find("graphs[0] is no object with a list of nodes"), std::string::npos) << lines[1];
}

TEST_F(CliScore, AnswersALineBeforeTheNextIsThereAndEndsAtASignal) {
  train_sbm();
  int to[2], from[2];
  ASSERT_EQ(pipe2(to, O_CLOEXEC), 0);
  ASSERT_EQ(pipe2(from, O_CLOEXEC), 0);
  Command command(folder_.path(), {"score", "run", "sbm.h5", "-q"}, {}, [&] {
    dup2(to[0], STDIN_FILENO);
    dup2(from[1], STDOUT_FILENO);
  });
  close(to[0]);
  close(from[1]);
  for (const char* question : {"3\n", "nobody\n", "{\"node\":5}\n"}) {
    ASSERT_EQ(write(to[1], question, std::strlen(question)), static_cast<ssize_t>(std::strlen(question)));
    pollfd ready{.fd = from[0], .events = POLLIN, .revents = 0};
    ASSERT_EQ(poll(&ready, 1, 60'000), 1) << question;
    char answer[4096];
    EXPECT_GT(read(from[0], answer, sizeof answer), 4) << question;
  }
  command.send(SIGTERM);
  EXPECT_TRUE(wait_until([&] { return !command.is_running(); }, 1.0));
  EXPECT_EQ(command.wait().code, 130);
  close(to[1]);
  close(from[0]);
}

TEST_F(CliScore, EndsWhereNobodyReadsTheAnswers) {
  train_sbm();
  write_content(path("questions"), std::string(2000, '\n'));
  int from[2];
  ASSERT_EQ(pipe2(from, O_CLOEXEC), 0);
  close(from[0]);
  Command command(folder_.path(), {"score", "run", "sbm.h5", "-q"}, {}, [&] {
    const int file = open(path("questions").c_str(), O_RDONLY);
    dup2(file, STDIN_FILENO);
    dup2(from[1], STDOUT_FILENO);
  });
  close(from[1]);
  const CommandResult result = command.wait();
  EXPECT_EQ(result.code, 1);
  EXPECT_NE(result.err.find("broken pipe"), std::string::npos) << result.err;
}

TEST_F(CliScore, RefusesWhatItCannotServe) {
  train_sbm();
  EXPECT_EQ(weft({"score", "run"}).code, 2);
  EXPECT_NE(weft({"score", "run"}).err.find("GRAPH is required"), std::string::npos);
  EXPECT_EQ(weft({"score", "run", "sbm.h5", "--json"}).code, 2);
  EXPECT_EQ(weft({"score", "run", "nothing.h5"}).code, 3);
  // As any command does, it ends where there is nothing to read.
  EXPECT_EQ(weft({"score", "run", "sbm.h5"}).code, 0);
}

}  // namespace
}  // namespace weft::test
