// Every command on every kind of dataset and every kind of run folder: whatever does not go together is refused in a
// line, within seconds, by an exit code that tells whose fault it is. No combination ends in a signal, a stack of
// messages, or an answer on standard output beside an error.
#include <array>
#include <functional>

#include "tests/cli_fixture.hpp"
#include "tests/synthetic_data.hpp"
#include "weft/io/dataset.hpp"
#include "weft/molecules/molecule_reader.hpp"

namespace weft::test {
namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

/// Rings as graphs with a label or a target each.
Dataset graphs_to_judge(TaskKind task) {
  Dataset data = rings(12, 3, 5);
  data.name = "judged";
  data.task = task;
  if (task == TaskKind::graph_classification) {
    data.num_classes = 2;
    std::vector<std::int64_t> classes;
    for (std::int64_t g = 0; g < 12; ++g) {
      classes.push_back(g % 2);
    }
    data.graph_labels = std::move(classes);
  } else {
    Tensor targets(12, 1);
    for (std::int64_t g = 0; g < 12; ++g) {
      targets(g, 0) = static_cast<float>(g % 3);
    }
    data.graph_labels = std::move(targets);
  }
  return data;
}

Dataset nodes_with_targets() {
  Dataset data = communities(60);
  data.name = "targets";
  data.task = TaskKind::node_regression;
  data.num_classes = 0;
  data.node_labels = random_tensor(60, 2);
  return data;
}

/// One node, with a class and without anything to learn from.
Dataset one_node() {
  Dataset data;
  data.name = "one";
  data.num_classes = 1;
  data.graph = CsrGraph::from_edges(1, std::vector<Edge>{});
  data.node_labels = std::vector<std::int64_t>{0};
  data.splits = {{.name = "0", .train = {0}, .val = {}, .test = {}}};
  return data;
}

/// Three graphs of one node each.
Dataset lonely_graphs() {
  Dataset data;
  data.name = "lonely";
  data.task = TaskKind::graph_classification;
  data.num_classes = 3;
  data.graph = CsrGraph::from_edges(3, std::vector<Edge>{});
  data.node_ptr = {0, 1, 2, 3};
  data.graph_labels = std::vector<std::int64_t>{0, 1, 2};
  data.splits = {{.name = "0", .train = {0}, .val = {1}, .test = {2}}};
  return data;
}

Dataset no_graphs() {
  Dataset data = lonely_graphs();
  data.name = "none";
  data.graph = CsrGraph::from_edges(0, std::vector<Edge>{});
  data.node_ptr = {0};
  data.graph_labels = std::vector<std::int64_t>{};
  data.splits = {{.name = "0", .train = {}, .val = {}, .test = {}}};
  return data;
}

/// Users 0 to 9 and items 10 to 29.
Dataset bipartite() {
  Dataset data;
  data.name = "bipartite";
  data.task = TaskKind::link_prediction;
  std::vector<Edge> edges;
  for (NodeId user = 0; user < 10; ++user) {
    for (NodeId k = 0; k < 6; ++k) {
      edges.push_back({user, 10 + (3 * user + 7 * k) % 20});
    }
  }
  data.graph = CsrGraph::from_edges(30, edges, {.symmetrize = true});
  data.node_type = Buffer<std::int32_t>(30);
  for (std::size_t v = 0; v < 30; ++v) {
    data.node_type[v] = v < 10 ? 0 : 1;
  }
  return data;
}

/// One edge feature: when the edge came to be.
Dataset temporal() {
  Dataset data = communities(60);
  data.name = "temporal";
  Tensor times(data.graph.num_edges(), 1);
  for (std::int64_t e = 0; e < times.rows(); ++e) {
    times(e, 0) = static_cast<float>(e % 11);
  }
  data.edge_features = std::move(times);
  return data;
}

Dataset without_labels() {
  Dataset data = communities(60);
  data.name = "unlabeled";
  data.node_labels = std::vector<std::int64_t>(60, -1);
  data.splits.clear();
  return data;
}

Dataset directed() {
  Dataset data = communities(60);
  data.name = "directed";
  data.directed = true;
  std::vector<Edge> edges = edges_of(data.graph);
  std::erase_if(edges, [](const Edge& edge) { return edge.source > edge.destination; });
  data.graph = CsrGraph::from_edges(60, edges);
  return data;
}

class CliMatrix : public Cli {
 protected:
  void SetUp() override {
    const std::vector<std::pair<const char*, Dataset (*)()>> kinds = {
        {"nodes", [] { return communities(60); }},
        {"targets", nodes_with_targets},
        {"temporal", temporal},
        {"directed", directed},
        {"unlabeled", without_labels},
        {"one", one_node},
        {"links", [] { return drawn_graph(40); }},
        {"bipartite", bipartite},
        {"graphs", [] { return graphs_to_judge(TaskKind::graph_classification); }},
        {"graph_targets", [] { return graphs_to_judge(TaskKind::graph_regression); }},
        {"lonely", lonely_graphs},
        {"none", no_graphs},
        {"rings", [] { return rings(16, 3, 5); }},
    };
    for (const auto& [name, make] : kinds) {
      write_dataset(make(), path(name + std::string(".h5")));
      datasets_.push_back(name + std::string(".h5"));
    }
    if (reads_molecules()) {
      std::string csv = "smiles,y\n";
      for (const char* smiles :
           {"CCO", "CCC", "CCN", "CO", "CC", "c1ccccc1", "CCCC", "COC", "C=O", "C#N", "CCOC", "O"}) {
        csv += std::string(smiles) + "," + std::to_string(std::string(smiles).size()) + "\n";
      }
      write_content(path("m.csv"), csv);
      ASSERT_EQ(
          weft({"import", "smiles", "m.csv", "--targets", "y", "--task", "graph_regression", "-o", "molecules.h5"})
              .code,
          0);
      datasets_.emplace_back("molecules.h5");
    }
  }

