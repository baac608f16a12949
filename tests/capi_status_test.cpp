// What the C interface answers to broken calls: a status, a text that names what is wrong, and nothing else.
#include "weft/capi/weft.h"

#include <sys/resource.h>

#include <atomic>
#include <cmath>
#include <csignal>
#include <fstream>
#include <functional>
#include <limits>

#include "tests/capi_models.hpp"
#include "tests/file_content.hpp"
#include "tests/support.hpp"
#include "tests/trained_models.hpp"
#include "weft/capi/calls.hpp"
#include "weft/io/dataset.hpp"

namespace weft::test {
namespace {

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

/// Everything that weft_predict is given, to be broken in one place.
struct Call {
  explicit Call(const ModelInC& model)
      : arrays(model.data),
        with(model),
        indptr(arrays.graph.indptr, arrays.graph.indptr + arrays.graph.nodes + 1),
        indices(arrays.graph.indices, arrays.graph.indices + arrays.graph.edges),
        count(arrays.rows()),
        outputs(static_cast<std::size_t>(count * weft_model_outputs(model))) {
    arrays.graph.indptr = indptr.data();
    arrays.graph.indices = indices.data();
    if (arrays.graph.node_ptr != nullptr) {
      node_ptr.assign(arrays.graph.node_ptr, arrays.graph.node_ptr + count + 1);
      arrays.graph.node_ptr = node_ptr.data();
    }
    how.size = sizeof how;
  }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  weft_status make() {
    return weft_predict(with, &arrays.graph, &arrays.nodes, &arrays.edges, wanted.empty() ? nullptr : wanted.data(),
                        count, outputs.data(), nullptr, &how);
  }

