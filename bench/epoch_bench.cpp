// One epoch of training (forward, loss, gradients) on Cora and on the packages of this machine's Debian archive.
// The yardstick is four gathers of 64 columns along the graph's own edges into registers: what a GCN of two layers
// must read, forward and backward, if all else were free. Cora is looked for in $WEFT_DATA and $WEFT_DATA/h5; the
// Debian graph is imported on the spot. live_peak_MB is the most that buffers of this process ever held, and
// peak_over_held that in units of features, graph and activations, so run one benchmark a process to read them.
// Counters are explained in bench/rounds.hpp.
#include <optional>

#include "bench/inputs.hpp"
#include "bench/limits.hpp"
#include "bench/public_data.hpp"
#include "bench/rounds.hpp"
#include "weft/core/buffer.hpp"
#include "weft/io/importers/debian_importer.hpp"
#include "weft/layers/models.hpp"
#include "weft/tasks/training_options.hpp"
#include "weft/tensor/losses.hpp"
#include "weft/train/trainer.hpp"

namespace weft::bench {
namespace {

/// A dataset of one graph with classes, made once.
const Dataset& dataset(bool debian) {
  static std::optional<Dataset> made[2];
  std::optional<Dataset>& place = made[debian ? 1 : 0];
  if (!place) {
    place = debian ? import_debian() : public_dataset("cora");
  }
  return *place;
}

/// What an epoch learns from, and the model.
struct Training {
  Training(const Dataset& data, std::string_view name)
      : block(data.graph),
        features(row_normalized(data.node_features)),
        labels(std::get<std::vector<std::int64_t>>(data.node_labels)),
        train(data.splits.front().train),
        model(make_model(name, shape_for(features, data.num_classes), default_options(name), Random(0))) {
    (void)block.reversed();
  }

  void epoch() {
    Pass pass = Pass::train(Random(1).stream(static_cast<std::uint64_t>(step++)));
    const Variable loss = cross_entropy(model->forward(block, features, pass).logits, labels, train);
    held = memory_use().live;
    (void)backward(loss);
    update_statistics(*model, pass);
  }

  MessageBlock block;
  Features features;
  std::vector<std::int64_t> labels, train;
  std::unique_ptr<NodeModel> model;
  std::int64_t step = 0;
  /// Bytes live between forward and backward: features, graph, and what the backward pass needs.
  std::int64_t held = 0;
};

void epoch(benchmark::State& state, const char* name, bool debian) {
  try {
    with_threads(static_cast<int>(state.range(0)), [&] {
      Training training(dataset(debian), name);
      const Tensor x = random_matrix(training.block.num_inputs(), 64, 1);
      run_rounds(state,
                 {"gathers",
                  [&] {
                    for (int i = 0; i < 4; ++i) {
                      gather_limit(training.block.graph(), x);
                    }
                  }},
                 {{"epoch", [&] { training.epoch(); }}});
      state.counters["live_peak_MB"] = static_cast<double>(memory_use().peak) / 1e6;
      state.counters["peak_over_held"] = static_cast<double>(memory_use().peak) / static_cast<double>(training.held);
    });
  } catch (const std::exception& error) {
    state.SkipWithError(error.what());
  }
}
BENCHMARK_CAPTURE(epoch, gcn_cora, "gcn", false)->ArgName("threads")->Arg(1)->Arg(2)->Iterations(51)->UseManualTime();
BENCHMARK_CAPTURE(epoch, gcn_debian, "gcn", true)->ArgName("threads")->Arg(1)->Arg(2)->Iterations(9)->UseManualTime();
BENCHMARK_CAPTURE(epoch, sage_debian, "sage", true)->ArgName("threads")->Arg(1)->Arg(2)->Iterations(9)->UseManualTime();
BENCHMARK_CAPTURE(epoch, gat_debian, "gat", true)->ArgName("threads")->Arg(1)->Arg(2)->Iterations(9)->UseManualTime();
BENCHMARK_CAPTURE(epoch, weft_debian, "weft", true)->ArgName("threads")->Arg(1)->Arg(2)->Iterations(7)->UseManualTime();

}  // namespace
}  // namespace weft::bench