  /// One of each task, one stopped in its midst, and folders that are none.
  void make_runs() {
    const Words small = {"--set", "hidden=8", "--set", "layers=2", "--epochs", "1", "-q"};
    const Words generator = with(small, {"--task", "generation", "--set", "heads=2", "--set", "epoch_graphs=16"});
    std::vector<std::pair<std::string, Words>> jobs = {
        {"of_nodes", with({"nodes.h5", "--model", "gcn"}, small)},
        {"of_targets", with({"targets.h5", "--model", "sage"}, small)},
        {"of_samples", with({"nodes.h5", "--model", "sage", "--batch-size", "5"}, small)},
        {"of_links", with({"links.h5", "--model", "gcn"}, small)},
        {"of_graphs", with({"graphs.h5", "--model", "gin"}, small)},
        {"of_rings", with({"rings.h5"}, generator)},
        {"stopped", with({"nodes.h5", "--model", "gcn", "--max-minutes", "0.0000001", "--runs", "3"}, small)},
    };
    if (reads_molecules()) {
      jobs.emplace_back("of_molecules", with({"molecules.h5", "--split", "rand0"}, generator));
    }
    for (const auto& [run, words] : jobs) {
      const CommandResult made = weft(with(with({"train"}, words), {"-o", run}));
      ASSERT_EQ(made.code, 0) << run << ": " << made.err;
      runs_.push_back(run);
    }
    fs::create_directory(path("empty"));
    fs::create_directory(path("damaged"));
    write_content(path("damaged/model.h5"), content_of(path("of_nodes/model.h5")).substr(0, 5000));
    write_content(path("damaged/config.toml"), "dataset = ");
    runs_.insert(runs_.end(), {"empty", "damaged", "missing", "of_nodes/model.h5", "nodes.h5"});
  }

  /// All, or for what is no run some.
  [[nodiscard]] Words datasets_for(const std::string& run) const {
    return run.starts_with("of_") || run == "stopped" ? datasets_ : Words{"nodes.h5", "graphs.h5"};
  }

