// What the scripts under bench/peers/ do with other frameworks, done by Weft: one measurement, one line of JSON.
//
//   weft_peers_bench sample DATA.h5 [--threads 2] [--batches 64]                       neighbor sampling alone
//   weft_peers_bench train  DATA.h5 [--threads 2] [--batches 100] [--model sage|gat]   steps of training
//
// --split NAME: whose training nodes, of the first by default.
//
// Fanouts 15, 10, 5, batches of 1024 training nodes (sample: of all nodes), no validation. What
// comes before the clock starts: reading the file and three batches. peak_bytes is the most that the process held while
// the clock ran, all that it had read included.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <numeric>
#include <string>

#include <CLI/CLI.hpp>

#include <sys/resource.h>

#include "weft/core/parallel.hpp"
#include "weft/io/dataset.hpp"
#include "weft/samplers/neighbor_sampler.hpp"
#include "weft/tasks/tasks.hpp"
#include "weft/tasks/training_options.hpp"
#include "weft/train/training_run.hpp"

namespace weft::bench {
namespace {

constexpr std::int64_t kWarmUp = 3;

struct Request {
  std::string file, model = "sage", split;
  std::int64_t batches = 64;
  int threads = 2;
};

struct Figures {
  std::int64_t batches = 0, edges = 0;
  double seconds = 0.0, cpu_seconds = 0.0;
  StageTimes stages = {};
};

double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

/// Of all threads, in user and kernel mode: what a busy machine leaves nearly as it is.
double cpu_now() {
  rusage use{};
  getrusage(RUSAGE_SELF, &use);
  const auto seconds = [](const timeval& t) {
    return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
  };
  return seconds(use.ru_utime) + seconds(use.ru_stime);
}

/// Linux forgets the highest use of memory so far.
void reset_peak() {
  std::ofstream("/proc/self/clear_refs") << 5;
}

std::int64_t peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    if (word == "VmHWM:") {
      std::int64_t kilobytes = 0;
      status >> kilobytes;
      return kilobytes * 1024;
    }
  }
  return 0;
}

Figures sample(const Dataset& dataset, const Request& request) {
  std::vector<NodeId> nodes(static_cast<std::size_t>(dataset.graph.num_nodes()));
  std::iota(nodes.begin(), nodes.end(), NodeId{0});
  const NeighborSampler sampler(dataset.graph, SeedBatches(std::move(nodes), {.batch_size = 1024}),
                                {.fanouts = {15, 10, 5}, .keep_edges = true});
  const auto draw = [&](std::int64_t first, std::int64_t count) {
    return static_cast<std::int64_t>(parallel_sum(count, 1, [&](std::int64_t i, std::int64_t) {
      double edges = 0;
      for (const SampledBlock& hop : sampler.sample(0, (first + i) % sampler.num_batches()).blocks) {
        edges += static_cast<double>(hop.block.num_edges());
      }
      return edges;
    }));
  };
  draw(0, kWarmUp * request.threads);
  reset_peak();
  const double start = now(), cpu_start = cpu_now();
  const std::int64_t edges = draw(kWarmUp * request.threads, request.batches);
  return {.batches = request.batches, .edges = edges, .seconds = now() - start, .cpu_seconds = cpu_now() - cpu_start};
}

/// The network of bench/peers/*_sampled.py: three layers of 256 columns, dropout, Adam.
TrainJob job_of(const Request& request) {
  TrainJob job;
  job.model = request.model;
  job.options = default_options(request.model);
  const std::pair<const char*, const char*> settings[] = {
      {"sampler", "neighbor"}, {"batch_size", "1024"},   {"fanout", "15,10,5"},      {"layers", "3"},
      {"hidden", "256"},       {"heads", "4"},           {"head", "convolution"},    {"dropout", "0.5"},
      {"input_dropout", "0"},  {"feature_norm", "none"}, {"attention_dropout", "0"}, {"learning_rate", "0.003"},
      {"weight_decay", "0"},   {"epochs", "100"}};
  for (const auto& [name, value] : settings) {
    job.options.set(name, request.model == "sage" && std::string(name) == "heads" ? "1" : value);
  }
  return job;
}

Figures train_steps(const Dataset& dataset, const Request& request) {
  const TrainJob job = job_of(request);
  const auto task = make_task(dataset, job);
  const auto named = [&](const Split& split) { return request.split.empty() || split.name == request.split; };
  const auto split = std::ranges::find_if(dataset.splits, named);
  require(split != dataset.splits.end(), "train: there is no split ", request.split);
  TrainingRun run(*task, train_options_of(job.options), *split, 0);
  const auto steps = [&](std::int64_t count) {
    std::int64_t done = 0;
    require(!run.advance([&] { return ++done == count; }), "train: the epoch has too few batches for ", count, " more");
  };
  steps(kWarmUp);
  const StageTimes before = run.times();
  reset_peak();
  const double start = now(), cpu_start = cpu_now();
  steps(request.batches);
  Figures result{.batches = request.batches,
                 .seconds = now() - start,
                 .cpu_seconds = cpu_now() - cpu_start,
                 .stages = run.times()};
  result.stages.sampling -= before.sampling, result.stages.gathering -= before.gathering;
  result.stages.training -= before.training, result.stages.waiting -= before.waiting;
  return result;
}

int run(int argc, char** argv) {
  Request request;
  CLI::App app("one measurement of Weft beside bench/peers");
  app.require_subcommand(1);
  CLI::App* commands[] = {app.add_subcommand("sample"), app.add_subcommand("train")};
  for (CLI::App* command : commands) {
    command->add_option("data", request.file)->required();
    command->add_option("--threads", request.threads);
    command->add_option("--batches", request.batches);
    command->add_option("--split", request.split);
    command->add_option("--model", request.model)->check(CLI::IsMember({"sage", "gat"}));
  }
  CLI11_PARSE(app, argc, argv);
  const Dataset dataset = read_dataset(request.file);
  with_threads(request.threads, [&] {
    const Figures figures = commands[0]->parsed() ? sample(dataset, request) : train_steps(dataset, request);
    std::printf(
        "{\"batches\": %lld, \"edges\": %lld, \"seconds\": %.6f, \"cpu_seconds\": %.6f, \"peak_bytes\": %lld, "
        "\"sampling\": %.3f, "
        "\"gathering\": %.3f, \"training\": %.3f, \"waiting\": %.3f}\n",
        static_cast<long long>(figures.batches), static_cast<long long>(figures.edges), figures.seconds,
        figures.cpu_seconds, static_cast<long long>(peak_bytes()), figures.stages.sampling, figures.stages.gathering,
        figures.stages.training, figures.stages.waiting);
  });
  return 0;
}

}  // namespace
}  // namespace weft::bench

int main(int argc, char** argv) {
  try {
    return weft::bench::run(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "weft_peers_bench: %s\n", error.what());
    return 1;
  }
}
