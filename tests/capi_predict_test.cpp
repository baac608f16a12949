// Predictions through the C interface are those of the library to the bit, for every form of features and every task.
#include "weft/capi/weft.h"

#include <sys/time.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <thread>

#include <nlohmann/json.hpp>

#include "tests/capi_models.hpp"
#include "tests/file_content.hpp"
#include "tests/support.hpp"

namespace weft::test {
namespace {

/// What a call writes.
struct Said {
  weft_status status = WEFT_DEFECT;
  Tensor outputs, embedding;
};

Said predicted(const ModelInC& model, const GivenArrays& arrays, const std::vector<std::int64_t>* wanted = nullptr,
               const weft_call* call = nullptr) {
  const std::int64_t count = wanted == nullptr ? arrays.rows() : static_cast<std::int64_t>(wanted->size());
  Said said{.outputs = Tensor(count, weft_model_outputs(model)),
            .embedding = Tensor(count, weft_model_embedding(model))};
  said.status =
      weft_predict(model, &arrays.graph, &arrays.nodes, &arrays.edges, wanted == nullptr ? nullptr : wanted->data(),
                   count, said.outputs.data(), said.embedding.data(), call);
  return said;
}

void expect_as_in_cpp(const ModelInC& model, const GivenArrays& arrays) {
  const Prediction expected = model.trained->predict(model.data);
  for (const int threads : {1, 2, 4}) {
    weft_call call{};
    call.size = sizeof call;
    call.threads = threads;
    const Said said = predicted(model, arrays, nullptr, &call);
    ASSERT_EQ(said.status, WEFT_OK) << weft_last_error();
    EXPECT_TRUE(same_bits(said.outputs, expected.probabilities)) << threads << " threads";
    EXPECT_TRUE(same_bits(said.embedding, expected.embedding)) << threads << " threads";
  }
}

nlohmann::json described(const ModelInC& model) {
  return nlohmann::json::parse(weft_model_describe(model));
}

TEST(CApiPredict, ReadsDenseSparseAndCategoricalFeaturesOfNodes) {
  const std::pair<Dataset (*)(std::int64_t), const char*> forms[] = {
      {communities, "dense"}, {sparse_communities, "sparse"}, {communities_of_categories, "categorical"}};
  for (const auto& [make, kind] : forms) {
    const ModelInC model(make(60), "gcn");
    const GivenArrays arrays(model.data);
    expect_as_in_cpp(model, arrays);
    EXPECT_EQ(described(model)["nodes"]["kind"], kind);
    EXPECT_EQ(described(model)["nodes"]["columns"], 8);
  }
}

TEST(CApiPredict, ReadsGraphsWithCategoriesOfNodesAndEdges) {
  const ModelInC model(small_molecules(), "gine");
  const GivenArrays arrays(model.data);
  ASSERT_EQ(arrays.rows(), 12);
  expect_as_in_cpp(model, arrays);
  EXPECT_EQ(described(model)["edges"]["categories"], nlohmann::json({4}));
  EXPECT_EQ(described(model)["rows"], "graphs");
  EXPECT_STREQ(weft_model_class(model, 1), "long");
  // Another edge, another answer: it is read.
  const auto& bonds = std::get<CategoricalMatrix>(model.data.edge_features);
  Features changed(CategoricalMatrix{bonds.rows, bonds.num_categories, bonds.values.clone()});
  std::get<CategoricalMatrix>(changed).values[0] = (bonds.values[0] + 1) % 4;
  GivenArrays other = arrays;
  other.edges = given(changed);
  EXPECT_FALSE(same_bits(predicted(model, other).outputs, predicted(model, arrays).outputs));
}

TEST(CApiPredict, ReadsGraphsThatHaveNoEdgeAtAll) {
  const ModelInC model(small_molecules(), "gine");
  const std::vector<std::int64_t> indptr = {0, 0, 0}, node_ptr = {0, 1, 2};
  const std::vector<std::int32_t> atoms = {0, 1, 2, 0};
  GivenArrays arrays(model.data);
  arrays.graph.nodes = arrays.graph.graphs = 2;
  arrays.graph.edges = 0;
  arrays.graph.indptr = indptr.data();
  arrays.graph.indices = nullptr;
  arrays.graph.node_ptr = node_ptr.data();
  arrays.nodes.rows = 2;
  arrays.nodes.values = atoms.data();
  Tensor outputs(2, 2);
  EXPECT_EQ(weft_predict(model, &arrays.graph, &arrays.nodes, nullptr, nullptr, 2, outputs.data(), nullptr, nullptr),
            WEFT_OK)
      << weft_last_error();
  EXPECT_NEAR(outputs(0, 0) + outputs(0, 1), 1.0F, 1e-5F);
}

TEST(CApiPredict, CountsTheWeightsOfEdgesByTheirNameOrAsAnArrayOfTheirOwn) {
  const ModelInC model(weighted_communities(60), "gcn");
  EXPECT_EQ(described(model)["edge_weight"], "strength");
  const GivenArrays by_name(model.data);
  expect_as_in_cpp(model, by_name);
  const std::vector<float> weights = [&] {
    const auto& features = std::get<Tensor>(model.data.edge_features);
    std::vector<float> column;
    for (std::int64_t e = 0; e < features.rows(); ++e) {
      column.push_back(features(e, 1));
    }
    return column;
  }();
  GivenArrays as_array = by_name, none = by_name;
  as_array.edges.kind = none.edges.kind = WEFT_NONE;
  as_array.graph.edge_weight = weights.data();
  EXPECT_TRUE(same_bits(predicted(model, as_array).outputs, predicted(model, by_name).outputs)) << weft_last_error();
  EXPECT_FALSE(same_bits(predicted(model, none).outputs, predicted(model, by_name).outputs)) << weft_last_error();
}

TEST(CApiPredict, ReadsNoEdgeThatCameLaterThanANodeIsAskedAbout) {
  Dataset data = communities(60);
  data.edge_time = Buffer<std::int64_t>(data.graph.sources().size());
  for (std::size_t e = 0; e < data.edge_time.size(); ++e) {
    data.edge_time[e] = static_cast<std::int64_t>(data.graph.sources()[e] % 7);
  }
  data.node_time = Buffer<std::int64_t>(60, 3);
  const ModelInC model(std::move(data), "sage", {{"sampler", "temporal"}, {"edge_time", "-1"}});
  GivenArrays arrays(model.data);
  arrays.graph.edge_time = model.data.edge_time.data();
  arrays.graph.node_time = model.data.node_time.data();
  expect_as_in_cpp(model, arrays);
  const std::vector<std::int64_t> later(60, 6);
  GivenArrays other = arrays;
  other.graph.node_time = later.data();
  EXPECT_FALSE(same_bits(predicted(model, other).outputs, predicted(model, arrays).outputs));
}

TEST(CApiPredict, ReadsNoMoreOfAStructThanTheProgramWasBuiltWith) {
  const ModelInC model(weighted_communities(60), "gcn");
  GivenArrays now(model.data), before(model.data);
  before.graph.size = offsetof(weft_graph, edge_weight);
  before.graph.edge_weight = reinterpret_cast<const float*>(16);
  before.graph.edge_type = reinterpret_cast<const std::int32_t*>(16);
  const Said said = predicted(model, before);
  EXPECT_EQ(said.status, WEFT_OK) << weft_last_error();
  EXPECT_TRUE(same_bits(said.outputs, predicted(model, now).outputs));
  // A later version's struct: what it has more says nothing here unless it is set.
  struct Later {
    weft_graph graph;
    std::int64_t more = 0;
  } later{now.graph};
  later.graph.size = sizeof later;
  now.graph.size = sizeof later;
  EXPECT_EQ(weft_predict(model, &later.graph, &now.nodes, &now.edges, nullptr, 60, nullptr, nullptr, nullptr), WEFT_OK)
      << weft_last_error();
  later.more = 1;
  EXPECT_EQ(weft_predict(model, &later.graph, &now.nodes, &now.edges, nullptr, 60, nullptr, nullptr, nullptr),
            WEFT_ARGUMENT);
  EXPECT_NE(std::string(weft_last_error()).find(concat("weft_graph: a field at byte ", sizeof(weft_graph), " is set")),
            std::string::npos)
      << weft_last_error();
}

TEST(CApiPredict, AnswersTheWantedRowsInTheirOrderAndRepeated) {
  for (const bool of_graphs : {false, true}) {
    const ModelInC model(of_graphs ? small_molecules() : communities(60), of_graphs ? "gin" : "gcn");
    const GivenArrays arrays(model.data);
    const Said all = predicted(model, arrays);
    const std::vector<std::int64_t> wanted = {7, 2, 11, 2};
    const Said some = predicted(model, arrays, &wanted);
    ASSERT_EQ(some.status, WEFT_OK) << weft_last_error();
    EXPECT_TRUE(same_bits(some.outputs, select_rows(all.outputs, wanted)));
    EXPECT_TRUE(same_bits(some.embedding, select_rows(all.embedding, wanted)));
    EXPECT_EQ(
        weft_predict(model, &arrays.graph, &arrays.nodes, &arrays.edges, wanted.data(), 0, nullptr, nullptr, nullptr),
        WEFT_OK);
  }
}

TEST(CApiPredict, ScoresPairsByTheStatesOfAModelOfLinks) {
  const ModelInC model(drawn_graph(60), "gcn");
  const GivenArrays arrays(model.data);
  EXPECT_EQ(described(model)["outputs"]["kind"], "states");
  EXPECT_EQ(described(model)["nodes"]["kind"], "none") << "a learned row for each is not the caller's to give";
  const Said said = predicted(model, arrays);
  ASSERT_EQ(said.status, WEFT_OK) << weft_last_error();
  const std::vector<Edge> pairs = {{0, 7}, {7, 0}, {59, 3}};
  const std::vector<std::int64_t> numbers = {0, 7, 7, 0, 59, 3};
  std::vector<float> scores(3);
  ASSERT_EQ(weft_score_pairs(model, said.outputs.data(), 60, numbers.data(), 3, scores.data()), WEFT_OK)
      << weft_last_error();
  EXPECT_EQ(scores, model.trained->score_pairs(model.data, pairs));
}

/// Whether a file of these bytes lies where those of bytes are kept for a while.
bool is_left_behind(const std::string& bytes) {
  for (const char* folder : {"/dev/shm", "/tmp"}) {
    std::error_code gone;
    for (const auto& entry : std::filesystem::directory_iterator(folder, gone)) {
      const std::string name = entry.path().filename().string();
      if (name.starts_with("weft-") && name.size() == 11 && entry.is_regular_file(gone) &&
          content_of(entry.path()) == bytes) {
        return true;
      }
    }
  }
  return false;
}

TEST(CApiPredict, OpensAModelFromTheBytesOfItsFile) {
  const ModelInC model(communities(60), "gcn");
  std::string bytes = content_of(model.folder / "model.h5");
  weft_model* other = nullptr;
  ASSERT_EQ(weft_model_load_bytes(bytes.data(), bytes.size(), nullptr, &other), WEFT_OK) << weft_last_error();
  EXPECT_STREQ(weft_model_describe(other), weft_model_describe(model));
  const GivenArrays arrays(model.data);
  Tensor outputs(60, 3);
  ASSERT_EQ(weft_predict(other, &arrays.graph, &arrays.nodes, nullptr, nullptr, 60, outputs.data(), nullptr, nullptr),
            WEFT_OK);
  EXPECT_TRUE(same_bits(outputs, predicted(model, arrays).outputs));
  weft_model_free(other);
  EXPECT_FALSE(is_left_behind(bytes));
  bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
  EXPECT_EQ(weft_model_load_bytes(bytes.data(), bytes.size(), nullptr, &other), WEFT_DATA);
  EXPECT_EQ(other, nullptr);
  EXPECT_EQ(std::string(weft_last_error()).find("the bytes of a model: "), 0U) << weft_last_error();
}

TEST(CApiPredict, ServesManyThreadsWhileOthersOpenModels) {
  const ModelInC model(communities(200), "weft");
  const GivenArrays arrays(model.data);
  const Said expected = predicted(model, arrays);
  ASSERT_EQ(expected.status, WEFT_OK) << weft_last_error();
  std::vector<std::string> wrong(4);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < wrong.size(); ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 5 && wrong[t].empty(); ++i) {
        weft_model* again = nullptr;
        if (weft_model_load(model.folder.path().c_str(), nullptr, &again) != WEFT_OK) {
          wrong[t] = weft_last_error();
        }
        weft_model_free(again);
        const Said said = predicted(model, arrays);
        if (said.status != WEFT_OK || !same_bits(said.outputs, expected.outputs)) {
          wrong[t] = concat("another answer, ", weft_last_error());
        }
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(wrong, std::vector<std::string>(4));
}

std::atomic<std::int64_t> g_ticks{0};

TEST(CApiPredict, SaysTheSameWhileTheProgramHandlesATimer) {
  const ModelInC model(communities(200), "weft");
  const GivenArrays arrays(model.data);
  const Said expected = predicted(model, arrays);
  struct sigaction action {
  }, before{};
  action.sa_handler = [](int) { ++g_ticks; };
  sigaction(SIGALRM, &action, &before);
  const itimerval each_millisecond{{0, 1000}, {0, 1000}}, off{};
  setitimer(ITIMER_REAL, &each_millisecond, nullptr);
  for (int i = 0; i < 20; ++i) {
    weft_model* again = nullptr;
    EXPECT_EQ(weft_model_load(model.folder.path().c_str(), nullptr, &again), WEFT_OK) << weft_last_error();
    weft_model_free(again);
    const Said said = predicted(model, arrays);
    EXPECT_EQ(said.status, WEFT_OK) << weft_last_error();
    EXPECT_TRUE(same_bits(said.outputs, expected.outputs));
  }
  setitimer(ITIMER_REAL, &off, nullptr);
  EXPECT_GT(g_ticks, 10);
  struct sigaction after {};
  sigaction(SIGALRM, &before, &after);
  EXPECT_EQ(after.sa_handler, action.sa_handler) << "the handler is the program's own";
}

TEST(CApiPredict, SaysOfAModelThatMakesGraphsWhatItIs) {
  const ModelInC model(rings(12, 3, 5), "sequence", {{"epoch_graphs", "4"}, {"hidden", "16"}});
  EXPECT_EQ(weft_model_outputs(model), 0);
  EXPECT_EQ(weft_model_embedding(model), 0);
  EXPECT_EQ(weft_model_class(model, 0), nullptr);
  EXPECT_EQ(described(model)["task"], "generation");
  const GivenArrays arrays(model.data);
  EXPECT_EQ(weft_predict(model, &arrays.graph, nullptr, nullptr, nullptr, 12, nullptr, nullptr, nullptr),
            WEFT_ARGUMENT);
  EXPECT_NE(std::string(weft_last_error()).find("expected one of nodes, graphs or links"), std::string::npos)
      << weft_last_error();
}

}  // namespace
}  // namespace weft::test
