// A generator of molecules: one training step on 256 molecules of QM9 (codes and masks, forward, loss, gradients, Adam)
// and the drawing of 1024 molecules. The yardstick of each is its dense products alone, with the shapes that the model
// has, run through the same kernels: what it would cost if the scan, the norms, the gates and the codes were free.
// QM9 is looked for in $WEFT_DATA and $WEFT_DATA/h5. Counters are explained in bench/rounds.hpp; tokens is how many
// tokens a step has.
#include "bench/public_data.hpp"
#include "bench/rounds.hpp"
#include "weft/core/parallel.hpp"
#include "weft/generation/graph_sampler.hpp"
#include "weft/generation/sequence_loss.hpp"
#include "weft/tasks/generation_task.hpp"
#include "weft/tasks/graph_corpus.hpp"
#include "weft/tasks/training_options.hpp"
#include "weft/tensor/dense_kernels.hpp"
#include "weft/train/optimizer.hpp"

namespace weft::bench {
namespace {

constexpr std::int64_t kBatch = 256, kDrawn = 1024, kLanes = 128;

/// Untrained, with the defaults, on the first molecules of QM9.
struct Generator {
  Generator() {
    corpus = read_graph_corpus(public_dataset("qm9_smiles"), "");
    corpus.graphs.resize(20000);
    traits.vocabulary = std::make_shared<const CodeVocabulary>(
        corpus.graphs, VocabularyOptions{.capacity = corpus.capacity, .labels_are_orders = true}, Random(1));
    model = make_sequence_model(traits, default_options(kGeneratorModel, TaskKind::generation), Random(1));
    ParameterList list;
    model->list_parameters(list);
    optimizer = std::make_unique<Adam>(list.parameters, AdamOptions{.decoupled = true, .clip = 1.0});
  }

  [[nodiscard]] SequenceBatch batch() {
    std::vector<SequenceItem> items;
    for (std::int64_t i = 0; i < kBatch; ++i) {
      items.push_back({.graph = &corpus.graphs[static_cast<std::size_t>((step * kBatch + i) % 20000)],
                       .random = Random(static_cast<std::uint64_t>(step)).stream(static_cast<std::uint64_t>(i))});
    }
    ++step;
    return make_sequence_batch(*traits.vocabulary, items);
  }

  void train_step() {
    const SequenceBatch items = batch();
    Pass pass = Pass::train(Random(1));
    Gradients gradients = backward(sequence_loss(model->forward(items, pass), items, 0.5F).loss);
    optimizer->step(gradients, 1e-4);
  }

  GraphCorpus corpus;
  GeneratorTraits traits;
  std::unique_ptr<SequenceModel> model;
  std::unique_ptr<Adam> optimizer;
  std::int64_t step = 0;
};

Generator& generator() {
  static Generator made;
  return made;
}

/// The products of a pass over `rows` tokens; `turns` is 1 forward, 3 with both gradients of each.
class Products {
 public:
  Products(std::int64_t rows, bool with_gradients) : rows_(rows), with_gradients_(with_gradients) {
    const SequenceModelOptions& options = generator().model->options();
    const std::int64_t d = options.hidden;
    for (std::int64_t i = 0; i < options.layers; ++i) {
      for (int square = 0; square < 5; ++square) {
        add(d, d);
      }
      add(d, 4 * d);
      add(2 * d, d);
    }
    add(d, generator().traits.vocabulary->size());
  }

  void run() {
    for (auto& [x, w, y, dw] : products_) {
      kernels::gemm(rows_, w.cols(), w.rows(), {x.data(), x.cols()}, {w.data(), w.cols()}, false, {y.data(), y.cols()});
      if (with_gradients_) {
        kernels::gemm(rows_, w.rows(), w.cols(), {y.data(), y.cols()}, {w.data(), w.cols()}, true,
                      {x.data(), x.cols()});
        kernels::gemm_transposed_a(w.rows(), w.cols(), rows_, {x.data(), x.cols()}, {y.data(), y.cols()},
                                   {dw.data(), dw.cols()});
      }
    }
  }

  /// On the calling thread, as sampling does.
  void run_sequential() {
    for (auto& [x, w, y, dw] : products_) {
      kernels::gemm_sequential(false, false, rows_, w.cols(), w.rows(), {x.data(), x.cols()}, {w.data(), w.cols()},
                               false, {y.data(), y.cols()});
    }
  }

 private:
  struct Product {
    Tensor x, w, y, dw;
  };
  void add(std::int64_t in, std::int64_t out) {
    products_.push_back({Tensor(rows_, in), Tensor(in, out), Tensor(rows_, out), Tensor(in, out)});
  }

  std::int64_t rows_;
  bool with_gradients_;
  std::vector<Product> products_;
};

void train_step(benchmark::State& state) {
  const std::int64_t rows = generator().batch().rows();
  Products products(rows, true);
  run_rounds(state, {.name = "products", .work = [&] { products.run(); }},
             {{.name = "step", .work = [] { generator().train_step(); }},
              {.name = "codes", .work = [] { (void)generator().batch(); }}});
  state.counters["tokens"] = static_cast<double>(rows);
}
BENCHMARK(train_step)->UseManualTime()->Iterations(20)->Unit(benchmark::kMillisecond);

void draw(benchmark::State& state) {
  // How many tokens are drawn, so that the yardstick has as many.
  std::int64_t tokens = 0;
  for (const SampledGraph& sample : sample_graphs(*generator().model, *generator().traits.vocabulary, kDrawn, {})) {
    tokens += sample.graph.num_nodes() + static_cast<std::int64_t>(sample.graph.edges.size()) / 2;
  }
  const std::int64_t steps = tokens / kLanes;
  std::vector<Products> products(2, Products(kLanes, false));
  const auto yardstick = [&] {
    parallel_for(2, 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t t = begin; t < end; ++t) {
        for (std::int64_t i = 0; i < steps / 2; ++i) {
          products[static_cast<std::size_t>(t)].run_sequential();
        }
      }
    });
  };
  run_rounds(state, {.name = "products", .work = yardstick},
             {{.name = "draw",
               .work = [] { (void)sample_graphs(*generator().model, *generator().traits.vocabulary, kDrawn, {}); }}});
  state.counters["tokens"] = static_cast<double>(tokens);
}
BENCHMARK(draw)->UseManualTime()->Iterations(20)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace weft::bench