  /// Runs the command and looks whether it ended as it must, be it done or refused. Returns its exit code.
  int look(const Words& words) const {
    std::string line = "weft";
    for (const std::string& word : words) {
      line += " " + word;
    }
    SCOPED_TRACE(line);
    Command command(folder_.path(), words);
    const bool ended = wait_until([&] { return !command.is_running(); }, 60.0);
    EXPECT_TRUE(ended) << "it does not end";
    if (!ended) {
      command.send(SIGKILL);
    }
    const CommandResult result = command.wait();
    EXPECT_EQ(result.signal, 0);
    EXPECT_TRUE(result.code == 0 || result.code == 1 || result.code == 2 || result.code == 3) << result.code;
    // Sound files on a sound machine: what fails is the numbers.
    EXPECT_TRUE(result.code != 1 || result.err.find("not finite") != std::string::npos) << result.err;
    const auto num_lines = std::ranges::count(result.err, '\n');
    EXPECT_LE(num_lines, 12) << result.err;
    EXPECT_LE(result.err.size(), static_cast<std::size_t>(1200 * (num_lines + 1)));
    if (result.code != 0) {
      EXPECT_EQ(result.out, "");
      const std::size_t last = result.err.rfind("weft: ");
      EXPECT_TRUE(last != std::string::npos && (last == 0 || result.err[last - 1] == '\n')) << result.err;
      EXPECT_EQ(result.err.find('\n', last == std::string::npos ? 0 : last), result.err.size() - 1) << result.err;
      EXPECT_GT(result.err.size(), 25U) << result.err;
    }
    for (const char* raw : {"std::", "bad_alloc", "basic_string", "vector", "terminate", "out of memory"}) {
      EXPECT_EQ(result.err.find(raw), std::string::npos) << result.err;
    }
    return result.code;
  }

  Words datasets_, runs_;
};

TEST_F(CliMatrix, TrainsOrRefusesEveryTaskOnEveryDataset) {
  const Words small = {"--epochs", "1", "--set", "hidden=8"};
  for (const std::string& data : datasets_) {
    EXPECT_EQ(look({"info", data}), 0);
    for (const Words& job : std::initializer_list<Words>{{},
                                                         {"--task", "generation", "--set", "epoch_graphs=8"},
                                                         {"--task", "link_prediction"},
                                                         {"--model", "sage", "--batch-size", "4"},
                                                         {"--model", "gin", "--sampler", "cluster"},
                                                         {"--model", "wl"},
                                                         {"--model", "sequence"},
                                                         {"--protocol", "gin"},
                                                         {"--memory-limit", "200M"},
                                                         {"--estimate"},
                                                         {"--task", "link_prediction", "--estimate"},
                                                         {"--split", "all"}}) {
      (void)look(with(with({"train", data}, job), with(small, {"-o", "run"})));
      fs::remove_all(path("run"));
    }
  }
}

TEST_F(CliMatrix, JudgesAndPredictsOrRefusesEveryDatasetByEveryRun) {
  make_runs();
  write_content(path("pairs.csv"), "0,0\n");
  for (const std::string& run : runs_) {
    for (const std::string& data : datasets_for(run)) {
      (void)look({"evaluate", run, data});
      (void)look({"predict", run, data, "-o", "out.csv"});
    }
    (void)look({"predict", run, "nodes.h5", "--pairs", "pairs.csv", "-o", "out.csv"});
    (void)look({"predict", run, "m.csv", "-o", "out.csv"});
  }
}

TEST_F(CliMatrix, DrawsAndReportsOrRefusesOfEveryRunBesideDatasetsOfEachKind) {
  const Words kSome = {"nodes.h5",  "one.h5",  "links.h5", "graphs.h5",
                       "lonely.h5", "none.h5", "rings.h5", "molecules.h5"};
  make_runs();
  for (const std::string& run : runs_) {
    for (const std::string& data : datasets_for(run)) {
      // Of nodes, links and graphs one each, and the smallest: pages take long.
      if (std::ranges::find(kSome, data) == kSome.end()) {
        continue;
      }
      if (run == "of_rings" || run == "of_molecules" || data == "graphs.h5") {
        (void)look({"generate", run, "-n", "3", "-o", "out.h5", "--report", "--data", data});
      }
      (void)look({"report", run, data});
    }
    (void)look({"generate", run, "-n", "3", "-o", "out.h5"});
    (void)look({"generate", run, "-n", "3", "-o", "out.smi"});
    (void)look({"report", run});
    (void)look({"report", run, "of_nodes", "-o", "page.html"});
  }
}

TEST_F(CliMatrix, GoesOnOrRefusesToWithEveryRunOnEveryDataset) {
  make_runs();
  for (const std::string& run : runs_) {
    if (run == "missing" || run == "empty" || !fs::is_directory(path(run))) {
      continue;  // it would begin there
    }
    const std::string model = content_of(path(run) / "model.h5");
    for (const std::string& data : datasets_) {
      const int code = look({"train", data, "-o", run, "--resume"});
      if (code != 0) {
        EXPECT_EQ(content_of(path(run) / "model.h5"), model) << "a run that is refused leaves its folder as it was";
      }
    }
    (void)look({"train", "-o", run, "--resume"});
  }
}

}  // namespace
}  // namespace weft::test