  GivenArrays arrays;
  const weft_model* with;
  std::vector<std::int64_t> indptr, node_ptr, wanted;
  std::vector<std::uint32_t> indices;
  weft_call how{};
  std::int64_t count;
  std::vector<float> outputs;
};

void expect_refused(const ModelInC& model, const std::function<void(Call&)>& broken, const std::string& problem,
                    weft_status expected = WEFT_ARGUMENT) {
  Call call(model);
  broken(call);
  EXPECT_EQ(call.make(), expected) << problem;
  EXPECT_NE(std::string(weft_last_error()).find(problem), std::string::npos)
      << "expected '" << problem << "', got '" << weft_last_error() << "'";
}

TEST(CApiStatus, NamesTheArgumentAndTheRowThatIsWrong) {
  const ModelInC model(communities(60), "gcn");
  const std::vector<std::pair<std::function<void(Call&)>, std::string>> cases = {
      {[](Call& c) { c.with = nullptr; }, "model is NULL"},
      {[](Call& c) { c.arrays.graph.size = 0; }, "weft_graph: size is 0, expected sizeof(weft_graph)"},
      {[](Call& c) { c.arrays.graph.size = offsetof(weft_graph, graphs); }, "weft_graph: size is"},
      {[](Call& c) { c.arrays.graph.size = std::size_t{1} << 60; }, "weft_graph: size is"},
      {[](Call& c) { c.arrays.nodes.size = 8; }, "weft_features: size is 8"},
      {[](Call& c) { c.how.size = 1; }, "weft_call: size is 1"},
      {[](Call& c) { c.how.threads = -1; }, "threads is -1, expected 0"},
      {[](Call& c) { c.how.threads = 1 << 30; }, "expected 0 (all) to 4096"},
      {[](Call& c) { c.arrays.graph.nodes = -1; }, "weft_graph: nodes is -1, expected 0 to"},
      {[](Call& c) { c.arrays.graph.nodes = std::int64_t{1} << 32; }, "weft_graph: nodes is 4294967296"},
      {[](Call& c) { c.arrays.graph.edges = -5; }, "weft_graph: edges is -5"},
      {[](Call& c) { c.arrays.graph.edges -= 1; }, "weft_graph: indptr[60] is"},
      {[](Call& c) { c.arrays.graph.indptr = nullptr; }, "weft_graph: indptr is NULL, expected 61 numbers"},
      {[](Call& c) { c.arrays.graph.indices = nullptr; }, "weft_graph: indices is NULL"},
      {[](Call& c) { c.indptr[0] = 1; }, "weft_graph: indptr[0] is 1, expected 0"},
      {[](Call& c) { c.indptr[5] = c.indptr[4] - 1; }, "weft_graph: indptr[5] is"},
      {[](Call& c) { c.indptr[5] = -1; }, "weft_graph: indptr[5] is -1, less than the"},
      {[](Call& c) { c.indptr[5] = std::numeric_limits<std::int64_t>::max(); }, "weft_graph: indptr[6] is"},
      {[](Call& c) { c.indices[static_cast<std::size_t>(c.indptr[8]) - 1] = 60; },
       "weft_graph: row 7 lists node 60 (indices["},
      {[](Call& c) { std::swap(c.indices[0], c.indices[1]); }, "weft_graph: row 0 does not ascend: indices[0] is"},
      {[](Call& c) { c.arrays.graph.graphs = 2; }, "weft_graph: node_ptr is NULL and graphs is 2"},
      {[](Call& c) { c.arrays.nodes.rows = 59; }, "nodes: there are 59 rows of features, expected 60"},
      {[](Call& c) { c.arrays.nodes.columns = 7; },
       "nodes: there are dense features of 7 columns, the model was trained "
       "on dense ones of 8"},
      {[](Call& c) { c.arrays.nodes.columns = -1; }, "nodes: columns is -1"},
      {[](Call& c) { c.arrays.nodes.kind = WEFT_CATEGORIES; }, "nodes: there are categorical features of 8 columns"},
      {[](Call& c) { c.arrays.nodes.kind = static_cast<weft_kind>(3 + 1); }, "nodes: kind is 4"},
      {[](Call& c) { c.arrays.nodes.kind = WEFT_NONE; }, "made for 8"},
      {[](Call& c) { c.arrays.nodes.values = nullptr; }, "nodes: values is NULL, expected 60 x 8"},
      {[](Call& c) { c.count = 59; }, "count is 59, expected 60, the number of all rows"},
      {[](Call& c) {
         c.wanted = {0, 60}, c.count = 2;
       },
       "wanted[1] is 60, expected 0 to 59"},
      {[](Call& c) { c.wanted = {-1}, c.count = 1; }, "wanted[0] is -1"},
      {[](Call& c) { c.wanted = {1}, c.count = -1; }, "count is -1"},
  };
  for (const auto& [broken, problem] : cases) {
    expect_refused(model, broken, problem);
  }
  Call sound(model);
  EXPECT_EQ(sound.make(), WEFT_OK) << weft_last_error();
  EXPECT_STREQ(weft_last_error(), "");
}

TEST(CApiStatus, NamesWhatIsWrongWithGraphsAndCategories) {
  const ModelInC model(small_molecules(), "gine");
  const std::vector<std::int32_t> atoms = [&] {
    const auto& all = std::get<CategoricalMatrix>(model.data.node_features.in_memory()).values;
    std::vector<std::int32_t> changed(all.begin(), all.end());
    changed[7] = 2;
    return changed;
  }();
  const std::vector<std::pair<std::function<void(Call&)>, std::string>> cases = {
      {[](Call& c) { c.arrays.graph.node_ptr = nullptr, c.arrays.graph.graphs = 0, c.count = 42; },
       "the data are one graph"},
      {[](Call& c) { c.arrays.graph.graphs = -1; }, "weft_graph: graphs is -1"},
      {[](Call& c) { c.node_ptr[0] = 1; }, "weft_graph: node_ptr[0] is 1, expected 0"},
      {[](Call& c) { c.node_ptr[2] = 2; }, "weft_graph: node_ptr[2] is 2, less than the 3 before it"},
      {[](Call& c) { c.node_ptr[12] = 41; }, "weft_graph: node_ptr[12] is 41, expected 42"},
      {[](Call& c) { c.node_ptr[1] = 2; }, "which is not of its graph 0, nodes 0 to 1"},
      {[&](Call& c) { c.arrays.nodes.values = atoms.data(); }, "nodes: row 3, column 1 is category 2, expected 0 to 1"},
      {[](Call& c) { c.arrays.edges.kind = WEFT_NONE; }, "made for"},
      {[](Call& c) { c.arrays.edges.kind = WEFT_DENSE; }, "edges: there are dense features of 1 columns"},
  };
  for (const auto& [broken, problem] : cases) {
    expect_refused(model, broken, problem);
  }
}

TEST(CApiStatus, NamesWhatIsWrongWithSparseFeatures) {
  const ModelInC model(sparse_communities(60), "gcn");
  const SparseMatrix::Rows& rows = std::get<SparseMatrix>(model.data.node_features.in_memory()).by_row();
  std::vector<std::int64_t> indptr(rows.offsets.begin(), rows.offsets.end());
  std::vector<std::int32_t> indices(rows.columns.begin(), rows.columns.end());
  std::vector<float> values(rows.values.begin(), rows.values.end());
  const auto refuse = [&](const std::string& problem) {
    expect_refused(
        model,
        [&](Call& c) {
          c.arrays.nodes.indptr = indptr.data();
          c.arrays.nodes.indices = indices.data();
          c.arrays.nodes.values = values.data();
        },
        problem);
  };
  const auto last = static_cast<std::size_t>(indptr[4]) - 1;
  const std::int32_t column = std::exchange(indices[last], 8);
  refuse("nodes: row 3 has column 8 (indices[" + std::to_string(last) + "]), expected 0 to 7");
  indices[last] = -1;
  refuse("nodes: row 3 has column -1");
  indices[last] = column;
  values[last] = kNan;
  refuse("nodes: values[" + std::to_string(last) + "] is nan");
  indptr[3] = indptr[4] + 1;
  refuse("nodes: indptr[4] is");
  expect_refused(
      model, [](Call& c) { c.arrays.nodes.indptr = nullptr; }, "nodes: indptr is NULL");
}

TEST(CApiStatus, RefusesNumbersThatAreNotFiniteAndSaysWhatComesOfThemWhereTheyAreTrusted) {
  const ModelInC model(communities(60), "gcn");
  Tensor x = std::get<Tensor>(model.data.node_features.in_memory());
  x(3, 2) = kNan;
  const auto broken = [&](Call& c) { c.arrays.nodes.values = x.data(); };
  expect_refused(model, broken, "nodes: row 3, column 2 is nan, expected a finite number");
  Call call(model);
  broken(call);
  call.how.trusted = 1;
  EXPECT_EQ(call.make(), WEFT_NUMERIC);
  EXPECT_NE(std::string(weft_last_error()).find("rows are not finite, the first is row"), std::string::npos);
  EXPECT_TRUE(std::isnan(call.outputs[9])) << "row 3 is written as it is";
}

TEST(CApiStatus, LoadsNothingFromWhatIsNoModel) {
  const TemporaryFolder folder;
  const ModelInC model(communities(60), "gcn");
  std::string bytes = content_of(model.folder / "model.h5");
  write_content(folder / "cut.h5", bytes.substr(0, bytes.size() / 2));
  write_content(folder / "text", "no model");
  write_dataset(communities(60), folder / "data.h5");
  testing::internal::CaptureStdout();
  testing::internal::CaptureStderr();
  for (const char* name : {"none", "cut.h5", "text", "data.h5", "."}) {
    for (const int trusted : {0, 1}) {
      weft_call call{};
      call.size = sizeof call;
      call.trusted = trusted;
      weft_model* loaded = model.model_in_c;
      EXPECT_EQ(weft_model_load((folder / name).c_str(), &call, &loaded), WEFT_DATA) << name << weft_last_error();
      EXPECT_EQ(loaded, nullptr);
      EXPECT_NE(std::string(weft_last_error()).find((folder / name).string()), std::string::npos) << weft_last_error();
    }
  }
  weft_model* loaded = nullptr;
  EXPECT_EQ(weft_model_load(nullptr, nullptr, &loaded), WEFT_ARGUMENT);
  EXPECT_EQ(weft_model_load("", nullptr, &loaded), WEFT_ARGUMENT);
  EXPECT_EQ(weft_model_load(model.folder.path().c_str(), nullptr, nullptr), WEFT_ARGUMENT);
  EXPECT_EQ(weft_model_load_bytes(nullptr, 1, nullptr, &loaded), WEFT_ARGUMENT);
  EXPECT_EQ(weft_model_load_bytes(bytes.data(), 0, nullptr, &loaded), WEFT_DATA);
  EXPECT_EQ(weft_model_load_bytes(bytes.data(), bytes.size(), nullptr, nullptr), WEFT_ARGUMENT);
  EXPECT_EQ(testing::internal::GetCapturedStdout(), "");
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(CApiStatus, IsThatOfTheError) {
  const std::vector<std::pair<weft_status, std::function<void()>>> cases = {
      {WEFT_ARGUMENT, [] { throw ArgumentError("what"); }},
      {WEFT_DATA, [] { throw DataError("file", "", "what"); }},
      {WEFT_DATA, [] { throw std::filesystem::filesystem_error("what", std::error_code()); }},
      {WEFT_NUMERIC, [] { throw NumericError("what"); }},
      {WEFT_OUTPUT, [] { throw OutputError("what"); }},
      {WEFT_CANCELLED, [] { throw Stopped(); }},
      {WEFT_MEMORY, [] { throw std::bad_alloc(); }},
      {WEFT_MEMORY, [] { throw std::system_error(EAGAIN, std::generic_category(), "what"); }},
      {WEFT_DEFECT, [] { throw std::logic_error("what"); }},
      {WEFT_DEFECT, [] { throw 7; }},
  };
  for (const auto& [status, work] : cases) {
    EXPECT_EQ(capi::status_of(work), status);
    EXPECT_STRNE(weft_last_error(), "");
  }
  EXPECT_EQ(capi::status_of([] {}), WEFT_OK);
  EXPECT_STREQ(weft_last_error(), "");
  // Cut between two characters: 2047 of 2 bytes each, and the zero.
  std::string text = "x";
  for (int i = 0; i < 4000; ++i) {
    text += "\xc3\xa9";
  }
  EXPECT_EQ(capi::status_of([&] { throw ArgumentError(text); }), WEFT_ARGUMENT);
  EXPECT_EQ(std::string(weft_last_error()), text.substr(0, 4095));
  text.insert(0, "x");
  EXPECT_EQ(capi::status_of([&] { throw ArgumentError(text); }), WEFT_ARGUMENT);
  EXPECT_EQ(std::string(weft_last_error()), text.substr(0, 4094));
}

TEST(CApiStatus, SaysThatThereIsNotEnoughMemory) {
  const ModelInC model(drawn_graph(60), "gcn");
  rlimit before{};
  getrlimit(RLIMIT_AS, &before);
  rlimit less = before;
  less.rlim_cur = std::min<rlim_t>(before.rlim_max, rlim_t{1} << 38);
  ASSERT_EQ(setrlimit(RLIMIT_AS, &less), 0);
  const float state = 0.0F;
  const std::int64_t pair[] = {0, 1};
  float score = 0.0F;
  // A copy of 4,294,967,295 rows of 64 numbers.
  const weft_status status = weft_score_pairs(model, &state, 4294967295, pair, 1, &score);
  setrlimit(RLIMIT_AS, &before);
  EXPECT_EQ(status, WEFT_MEMORY) << weft_last_error();
}

TEST(CApiStatus, RefusesPairsThatAreNone) {
  const ModelInC model(drawn_graph(60), "gcn"), of_nodes(communities(60), "gcn");
  std::vector<float> states(60 * 64, 1.0F), scores(1);
  const auto status_of_pair = [&](std::int64_t u, std::int64_t v, const weft_model* with) {
    const std::int64_t pair[] = {u, v};
    return weft_score_pairs(with, states.data(), 60, pair, 1, scores.data());
  };
  EXPECT_EQ(status_of_pair(0, 59, model), WEFT_OK) << weft_last_error();
  EXPECT_EQ(scores[0], 64.0F);
  EXPECT_EQ(status_of_pair(0, 60, model), WEFT_ARGUMENT);
  EXPECT_EQ(std::string(weft_last_error()), "weft_score_pairs: pair 0 is 0 and 60, expected 0 to 59");
  EXPECT_EQ(status_of_pair(-1, 0, model), WEFT_ARGUMENT);
  EXPECT_EQ(status_of_pair(0, 1, of_nodes), WEFT_ARGUMENT);
  EXPECT_EQ(status_of_pair(0, 1, nullptr), WEFT_ARGUMENT);
  const std::int64_t pair[] = {0, 1};
  EXPECT_EQ(weft_score_pairs(model, nullptr, 60, pair, 1, scores.data()), WEFT_ARGUMENT);
  EXPECT_EQ(weft_score_pairs(model, states.data(), -1, pair, 1, scores.data()), WEFT_ARGUMENT);
  EXPECT_EQ(weft_score_pairs(model, states.data(), 60, nullptr, 1, scores.data()), WEFT_ARGUMENT);
  EXPECT_EQ(weft_score_pairs(model, states.data(), 60, pair, -1, scores.data()), WEFT_ARGUMENT);
  EXPECT_EQ(weft_score_pairs(model, states.data(), 60, pair, 1, nullptr), WEFT_ARGUMENT);
  EXPECT_EQ(weft_score_pairs(model, nullptr, 0, nullptr, 0, nullptr), WEFT_OK);
  states[3] = kNan;
  EXPECT_EQ(status_of_pair(0, 1, model), WEFT_NUMERIC);
  EXPECT_TRUE(std::isnan(scores[0]));
}

TEST(CApiStatus, TellsNothingOfNoModel) {
  EXPECT_EQ(weft_model_outputs(nullptr), -1);
  EXPECT_EQ(weft_model_embedding(nullptr), -1);
  EXPECT_EQ(weft_model_class(nullptr, 0), nullptr);
  EXPECT_EQ(weft_model_describe(nullptr), nullptr);
  weft_model_free(nullptr);
  const ModelInC model(communities(60), "gcn");
  EXPECT_EQ(weft_model_class(model, -1), nullptr);
  EXPECT_EQ(weft_model_class(model, 3), nullptr);
}

/// Says yes when it is asked for the n-th time.
struct AfterAWhile {
  int left;
  static int cancelled(void* context) { return --static_cast<AfterAWhile*>(context)->left < 0 ? 1 : 0; }
  weft_call call() {
    weft_call result{};
    result.size = sizeof result;
    result.cancelled = cancelled;
    result.context = this;
    return result;
  }
};

TEST(CApiStatus, EndsACallThatIsCancelled) {
  const ModelInC model(communities(60), "gcn");
  Call call(model);
  AfterAWhile at_once{0}, never{1 << 30};
  call.how = at_once.call();
  EXPECT_EQ(call.make(), WEFT_CANCELLED);
  call.how = never.call();
  EXPECT_EQ(call.make(), WEFT_OK) << weft_last_error();
  EXPECT_LT(never.left, 1 << 30) << "it was asked";
  weft_model* loaded = nullptr;
  at_once = {0};
  const weft_call how = at_once.call();
  EXPECT_EQ(weft_model_load(model.folder.path().c_str(), &how, &loaded), WEFT_CANCELLED);
  EXPECT_EQ(loaded, nullptr);
}

/// Of a work that only its flag ends.
TEST(CApiStatus, EndsWorkThatIsUnderWay) {
  AfterAWhile soon{2};
  EXPECT_EQ(capi::status_of([&] {
              capi::run(soon.call(), [] {
                while (true) {
                  parallel_for(4, 1, [](std::int64_t, std::int64_t) {});
                }
              });
            }),
            WEFT_CANCELLED);
}

std::atomic<int> g_children{0};

TEST(CApiStatus, ReadsAFileInAChildUnlessItIsTrusted) {
  const ModelInC model(communities(60), "gcn");
  struct sigaction action {
  }, before{};
  action.sa_handler = [](int) { ++g_children; };
  action.sa_flags = SA_RESTART;
  sigaction(SIGCHLD, &action, &before);
  for (const int trusted : {0, 1}) {
    g_children = 0;
    weft_call call{};
    call.size = sizeof call;
    call.trusted = trusted;
    weft_model* loaded = nullptr;
    EXPECT_EQ(weft_model_load(model.folder.path().c_str(), &call, &loaded), WEFT_OK) << weft_last_error();
    weft_model_free(loaded);
    EXPECT_EQ(g_children, 1 - trusted);
  }
  sigaction(SIGCHLD, &before, nullptr);
}

TEST(CApiStatus, SurvivesArraysOfAnyNumbers) {
  const ModelInC nodes(communities(60), "gcn"), graphs(small_molecules(), "gine");
  std::int64_t refused = 0, answered = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const ModelInC& model = seed % 2 == 0 ? nodes : graphs;
    Call call(model);
    const Random random(seed);
    const auto number = [&](std::uint64_t k) {
      const std::int64_t numbers[] = {-1,
                                      0,
                                      1,
                                      2,
                                      30,
                                      59,
                                      60,
                                      std::int64_t{1} << 31,
                                      std::int64_t{1} << 62,
                                      std::numeric_limits<std::int64_t>::min()};
      return numbers[random.below(std::size(numbers), k)];
    };
    for (std::uint64_t k = 0; k < 1 + seed % 3; ++k) {
      switch (random.below(8, 100 + k)) {
        case 0:
          call.indptr[random.below(call.indptr.size(), 200 + k)] = number(k);
          break;
        case 1:
          call.indices[random.below(call.indices.size(), 200 + k)] = static_cast<std::uint32_t>(number(k));
          break;
        case 2:
          if (!call.node_ptr.empty()) {
            call.node_ptr[random.below(call.node_ptr.size(), 200 + k)] = number(k);
          }
          break;
        case 3:
          call.arrays.nodes.columns = number(k);
          break;
        case 4:
          call.arrays.nodes.kind = static_cast<weft_kind>(random.below(4, 200 + k));
          call.arrays.nodes.indptr = call.arrays.graph.indptr;
          call.arrays.nodes.indices = nullptr;
          break;
        case 5:
          call.wanted.assign(3, number(k));
          call.count = static_cast<std::int64_t>(random.below(4, 200 + k));
          break;
        case 6:
          call.arrays.graph.edges = std::min(call.arrays.graph.edges, number(k));
          break;
        default:
          call.arrays.edges.kind = WEFT_NONE;
          break;
      }
    }
    const weft_status status = call.make();
    EXPECT_TRUE(status == WEFT_OK || status == WEFT_ARGUMENT) << status << " " << weft_last_error();
    (status == WEFT_OK ? answered : refused) += 1;
  }
  EXPECT_GT(refused, 500);
  EXPECT_GT(answered, 100);
}

}  // namespace
}  // namespace weft::test
