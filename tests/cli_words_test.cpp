// What the command says to words that it does not know, and where it shows what there is to choose from.
#include "tests/cli_fixture.hpp"

namespace weft::test {
namespace {

class CliWords : public Cli {
 protected:
  void says(const std::vector<std::string>& arguments, const std::string& text) const {
    const CommandResult result = weft(arguments);
    EXPECT_EQ(result.code, 2) << result.err;
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err, "weft: " + text + "\n");
  }
};

TEST_F(CliWords, AreNoneWhereHelpIsWanted) {
  const CommandResult bare = weft({});
  EXPECT_EQ(bare.code, 0);
  EXPECT_EQ(bare.out, weft({"--help"}).out);
  EXPECT_NE(bare.out.find("train a model"), std::string::npos);
  EXPECT_EQ(bare.err, "");
  EXPECT_EQ(weft({"import"}).out, weft({"import", "--help"}).out);
  EXPECT_EQ(weft({"help"}).out, bare.out);
  EXPECT_EQ(weft({"help", "train"}).out, weft({"train", "--help"}).out);
}

TEST_F(CliWords, ThatAreNoCommandAreNamedWithTheNearest) {
  says({"trian", "d.h5"}, "there is no command 'trian'; did you mean `weft train`?");
  says({"Train", "d.h5"}, "there is no command 'Train'; did you mean `weft train`?");
  says({"fit", "d.h5"}, "there is no command 'fit'; did you mean `weft train`?");
  says({"qqq"}, "there is no command 'qqq'; `weft --help` lists the commands");
  says({"import", "edgelst", "e.csv"}, "there is no format 'edgelst'; did you mean `weft import edgelist`?");
  says({"import", "csv", "e.csv"}, "there is no format 'csv'; did you mean `weft import edgelist`?");
  says({"import", "cvs", "e.csv"}, "there is no format 'cvs'; did you mean `weft import edgelist`?");
  says({"import", "gephi", "e"}, "there is no format 'gephi'; did you mean `weft import gexf`?");
  says({"import", "networkx", "e"}, "there is no format 'networkx'; did you mean `weft import json`?");
  says({"import", "net", "e"}, "there is no format 'net'; did you mean `weft import pajek`?");
  says({"import", "sql", "e"}, "there is no format 'sql'; did you mean `weft import sqlite`?");
  says({"import", "qqqqqq"}, "there is no format 'qqqqqq'; `weft import --help` lists the formats");
  says({"datasets", "lst"}, "there is no kind 'lst'; did you mean `weft datasets list`?");
  const CommandResult kind = weft({"synth", "rmta", "-o", "x.h5"});
  EXPECT_EQ(kind.code, 2);
  EXPECT_NE(kind.err.find("there is no kind 'rmta'; did you mean 'rmat'?"), std::string::npos) << kind.err;
}

TEST_F(CliWords, ThatAreNoFlagAreNamedWithTheNearest) {
  says({"train", "d.h5", "--spilt", "a"}, "there is no flag '--spilt'; did you mean '--split'?");
  says({"train", "d.h5", "--spilt=a"}, "there is no flag '--spilt'; did you mean '--split'?");
  says({"import", "edgelist", "e.csv", "--ouput", "x.h5"}, "there is no flag '--ouput'; did you mean '--output'?");
  says({"train", "d.h5", "--lr", "0.1"}, "there is no flag '--lr'; it is set by --set learning_rate=VALUE");
  says({"train", "d.h5", "--dropout", "0.1"}, "there is no flag '--dropout'; it is set by --set dropout=VALUE");
  says({"train", "d.h5", "--num-epochs", "3"}, "there is no flag '--num-epochs'; did you mean '--epochs'?");
  says({"train", "d.h5", "--random-state", "3"}, "there is no flag '--random-state'; did you mean '--seed'?");
  says({"info", "d.h5", "--qqqqqq"}, "there is no flag '--qqqqqq'; `weft info --help` lists the flags");
}

TEST_F(CliWords, OfOptionsAndModelsAreNamedWithTheNearest) {
  make_sbm();
  says({"train", "sbm.h5", "--set", "lr=0.1"}, "there is no option 'lr'; did you mean 'learning_rate'?");
  says({"train", "sbm.h5", "--model", "GCN"}, "there is no model 'GCN'; did you mean 'gcn'?");
  EXPECT_EQ(weft({"train", "sbm.h5", "--model", "xgboost"})
                .err.find("weft: there is no model 'xgboost'; expected one of weft, gcn"),
            0U);
  says({"options", "smoth"}, "there is no option 'smoth'; did you mean 'smooth'?");
  says({"train", "sbm.h5", "--set", "treshold=0.2"}, "there is no option 'treshold'; did you mean 'threshold'?");
  says({"train", "sbm.h5", "--set", "metric=acc"},
       "option metric: 'acc' is not one of auto, accuracy, balanced_accuracy, macro_f1, roc_auc, average_precision, "
       "mae, "
       "rmse, r2, hits@20, hits@50, mrr, recall@20, ndcg@20; did you mean 'accuracy'?");
  says({"options", "lr"}, "there is no option 'lr'; did you mean 'learning_rate'?");
  says({"models", "GCN"}, "there is no model or attention 'GCN'; did you mean 'gcn'?");
  says({"train", "sbm.h5", "--set", "qqqqqq=1"},
       "there is no option 'qqqqqq'; `weft models weft` and `weft options` list them");
}

TEST_F(CliWords, OfTasksMetricsAndSamplersAreShownToo) {
  const std::string all = weft({"options"}).out;
  for (const char* part : {"\n  smooth = none", "\n  threshold = none", "\n  node_table = true", "\n  nll"}) {
    EXPECT_NE(all.find(part), std::string::npos) << part;
  }
  const std::string smooth = weft({"options", "smooth"}).out;
  EXPECT_NE(smooth.find("none, auto, smooth, correct"), std::string::npos) << smooth;
  EXPECT_NE(weft({"options", "threshold"}).out.find("of nodes, graphs: "), std::string::npos);
  EXPECT_EQ(weft({"options", "accuracy"}).out.find("accuracy\n  a metric: share of rows"), 0U);
  EXPECT_NE(weft({"options", "nll"}).out.find("of generation"), std::string::npos);
  // An option and a sampler.
  const std::string parts = weft({"options", "parts"}).out;
  EXPECT_NE(parts.find("of training: "), std::string::npos) << parts;
  EXPECT_NE(parts.find("\n  a sampler: "), std::string::npos) << parts;
  EXPECT_EQ(weft_json({"options", "accuracy"})["choices"][0]["kind"], "metric");
  const std::string gcn = weft({"models", "gcn"}).out, ridge = weft({"models", "ridge"}).out,
                    wl = weft({"models", "wl"}).out;
  EXPECT_NE(gcn.find("nodes: node_table, smooth, threshold; "), std::string::npos) << gcn;
  EXPECT_EQ(ridge.find("epochs = "), std::string::npos) << ridge;
  EXPECT_EQ(weft({"options", "epochs"}).out.find("ridge"), std::string::npos);
  const std::size_t first = wl.find("learning_rate = ");
  ASSERT_NE(first, std::string::npos) << wl;
  EXPECT_EQ(wl.find("learning_rate = ", first + 1), std::string::npos) << wl;
  EXPECT_EQ(wl.find("learning_rate = 0.01"), first) << "the model's own counts\n" << wl;
}

TEST_F(CliWords, ThatThereAreToChooseFromFitAScreenAndEachIsShownInFull) {
  const std::string models = weft({"models"}).out;
  EXPECT_LT(std::ranges::count(models, '\n'), 60);
  const Json all = weft_json({"models"});
  for (const Json& model : all["models"]) {
    const std::string name = model["name"];
    EXPECT_NE(models.find("\n  " + name + " "), std::string::npos) << name;
    const std::string full = weft({"models", name}).out;
    for (const Json& option : model["options"]) {
      EXPECT_NE(full.find("\n  " + option["name"].get<std::string>() + " = "), std::string::npos) << name << option;
    }
  }
  const std::string options = weft({"options"}).out;
  const Json training = weft_json({"options", "training"})["training"];
  ASSERT_GT(training.size(), 20U);
  for (const Json& option : training) {
    EXPECT_NE(options.find("\n  " + option["name"].get<std::string>() + " = "), std::string::npos) << option;
  }
  const std::string one = weft({"options", "hidden"}).out;
  for (const char* part : {"of models weft, gcn", "of model sequence", "1 to 65536"}) {
    EXPECT_NE(one.find(part), std::string::npos) << one;
  }
  const std::string help = weft({"train", "--help"}).out;
  for (const char* part : {"learning_rate", "hidden", "`weft options`", "`weft models NAME`"}) {
    EXPECT_NE(help.find(part), std::string::npos) << part;
  }
}

}  // namespace
}  // namespace weft::test
