// Sixty firms on a line, of two sectors, as tables that an import and `weft predict --graph` read, and three new ones.
#pragma once

#include <string>
#include <vector>

#include "tests/cli_fixture.hpp"
#include "tests/file_content.hpp"
#include "weft/core/error.hpp"

namespace weft::test {

class FirmsCli : public Cli {
 protected:
  /// firms.h5, and the model of it in the folder run.
  void train_firms(const std::string& model = "gcn") const {
    std::string nodes = "firm,staff,city,sector\n", edges = "buyer,seller,orders\n";
    for (int i = 0; i < 60; ++i) {
      nodes +=
          concat("f", i, ",", 10 + i * i % 37, i % 3 == 0 ? ",Bonn," : ",Ulm,", i % 37 < 20 ? "food\n" : "metal\n");
      if (i > 0) {
        edges += concat("f", i - 1, ",f", i, ",", 1 + i % 5, "\n");
      }
    }
    write_content(path("firms.csv"), nodes);
    write_content(path("trade.csv"), edges);
    const CommandResult made =
        weft({"import", "edgelist", "trade.csv", "--source", "buyer", "--target", "seller", "--weight", "orders",
              "--nodes", "firms.csv", "--id", "firm", "--label", "sector", "-o", "firms.h5"});
    ASSERT_EQ(made.code, 0) << made.err;
    const CommandResult trained =
        weft({"train", "firms.h5", "--model", model, "--epochs", "5", "-o", "run", "--overwrite", "-q"});
    ASSERT_EQ(trained.code, 0) << trained.err;
  }

  /// As tables, and as a question.
  void make_new_firms() const {
    write_content(path("new.csv"), "city,staff,firm\nUlm,30,n3\nKiel,12,n1\nBonn,41,n2\n");
    write_content(path("new_trade.csv"), "buyer,seller,orders\nn2,n1,4\nf30,n2,5\nf30,n3,3\nn2,f9,1\n");
  }
  const std::string new_firms_ =
      R"({"new_nodes":[{"firm":"n3","city":"Ulm","staff":30},{"id":"n1","city":"Kiel","staff":12},)"
      R"({"firm":"n2","city":"Bonn","staff":"41"}],"edges":[["n2","n1",4],["f30","n2",5],)"
      R"({"source":"f30","target":"n3","weight":3},{"buyer":"n2","seller":"f9","orders":1}]})";
};

}  // namespace weft::test
