// weft predict and weft evaluate straight from tables, with what the run remembers of its own, alone and joined to an
// old graph.
#include <cstdlib>
#include <map>
#include <sstream>

#include "tests/cli_fixture.hpp"
#include "tests/file_content.hpp"
#include "weft/core/error.hpp"

namespace weft::test {
namespace {

std::vector<std::string> split_at(const std::string& text, char sign) {
  std::vector<std::string> parts;
  std::istringstream stream(text);
  for (std::string part; std::getline(stream, part, sign);) {
    parts.push_back(part);
  }
  return parts;
}

/// Rows of a file of predictions: name, and what follows it.
std::vector<std::pair<std::string, std::vector<std::string>>> rows_of(const std::string& content) {
  std::vector<std::pair<std::string, std::vector<std::string>>> rows;
  for (const std::string& line : split_at(content, '\n')) {
    const std::vector<std::string> fields = split_at(line, ',');
    rows.emplace_back(fields.at(1), std::vector<std::string>(fields.begin() + 2, fields.end()));
  }
  rows.erase(rows.begin());
  return rows;
}

std::vector<std::string> names_of(const std::string& content) {
  std::vector<std::string> names;
  for (const auto& row : rows_of(content)) {
    names.push_back(row.first);
  }
  return names;
}

class NewTables : public Cli {
 protected:
  const std::string node_header_ = "firm,staff,city,sector\n", edge_header_ = "buyer,seller,orders\n";
  std::string nodes_, edges_;
  const std::vector<std::string> words_ = {"--source", "buyer", "--target", "seller", "--weight", "orders"};

