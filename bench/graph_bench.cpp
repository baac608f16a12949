// Training on molecules: GINE of five layers and 64 columns, batches of 128, the whole step from cutting the batch out
// of the data set to Adam. The yardstick is the matrix products of such a step alone, forward and backward: what would
// be left if gathers, norms, activations, gradients' bookkeeping and the batch itself were free, and no rows were
// shared (docs/graphs.md, speed). molecules_per_second is the median of what training reaches, molecules_per_cpu_second
// that by the processor's time of all threads, for machines with other work. Data sets are looked for in $WEFT_DATA and
// $WEFT_DATA/h5. The same network in PyTorch Geometric: bench/peers/pyg_gine.py, in turn with this one by
// bench/peers/compare_gine.py. Counters are explained in bench/rounds.hpp.
#include <algorithm>
#include <ctime>
#include <map>
#include <string>
#include <vector>

#include "bench/inputs.hpp"
#include "bench/public_data.hpp"
#include "bench/rounds.hpp"
#include "weft/core/parallel.hpp"
#include "weft/graph/color_refinement.hpp"
#include "weft/graph/graph_slices.hpp"
#include "weft/tasks/tasks.hpp"
#include "weft/tasks/training_options.hpp"
#include "weft/tensor/dense_ops.hpp"
#include "weft/tensor/distinct_rows.hpp"
#include "weft/tensor/row_ranges.hpp"
#include "weft/train/optimizer.hpp"
#include "weft/train/trainer.hpp"

namespace weft::bench {
namespace {

constexpr std::int64_t kWidth = 64, kLayers = 5, kBatch = 128;

const Dataset& dataset(const std::string& name) {
  static std::map<std::string, Dataset> made;
  const auto found = made.find(name);
  if (found != made.end()) {
    return found->second;
  }
  return made.emplace(name, public_dataset(name)).first->second;
}

TrainJob gine_job(const Dataset& data) {
  TrainJob job;
  job.model = "gine";
  job.options = default_options(job.model, TaskKind::graph_classification);
  job.options.set_value("layers", kLayers);
  job.options.set_value("hidden", kWidth);
  job.options.set_value("batch_size", kBatch);
  job.options.set("pooling", "sum");
  job.splits = {data.splits.front().name};
  return job;
}

/// Steps of training, epoch after epoch.
class Training {
 public:
  explicit Training(const Dataset& data)
      : job_(gine_job(data)),
        task_(make_task(data, job_)),
        split_(data.splits.front()),
        model_(task_->new_model(split_, Random(0))),
        optimizer_(parameters_of(*model_).parameters, {}),
        epochs_(task_->epochs(*model_, split_, 0)),
        num_steps_(epochs_->epoch(0, 0)->num_steps()) {}

  /// The first `count` steps of the next epoch. Returns how many molecules they read.
  std::int64_t run(std::int64_t count) {
    std::int64_t done = 0;
    const std::unique_ptr<Epoch> epoch = epochs_->epoch(epoch_++, 0);
    for (const Step* step = epoch->next(); step != nullptr; step = done < count ? epoch->next() : nullptr) {
      Pass pass = Pass::train(Random(1).stream(static_cast<std::uint64_t>(optimizer_.num_steps())));
      Gradients gradients = backward(step->loss(*model_, pass));
      optimizer_.step(gradients, 1e-3);
      update_statistics(*model_, pass);
      ++done;
    }
    // Batches are even in cost, so a step reads an even share of the molecules.
    return static_cast<std::int64_t>(split_.train.size()) * done / num_steps_;
  }

 private:
  TrainJob job_;
  std::unique_ptr<Task> task_;
  const Split& split_;
  std::unique_ptr<Model> model_;
  Adam optimizer_;
  std::unique_ptr<Epochs> epochs_;
  /// Of an epoch, about.
  std::int64_t num_steps_, epoch_ = 0;
};

/// colors1 ... colors5: as share of the atoms of a batch, how many colors there are after each layer.
void count_colors(benchmark::State& state, const Dataset& data) {
  std::vector<std::int64_t> graphs;
  std::vector<RowRange> nodes, edges;
  for (std::int64_t i = 0; i < kBatch; ++i) {
    const auto g = static_cast<std::size_t>(graphs.emplace_back(i * data.num_graphs() / kBatch));
    nodes.push_back({data.node_ptr[g], data.node_ptr[g + 1]});
    edges.push_back({data.graph.offsets()[static_cast<std::size_t>(nodes.back().begin)],
                     data.graph.offsets()[static_cast<std::size_t>(nodes.back().end)]});
  }
  const MessageBlock batch = block_of_graphs(data.graph, data.node_ptr, graphs);
  const auto kinds_of = [](const Features& features, const std::vector<RowRange>& rows) {
    return *distinct_rows(std::get<CategoricalMatrix>(rows_in(features, rows)))->row_of;
  };
  const ColorRefinement colors = refine_colors(batch.graph(), kinds_of(data.node_features, nodes),
                                               kinds_of(data.edge_features, edges), kLayers, 1.0);
  for (std::size_t l = 0; l < colors.rounds.size(); ++l) {
    state.counters["colors" + std::to_string(l + 1)] =
        static_cast<double>(colors.rounds[l].block.num_outputs()) / static_cast<double>(batch.num_outputs());
  }
}

/// The products of `steps` steps on batches of `nodes` nodes: two maps a layer, each forward and for both gradients.
void products(std::int64_t steps, std::int64_t nodes) {
  const Variable x = Variable::constant(random_matrix(nodes, kWidth, 1));
  const Variable narrow = Variable::constant(random_matrix(kWidth, kWidth, 2));
  for (std::int64_t i = 0; i < steps * kLayers * 2 * 3; ++i) {
    benchmark::DoNotOptimize(matmul(x, narrow).value().data());
  }
}

void train_molecules(benchmark::State& state, const char* name) {
  try {
    // Enough that shuffling an epoch for each round does not weigh.
    constexpr std::int64_t kSteps = 32;
    with_threads(static_cast<int>(state.range(0)), [&] {
      const Dataset& data = dataset(name);
      Training training(data);
      const std::int64_t nodes = kBatch * data.graph.num_nodes() / data.num_graphs();
      std::int64_t molecules = 0;
      std::vector<double> cpu_seconds;
      const auto train = [&] {
        const std::clock_t begin = std::clock();
        molecules = training.run(kSteps);
        cpu_seconds.push_back(static_cast<double>(std::clock() - begin) / static_cast<double>(CLOCKS_PER_SEC));
      };
      run_rounds(state, {"products", [&] { products(kSteps, nodes); }}, {{"train", train}});
      state.counters["molecules_per_second"] =
          static_cast<double>(molecules) / (state.counters["train_ms"].value / 1e3);
      const auto middle = cpu_seconds.begin() + static_cast<std::ptrdiff_t>(cpu_seconds.size() / 2);
      std::nth_element(cpu_seconds.begin(), middle, cpu_seconds.end());
      count_colors(state, data);
      state.counters["molecules_per_cpu_second"] = static_cast<double>(molecules) / *middle;
    });
  } catch (const std::exception& error) {
    state.SkipWithError(error.what());
  }
}
BENCHMARK_CAPTURE(train_molecules, gine_zinc12k, "zinc12k")
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Iterations(15)
    ->UseManualTime();
BENCHMARK_CAPTURE(train_molecules, gine_hiv, "hiv")
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->Iterations(15)
    ->UseManualTime();

}  // namespace
}  // namespace weft::bench
