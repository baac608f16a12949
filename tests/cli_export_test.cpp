// weft export, run as a command: weights that others read and Weft opens again, and model cards.
#include "tests/cli_fixture.hpp"
#include "weft/io/model_file.hpp"

namespace weft::test {
namespace {

class CliExport : public Cli {
 protected:
  void train(const std::vector<std::string>& more = {}) const {
    make_sbm();
    const CommandResult trained = weft(with({"train", "sbm.h5", "--epochs", "3", "-o", "run", "-q"}, more));
    ASSERT_EQ(trained.code, 0) << trained.err;
  }
  void refuses(const std::vector<std::string>& arguments, int code, const std::string& part) const {
    const CommandResult result = weft(arguments);
    EXPECT_EQ(result.code, code) << result.err;
    EXPECT_NE(result.err.find(part), std::string::npos) << result.err;
  }
};

TEST_F(CliExport, WeightsPredictAsTheRunThatTheyAreOf) {
  train();
  const Json told = weft_json({"export", "run", "-o", "m.safetensors"});
  EXPECT_EQ(told["path"], "m.safetensors");
  EXPECT_GT(told["tensors"], 1);
  ASSERT_EQ(weft({"export", "m.safetensors", "-o", "again.h5"}).code, 0);
  std::vector<std::string> written;
  for (const char* model : {"run", "m.safetensors", "again.h5"}) {
    ASSERT_EQ(weft({"predict", model, "sbm.h5", "-o", "p.h5"}).code, 0);
    const ModelFile file = read_model_file(path("p.h5"), "weft-predictions");
    const auto values = file.tensors.at(0).value.values();
    written.emplace_back(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  }
  EXPECT_EQ(written[0], written[1]);
  EXPECT_EQ(written[0], written[2]);
  const ModelFile first = read_model_file(path("run/model.h5")), last = read_model_file(path("again.h5"));
  EXPECT_EQ(first.config, last.config);
  EXPECT_EQ(first.tensors.size(), last.tensors.size());
}

TEST_F(CliExport, TheCardHasTheFiguresOfTheRun) {
  train({"--runs", "2", "--seed", "7"});
  ASSERT_EQ(weft({"export", "run", "-o", "card.md"}).code, 0);
  const std::string card = content_of(path("card.md"));
  const Json figures = weft_json({"report", "run"})["runs"][0];
  char mean[64];
  std::snprintf(mean, sizeof mean, "of 2 runs: %.4f ± %.4f", figures["test"].get<double>(),
                figures["test_std"].get<double>());
  for (const std::string& part :
       {std::string("# weft on sbm"), std::string(mean), std::string("| 7 |"), std::string("| 8 |"),
        std::string("## Limits"), std::string("8 dense features of nodes"), std::string("| hidden |"),
        std::string("these weights")}) {
    EXPECT_NE(card.find(part), std::string::npos) << part << "\nis not in\n" << card;
  }
  // A model alone knows its own run.
  ASSERT_EQ(weft({"export", "run/model.h5", "-o", "alone.md"}).code, 0);
  EXPECT_EQ(content_of(path("alone.md")).find("of 2 runs"), std::string::npos);
  EXPECT_EQ(weft({"export", "run", "-o", "-", "-q"}).out, card);
}

TEST_F(CliExport, NamesOfOthersAreNoMarksInACard) {
  make_sbm();
  std::filesystem::rename(path("sbm.h5"), path("s.h5"));
  const CommandResult trained = weft({"train", "s.h5", "--epochs", "1", "-o", "run", "-q"});
  ASSERT_EQ(trained.code, 0) << trained.err;
  ModelFile model = read_model_file(path("run/model.h5"));
  model.config["dataset"] = "a|b\n# c <script>";
  write_model_file(model, path("odd.h5"));
  ASSERT_EQ(weft({"export", "odd.h5", "-o", "card.md"}).code, 0);
  const std::string card = content_of(path("card.md"));
  EXPECT_NE(card.find("# weft on a\\|b \\# c \\<script\\>\n"), std::string::npos) << card;
}

TEST_F(CliExport, SaysWhatItDoesNotWrite) {
  train();
  refuses({"export", "run", "-o", "m.pt"}, 2, "ends in none of .safetensors, .h5, .onnx and .md");
  refuses({"export", "sbm.h5", "-o", "m.safetensors"}, 3, "is no model but a dataset");
  refuses({"export", "run", "-o", "run/model.h5"}, 2, "is a file that is read");
  refuses({"export", "run", "-o", "-", "--json"}, 2, "-o -");
  write_content(path("m.safetensors"), "no weights at all");
  refuses({"predict", "m.safetensors", "sbm.h5", "-o", "p.csv"}, 3, "m.safetensors: header: declares");
  EXPECT_FALSE(std::filesystem::exists(path("p.csv")));
}

// What ONNX Runtime makes of such a file is tested where it is there: python/tests/test_onnx.py.
TEST_F(CliExport, ANetworkTakesEveryTensorOfTheModel) {
  train({"--model", "gat", "--set", "residual=true", "--set", "norm=batch", "--set", "layers=3"});
  const Json told = weft_json({"export", "run", "-o", "m.onnx"});
  const std::string written = content_of(path("m.onnx"));
  // The version of the format, 8, and the name of the producer.
  EXPECT_EQ(written.substr(0, 8), std::string("\x08\x08\x12\x04weft"));
  const ModelFile model = read_model_file(path("run/model.h5"));
  EXPECT_EQ(told["tensors"], model.tensors.size());
  for (const NamedTensor& tensor : model.tensors) {
    const auto values = tensor.value.values();
    const std::string bytes(reinterpret_cast<const char*>(values.data()), values.size_bytes());
    EXPECT_NE(written.find(tensor.name + "J"), std::string::npos) << tensor.name;
    EXPECT_NE(written.find(bytes), std::string::npos) << tensor.name;
  }
  ASSERT_EQ(weft({"export", "run/model.h5", "-o", "again.onnx"}).code, 0);
  EXPECT_EQ(content_of(path("again.onnx")), written);
}

TEST_F(CliExport, WhatIsNoNetworkOfOnnxIsRefusedByName) {
  make_sbm("60");
  ASSERT_EQ(weft({"synth", "rmat", "--nodes", "60", "--features", "0", "-o", "bare.h5"}).code, 0);
  struct Case {
    std::vector<std::string> arguments;
    std::string part;
  };
  const std::string models = "expected one of gcn, sage, gat, gatv2, gin, gine, gatedgcn, mlp\n";
  const std::vector<Case> cases = {
      {{"sbm.h5", "--model", "weft"}, "the model weft of sbm is no stack of convolutions; " + models},
      {{"sbm.h5", "--model", "label_propagation"}, "label_propagation of sbm is no stack of convolutions; " + models},
      {{"sbm.h5", "--model", "gcn", "--set", "encoding=random_walk"}, "(encoding=random_walk); expected encoding=none"},
      {{"sbm.h5", "--model", "sage", "--set", "virtual_node=true"}, "has a virtual node; expected virtual_node=false"},
      {{"sbm.h5", "--model", "gcn", "--set", "smooth=smooth"}, "spreads labels of its graph"},
      {{"sbm.h5", "--model", "gcn", "--sampler", "shadow"}, "predicts by samples (sampler=shadow)"},
      {{"sbm.h5", "--model", "gcn", "--task", "link_prediction"}, "judges links; expected a model of nodes"},
      {{"bare.h5", "--model", "gcn"}, "a row for each node of its graph (node_table)"},
      {{"bare.h5", "--model", "gcn", "--set", "node_table=false"}, "reads degrees in the place of features"},
  };
  for (const Case& one : cases) {
    const CommandResult trained =
        weft(with(with({"train"}, one.arguments), {"--epochs", "1", "-o", "run", "--overwrite", "-q"}));
    ASSERT_EQ(trained.code, 0) << one.part << trained.err;
    refuses({"export", "run", "-o", "m.onnx"}, 2, one.part);
    EXPECT_FALSE(std::filesystem::exists(path("m.onnx"))) << one.part;
  }
}

}  // namespace
}  // namespace weft::test