  /// 60 firms on a line, of two sectors, in firms.h5.
  void make_firms() {
    for (int i = 0; i < 60; ++i) {
      nodes_ +=
          concat("f", i, ",", 10 + i * i % 37, i % 3 == 0 ? ",Bonn," : ",Ulm,", i % 37 < 20 ? "food\n" : "metal\n");
      if (i > 0) {
        edges_ += concat("f", i - 1, ",f", i, ",", 1 + i % 5, "\n");
      }
    }
    write_content(path("firms.csv"), node_header_ + nodes_);
    write_content(path("trade.csv"), edge_header_ + edges_);
    const CommandResult made =
        weft(with(with({"import", "edgelist", "trade.csv"}, words_),
                  {"--nodes", "firms.csv", "--id", "firm", "--label", "sector", "-o", "firms.h5"}));
    ASSERT_EQ(made.code, 0) << made.err;
  }
  void train(const std::vector<std::string>& more = {"--model", "gcn"}) const {
    const CommandResult trained =
        weft(with({"train", "firms.h5", "--epochs", "5", "-o", "run", "--overwrite", "-q"}, more));
    ASSERT_EQ(trained.code, 0) << trained.err;
  }
  /// Three firms in an order of their own, and columns too.
  void make_new(const std::string& edges = "n2,n1,4\nn1,n3,2\n") const {
    write_content(path("new.csv"), "city,staff,firm,sector\nUlm,30,n3,metal\nKiel,12,n1,food\nBonn,41,n2,food\n");
    write_content(path("new_trade.csv"), edge_header_ + edges);
  }
  void refuses(const std::vector<std::string>& arguments, int code, const std::vector<std::string>& parts) const {
    const CommandResult result = weft(arguments);
    EXPECT_EQ(result.code, code) << result.err;
    for (const std::string& part : parts) {
      EXPECT_NE(result.err.find(part), std::string::npos) << part << "\nis not in\n" << result.err;
    }
    EXPECT_FALSE(std::filesystem::exists(path("x.csv")));
  }
  const std::vector<std::string> predict_ = {"predict", "run", "--nodes", "new.csv", "--edges", "new_trade.csv"};
};

TEST_F(NewTables, ArePredictedInTheirOrderAsTheirDatasetIs) {
  make_firms();
  train();
  make_new();
  const std::vector<std::string> before = files_in(path(""));
  const CommandResult told = weft(with(predict_, {"-o", "one.csv"}));
  ASSERT_EQ(told.code, 0) << told.err;
  EXPECT_NE(told.err.find("assumed: column 'city': 1 cell has a category that the encoder does not know, the first is "
                          "'Kiel' in line 3\n"),
            std::string::npos)
      << told.err;
  EXPECT_EQ(files_in(path("")).size(), before.size() + 1) << "nothing else is left";
  ASSERT_EQ(weft(with(with({"import", "edgelist", "new_trade.csv"}, words_),
                      {"--nodes", "new.csv", "--id", "firm", "--like", "run", "-o", "new.h5"}))
                .code,
            0);
  ASSERT_EQ(weft({"predict", "run", "new.h5", "-o", "two.csv"}).code, 0);
  const std::string one = content_of(path("one.csv"));
  EXPECT_EQ(names_of(one), (std::vector<std::string>{"n3", "n1", "n2"}));
  auto rows = rows_of(one), expected = rows_of(content_of(path("two.csv")));
  std::ranges::sort(rows);
  std::ranges::sort(expected);
  EXPECT_EQ(rows, expected);
  EXPECT_EQ(one.rfind("node,name,class,p_food,p_metal\n", 0), 0U) << one;
}

TEST_F(NewTables, AreRefusedWhereTheirColumnsHaveOtherNames) {
  make_firms();
  train();
  make_new();
  write_content(path("other.csv"), "from,to,orders\nn1,n2,3\n");
  refuses({"predict", "run", "--nodes", "new.csv", "--edges", "other.csv", "-o", "x.csv"}, 3,
          {"other.csv: line 1: there is no column 'buyer'", "expected from, to, orders",
           "weft import edgelist EDGES --nodes"});
  write_content(path("few.csv"), "firm,city\nn1,Ulm\n");
  refuses({"predict", "run", "--nodes", "few.csv", "--edges", "new_trade.csv", "-o", "x.csv"}, 3,
          {"few.csv: lacks columns that the encoder reads: staff"});
  write_content(path("named.csv"), "id,staff,city\nn1,3,Ulm\n");
  refuses({"predict", "run", "--nodes", "named.csv", "--edges", "new_trade.csv", "-o", "x.csv"}, 3,
          {"named.csv: there is no column 'firm'", "--like RUN"});
  refuses({"predict", "run", "--edges", "new_trade.csv", "-o", "x.csv"}, 3, {"expected their table: --nodes"});
  refuses({"predict", "run", "--nodes", "new.csv", "-o", "x.csv"}, 2, {"--nodes: the edges are missing"});
  refuses({"predict", "run", "firms.h5", "--edges", "new_trade.csv", "-o", "x.csv"}, 2, {"expected one of the two"});
  refuses({"predict", "run", "-o", "x.csv"}, 2, {"DATA is required"});
  refuses(with(predict_, {"-o", "new.csv"}), 2, {"is a file that is read"});
}

TEST_F(NewTables, AreJudgedByTheColumnThatTheRunLearned) {
  make_firms();
  train();
  make_new();
  const Json judged = weft_json({"evaluate", "run", "--nodes", "new.csv", "--edges", "new_trade.csv"});
  EXPECT_EQ(judged["split"], "new");
  ASSERT_EQ(weft(with(predict_, {"-o", "one.csv"})).code, 0);
  const std::map<std::string, std::string> truth = {{"n1", "food"}, {"n2", "food"}, {"n3", "metal"}};
  double right = 0.0;
  for (const auto& [name, row] : rows_of(content_of(path("one.csv")))) {
    right += row.at(0) == truth.at(name) ? 1.0 : 0.0;
  }
  EXPECT_NEAR(judged["metrics"]["test"]["accuracy"].get<double>(), right / 3.0, 1e-6);
  EXPECT_TRUE(judged["metrics"]["train"]["accuracy"].is_null());
  const std::string shown = weft({"evaluate", "run", "--nodes", "new.csv", "--edges", "new_trade.csv"}).out;
  EXPECT_NE(shown.find("\n  train, val "), std::string::npos) << shown;
  EXPECT_EQ(shown.find("  train accuracy"), std::string::npos) << shown;
  EXPECT_NE(shown.find("  test accuracy"), std::string::npos) << shown;
  write_content(path("bare.csv"), "firm,staff,city\nn1,3,Ulm\nn2,4,Ulm\nn3,5,Ulm\n");
  // Without labels they are for what the run was.
  ASSERT_EQ(weft(with(with({"import", "edgelist", "new_trade.csv"}, words_),
                      {"--nodes", "bare.csv", "--id", "firm", "--like", "run", "-o", "bare.h5"}))
                .code,
            0);
  const Json info = weft_json({"info", "bare.h5"});
  EXPECT_EQ(info["task"], "node_classification");
  EXPECT_EQ(info["labels"]["kind"], "none");
  const CommandResult bare = weft({"evaluate", "run", "--nodes", "bare.csv", "--edges", "new_trade.csv"});
  EXPECT_EQ(bare.code, 3) << bare.err;
  EXPECT_NE(bare.err.find("bare.csv: there is no column 'sector'"), std::string::npos) << bare.err;
}

TEST_F(NewTables, AreReadWithTheDirectionsAndTheWeightsOfTheRun) {
  make_firms();
  ASSERT_EQ(weft(with(with({"import", "edgelist", "trade.csv", "--directed"}, words_),
                      {"--nodes", "firms.csv", "--id", "firm", "--label", "sector", "-o", "firms.h5"}))
                .code,
            0);
  train();
  make_new("n1,n2,4\nn2,n1,1\nn3,n1,9\n");
  ASSERT_EQ(weft(with(predict_, {"-o", "one.csv"})).code, 0);
  ASSERT_EQ(weft(with(with({"import", "edgelist", "new_trade.csv", "--directed"}, words_),
                      {"--nodes", "new.csv", "--id", "firm", "--like", "run", "-o", "new.h5"}))
                .code,
            0);
  ASSERT_EQ(weft({"predict", "run", "new.h5", "-o", "two.csv"}).code, 0);
  auto rows = rows_of(content_of(path("one.csv"))), expected = rows_of(content_of(path("two.csv")));
  std::ranges::sort(rows);
  std::ranges::sort(expected);
  EXPECT_EQ(rows, expected);
}

TEST_F(NewTables, OfSeveralLabelsAreJudgedAndPredictedByTheirNames) {
  std::string nodes = "id,size,likes,buys\n", edges = "from,to\n";
  for (int i = 0; i < 40; ++i) {
    nodes += concat("n", i, ",", i % 7, i % 3 == 0 ? ",yes," : ",no,", i % 2, "\n");
    edges += concat("n", i, ",n", (i + 1) % 40, "\n");
  }
  write_content(path("n.csv"), nodes);
  write_content(path("e.csv"), edges);
  const CommandResult made =
      weft({"import", "edgelist", "e.csv", "--nodes", "n.csv", "--label", "likes,buys", "-o", "d.h5", "-q"});
  ASSERT_EQ(made.code, 0) << made.err;
  const CommandResult trained = weft({"train", "d.h5", "--model", "gcn", "--epochs", "3", "-o", "run", "-q"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  const CommandResult told = weft({"predict", "run", "--nodes", "n.csv", "--edges", "e.csv", "-o", "p.csv"});
  ASSERT_EQ(told.code, 0) << told.err;
  EXPECT_EQ(content_of(path("p.csv")).rfind("node,name,p_likes,p_buys\n", 0), 0U) << content_of(path("p.csv"));
  const Json judged = weft_json({"evaluate", "run", "--nodes", "n.csv", "--edges", "e.csv"});
  EXPECT_EQ(judged["split"], "new") << judged;
  const CommandResult again =
      weft({"import", "edgelist", "e.csv", "--nodes", "n.csv", "--like", "run", "-o", "again.h5"});
  ASSERT_EQ(again.code, 0) << again.err;
  EXPECT_NE(again.err.find("label 'likes,buys'"), std::string::npos) << again.err;
  EXPECT_EQ(weft_json({"info", "again.h5"})["features"]["columns"], weft_json({"info", "d.h5"})["features"]["columns"]);
}

TEST_F(NewTables, JoinedToAnOldGraphArePredictedAsPartOfAllOfIt) {
  make_firms();
  // n2 has two old neighbors, one of which has another new one; f29,f30 is an old edge.
  const std::string edges = "n2,n1,4\nn1,n3,2\nf30,n2,5\nn2,f9,1\nf30,n3,3\nf29,f30,9\n";
  make_new(edges);
  write_content(path("all.csv"), node_header_ + nodes_ + "n3,30,Ulm,metal\nn1,12,Kiel,food\nn2,41,Bonn,food\n");
  write_content(path("all_trade.csv"), edge_header_ + edges_ + edges);
  for (const auto& [model, reads_whole] :
       {std::pair(std::vector<std::string>{"--model", "gcn"}, false),
        std::pair(std::vector<std::string>{"--model", "sage"}, false),
        std::pair(std::vector<std::string>{"--model", "gat"}, false),
        // Edges stay in their file.
        std::pair(std::vector<std::string>{"--model", "gcn", "--set", "edge_weights=false"}, false),
        std::pair(std::vector<std::string>{"--model", "weft"}, true)}) {
    SCOPED_TRACE(model.back());
    train(model);
    ASSERT_EQ(weft(with(with({"import", "edgelist", "all_trade.csv"}, words_),
                        {"--nodes", "all.csv", "--id", "firm", "--like", "run", "-o", "all.h5"}))
                  .code,
              0);
    ASSERT_EQ(weft({"predict", "run", "all.h5", "-o", "two.csv"}).code, 0);
    const CommandResult told = weft(with(predict_, {"--graph", "firms.h5", "-o", "one.csv"}));
    ASSERT_EQ(told.code, 0) << told.err;
    std::map<std::string, std::vector<std::string>> expected;
    for (auto& row : rows_of(content_of(path("two.csv")))) {
      expected.emplace(row);
    }
    const auto rows = rows_of(content_of(path("one.csv")));
    ASSERT_EQ(rows.size(), 3U);
    EXPECT_EQ(rows[0].first, "n3");
    for (const auto& [name, row] : rows) {
      EXPECT_EQ(row.at(0), expected.at(name).at(0)) << name;
      EXPECT_NEAR(std::atof(row.at(1).c_str()), std::atof(expected.at(name).at(1).c_str()), 1e-5) << name;
    }
    EXPECT_NE(told.err.find("3 new nodes"), std::string::npos) << told.err;
    EXPECT_EQ(told.err.find("reads the whole graph: read 60 of 60 nodes") != std::string::npos, reads_whole)
        << told.err;
    EXPECT_EQ(told.err.find("read 60 of 60 nodes") != std::string::npos, reads_whole) << told.err;
    EXPECT_NE(told.err.find("2 of the edges of new_trade.csv are in firms.h5 already"), std::string::npos) << told.err;
    EXPECT_EQ(told.err.find("have no row in new.csv"), std::string::npos) << "old nodes need none\n" << told.err;
  }
}

TEST_F(NewTables, JoinedToAnOldGraphAreNotSpreadOverAndThatIsSaidOnce) {
  make_firms();
  train({"--model", "gcn", "--set", "edge_weights=false", "--set", "smooth=correct"});
  make_new("n2,n1,4\nn1,n3,2\nf30,n2,5\n");
  const CommandResult told = weft(with(predict_, {"--graph", "firms.h5", "-o", "one.csv"}));
  ASSERT_EQ(told.code, 0) << told.err;
  EXPECT_EQ(told.err.find("stay in their file"), std::string::npos) << "no memory limit was given\n" << told.err;
  const std::string no = "labels of the training part do not spread here: this is not the graph that the model was";
  ASSERT_NE(told.err.find(no), std::string::npos) << told.err;
  EXPECT_EQ(told.err.find("\nlabels of the training part spread"), std::string::npos) << told.err;
  EXPECT_EQ(told.err.find("spread here", told.err.find(no) + no.size()), std::string::npos) << told.err;
}

TEST_F(NewTables, JoinedToAnOldGraphAreJudgedAsTheyArePredicted) {
  make_firms();
  train();
  make_new("n2,n1,4\nn1,n3,2\nf30,n2,5\n");
  const std::vector<std::string> joined = {"--nodes", "new.csv", "--edges", "new_trade.csv", "--graph", "firms.h5"};
  ASSERT_EQ(weft(with(with({"predict", "run", "-o", "one.csv"}, joined), {})).code, 0);
  const std::map<std::string, std::string> truth = {{"n1", "food"}, {"n2", "food"}, {"n3", "metal"}};
  double right = 0.0;
  for (const auto& [name, row] : rows_of(content_of(path("one.csv")))) {
    right += row.at(0) == truth.at(name) ? 1.0 : 0.0;
  }
  const Json judged = weft_json(with({"evaluate", "run"}, joined));
  EXPECT_EQ(judged["split"], "new");
  EXPECT_NEAR(judged["metrics"]["test"]["accuracy"].get<double>(), right / 3.0, 1e-6);
  EXPECT_EQ(judged["per_class"]["test"]["metal"]["count"], 1);
  EXPECT_TRUE(judged["metrics"]["train"]["accuracy"].is_null());
}

TEST_F(NewTables, OfManyGraphsArePredictedAndJudged) {
  const auto write = [&](const std::string& prefix, int first, int last, bool with_labels) {
    std::string graphs = with_labels ? "graph_id,label\n" : "graph_id\n", nodes = "graph_id,node_id,kind,size\n",
                edges = "graph_id,src,dst,order\n";
    for (int g = first; g < last; ++g) {
      graphs += concat("m", g, with_labels ? (g % 2 == 0 ? ",ring\n" : ",path\n") : "\n");
      for (int v = 0; v < 4; ++v) {
        nodes += concat("m", g, ",", v, g % 3 == 0 ? ",p," : ",q,", g + v, "\n");
        if (v < 3 || g % 2 == 0) {
          edges += concat("m", g, ",", v, ",", (v + 1) % 4, v % 2 == 0 ? ",single\n" : ",double\n");
        }
      }
    }
    write_content(path(prefix + "g.csv"), graphs);
    write_content(path(prefix + "n.csv"), nodes);
    write_content(path(prefix + "e.csv"), edges);
  };
  write("", 0, 30, true);
  ASSERT_EQ(weft({"import", "graphs", "g.csv", "--nodes", "n.csv", "--edges", "e.csv", "-o", "all.h5"}).code, 0);
  const CommandResult trained = weft(
      {"train", "all.h5", "--model", "gine", "--split", "rand0", "--epochs", "2", "-q", "--overwrite", "-o", "run"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  write("new_", 31, 35, false);
  const std::vector<std::string> tables = {"--graphs", "new_g.csv", "--nodes", "new_n.csv", "--edges", "new_e.csv"};
  const CommandResult told = weft(with({"predict", "run", "-o", "one.csv"}, tables));
  ASSERT_EQ(told.code, 0) << told.err;
  ASSERT_EQ(weft({"import", "graphs", "new_g.csv", "--nodes", "new_n.csv", "--edges", "new_e.csv", "--like", "run",
                  "-o", "new.h5"})
                .code,
            0);
  ASSERT_EQ(weft({"predict", "run", "new.h5", "-o", "two.csv"}).code, 0);
  EXPECT_EQ(content_of(path("one.csv")), content_of(path("two.csv")));
  EXPECT_EQ(names_of(content_of(path("one.csv"))), (std::vector<std::string>{"m31", "m32", "m33", "m34"}));
  write("new_", 31, 35, true);
  const Json judged = weft_json(with({"evaluate", "run"}, tables));
  EXPECT_EQ(judged["split"], "new");
  EXPECT_EQ(judged["per_class"]["test"]["ring"]["count"], 2);
  refuses({"predict", "run", "--nodes", "new_n.csv", "--edges", "new_e.csv", "-o", "x.csv"}, 2,
          {"expected their table too: --graphs"});
  refuses({"predict", "run", "--graphs", "new_g.csv", "--nodes", "new_n.csv", "-o", "x.csv"}, 2,
          {"--nodes: the edges are missing"});
  make_firms();
  train();
  refuses(with({"predict", "run", "-o", "x.csv"}, tables), 2, {"--graphs: "});
}

TEST_F(NewTables, OfSeveralTypesAreReadByTheirDescription) {
  write_content(path("shop.toml"),
                "[[nodes]]\nname = \"customer\"\nfile = \"c.csv\"\nlabel = \"kind\"\n[[nodes]]\nname = "
                "\"product\"\nfile = \"p.csv\"\n[[edges]]\nfile = \"b.csv\"\n");
  std::string customers = "id,age,kind\n", products = "id,price\n", bought = "customer,product\n";
  for (int i = 0; i < 20; ++i) {
    customers += concat(i, ",", 20 + i, i % 2 == 0 ? ",a\n" : ",b\n");
    products += concat(i, ",", i * i, "\n");
    bought += concat(i, ",", (3 * i) % 20, "\n", i, ",", (i + 7) % 20, "\n");
  }
  write_content(path("c.csv"), customers);
  write_content(path("p.csv"), products);
  write_content(path("b.csv"), bought);
  ASSERT_EQ(weft({"import", "tables", "shop.toml", "-o", "shop.h5"}).code, 0);
  const CommandResult trained = weft({"train", "shop.h5", "--model", "gcn", "--epochs", "2", "-q", "-o", "run"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  refuses({"predict", "run", "--nodes", "c.csv", "--edges", "b.csv", "-o", "x.csv"}, 3,
          {"run: was trained on several tables", "weft import tables FILE.toml"});
  refuses({"predict", "run", "--nodes", "c.csv", "--edges", "b.csv", "--graph", "shop.h5", "-o", "x.csv"}, 3,
          {"run: was trained on several tables", "nodes of types cannot be joined to an old graph"});
  write_content(path("like.toml"), "like = \"run\"\n" + content_of(path("shop.toml")));
  ASSERT_EQ(weft({"import", "tables", "like.toml", "-o", "new.h5"}).code, 0);
  const CommandResult predicted = weft({"predict", "run", "new.h5", "-o", "p.csv"});
  EXPECT_EQ(predicted.code, 0);
  EXPECT_NE(predicted.err.find("nodes of every type get a row: 20 of type 'customer', 20 of type 'product'; the model "
                               "was trained on labels of type 'customer', "),
            std::string::npos)
      << predicted.err;
  EXPECT_EQ(weft({"import", "tables", "shop.toml", "--strict", "-o", "s.h5"}).code, 3);
}

TEST_F(NewTables, JoinedToAnOldGraphMustBeNewAndNameNodesThatAreThere) {
  make_firms();
  train();
  make_new("n2,n1,4\nn1,n3,2\nn1,f60,2\n");
  const std::vector<std::string> joined = with(predict_, {"--graph", "firms.h5", "-o", "x.csv"});
  refuses(
      joined, 3,
      {"new_trade.csv: line 4: names node 'f60', which is neither in firms.h5 nor in new.csv", "did you mean 'f0'?"});
  write_content(path("new.csv"), "firm,staff,city\nn1,3,Ulm\nf7,3,Ulm\n");
  write_content(path("new_trade.csv"), edge_header_ + "n1,f7,2\n");
  refuses(joined, 3, {"new.csv: row 2 is of node 'f7', which firms.h5 has already, expected new nodes alone"});
  write_content(path("few.csv"), "source,target\n0,1\n1,2\n");
  ASSERT_EQ(weft({"import", "edgelist", "few.csv", "-o", "few.h5"}).code, 0);
  refuses(with(predict_, {"--graph", "few.h5", "-o", "x.csv"}), 3,
          {"few.h5: the data have 0 features of nodes, the model reads 3"});
}

TEST_F(NewTables, OfEdgesAloneSuitAModelThatWasTrainedOnEdgesAlone) {
  std::string edges = "source,target\n";
  for (int i = 0; i < 40; ++i) {
    edges += concat(i, ",", (i + 1) % 40, "\n", i, ",", (i * 7 + 3) % 40, "\n");
  }
  write_content(path("e.csv"), edges);
  ASSERT_EQ(weft({"import", "edgelist", "e.csv", "-o", "e.h5"}).code, 0);
  const std::vector<std::string> job = {"train", "e.h5", "--model", "gcn", "--epochs", "2", "-q", "-o"};
  ASSERT_EQ(weft(with(job, {"run", "--set", "node_table=false"})).code, 0);
  write_content(path("more.csv"), "source,target\n5,40\n40,41\n40,6\n");
  const CommandResult told = weft({"predict", "run", "--edges", "more.csv", "--graph", "e.h5", "-o", "p.csv"});
  ASSERT_EQ(told.code, 0) << told.err;
  EXPECT_EQ(names_of(content_of(path("p.csv"))), (std::vector<std::string>{"40", "41"}));
  write_content(path("all.csv"), edges + "5,40\n40,41\n40,6\n");
  ASSERT_EQ(weft({"import", "edgelist", "all.csv", "-o", "all.h5"}).code, 0);
  ASSERT_EQ(weft({"predict", "run", "all.h5", "-o", "all_states.csv"}).code, 0);
  const std::vector<std::string> all = split_at(content_of(path("all_states.csv")), '\n');
  const auto joined = rows_of(content_of(path("p.csv")));
  const std::vector<std::string> state = split_at(all.at(41), ',');
  ASSERT_EQ(state.at(0), "40");
  for (std::size_t j = 0; j < joined[0].second.size(); ++j) {
    EXPECT_NEAR(std::atof(joined[0].second[j].c_str()), std::atof(state.at(j + 1).c_str()), 1e-5);
  }
  refuses({"predict", "run", "--nodes", "e.csv", "--edges", "more.csv", "-o", "x.csv"}, 3, {"expected --edges alone"});
  ASSERT_EQ(weft({"predict", "run", "--edges", "e.csv", "-o", "q.csv"}).code, 0);
  EXPECT_EQ(split_at(content_of(path("q.csv")), '\n').size(), 41U);
  ASSERT_EQ(weft(with(job, {"table"})).code, 0);
  refuses({"predict", "table", "--edges", "more.csv", "--graph", "e.h5", "-o", "x.csv"}, 3,
          {"and the model learned a row for each of those"});
}

TEST_F(NewTables, WithoutTheWeightsThatAModelWasTrainedOnAreSaidToBe) {
  make_firms();
  train();
  ASSERT_EQ(weft({"import", "edgelist", "trade.csv", "--source", "buyer", "--target", "seller", "--weight", "none",
                  "--nodes", "firms.csv", "--id", "firm", "--label", "sector", "-o", "bare.h5"})
                .code,
            0);
  const std::string line = "the model was trained on edges with weights, 'orders', and these data have none";
  for (const std::vector<std::string>& command :
       {std::vector<std::string>{"evaluate", "run"}, {"predict", "run", "-o", "p.csv"}}) {
    EXPECT_NE(weft(with(command, {"bare.h5"})).err.find(line), std::string::npos);
    EXPECT_EQ(weft(with(command, {"firms.h5"})).err.find(line), std::string::npos);
  }
  train({"--model", "gcn", "--set", "edge_weights=false"});
  EXPECT_EQ(weft({"evaluate", "run", "bare.h5"}).err.find(line), std::string::npos);
}

TEST_F(NewTables, OfAnyFormThatLackAColumnAreAFaultOfTheFile) {
  make_firms();
  train();
  ASSERT_EQ(weft(with(with({"import", "edgelist", "trade.csv"}, words_),
                      {"--nodes", "firms.csv", "--id", "firm", "--label", "sector", "--drop", "staff", "-o", "few.h5"}))
                .code,
            0);
  refuses({"evaluate", "run", "few.h5"}, 3, {"few.h5: the data have no feature 'staff'"});
  refuses({"predict", "run", "few.h5", "-o", "x.csv"}, 3, {"few.h5: the data have no feature 'staff'"});
  // Columns without names are counted.
  make_sbm();
  refuses({"predict", "run", "sbm.h5", "-o", "x.csv"}, 3,
          {"sbm.h5: the data have 8 features of nodes, the model reads 3"});
}

}  // namespace
}  // namespace weft::test
