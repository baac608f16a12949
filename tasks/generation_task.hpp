// What a generator is trained on: the graphs of each part that its vocabulary can write, and everything that it is
// beside its weights.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/generation/sequence_batch.hpp"
#include "weft/tasks/graph_corpus.hpp"
#include "weft/tasks/graph_generator.hpp"
#include "weft/train/trainer.hpp"

namespace weft {

/// The graphs of each part that the vocabulary can write, and what the generator is beside its weights.
class GenerationProblem {
 public:
  GenerationProblem(const Dataset& dataset, const TrainJob& the_job) : job(the_job) {
    require(job.splits.size() == 1 && job.seeds.size() == 1, "train: generation is one run, but there are ",
            job.splits.size(), " splits and ", job.seeds.size(), " seeds");
    const Split* found = dataset.find_split(job.splits[0]);
    require(found != nullptr, "train: the dataset ", dataset.name, " has no split '", job.splits[0], "'");
    corpus = read_graph_corpus(dataset, job.options.text("condition"));
    traits.dataset = dataset.name;
    traits.options = job.options;
    traits.alphabet = corpus.alphabet;
    traits.property_names = corpus.property_names;
    make_vocabulary(found->train);
    train = writable(found->train, 1);
    val = writable(found->val, 2);
    test = writable(found->test, 3);
    require(!train.empty(), "train: split ", found->name, " has no graph to learn from",
            corpus.problem.empty() ? "" : "; ", corpus.problem);
    standardize();
  }

  [[nodiscard]] SequenceItem item(std::int64_t graph, const Random& random) const {
    return {.graph = &corpus.graphs[static_cast<std::size_t>(graph)],
            .random = random,
            .properties = corpus.properties.row(graph)};
  }

  const TrainJob& job;
  GraphCorpus corpus;
  GeneratorTraits traits;
  std::vector<std::int64_t> train, val, test;

 private:
  /// Random codes, all graphs together, that tokens are collected from if nothing else is said.
  static constexpr std::int64_t kVocabularyCodes = 20000;

  void make_vocabulary(const std::vector<std::int64_t>& part) {
    std::vector<TypedGraph> graphs;
    for (const std::int64_t g : part) {
      if (!corpus.graphs[static_cast<std::size_t>(g)].types.empty()) {
        graphs.push_back(corpus.graphs[static_cast<std::size_t>(g)]);
      }
    }
    require(!graphs.empty(), "train: the training part has no graphs",
            corpus.problem.empty() ? "" : "; the first that was left out: ", corpus.problem);
    std::int64_t passes = job.options.integer("vocabulary_passes");
    passes =
        passes > 0 ? passes : std::max<std::int64_t>(2, kVocabularyCodes / static_cast<std::int64_t>(graphs.size()));
    const std::string walk = job.options.text("walk"), neighborhood = job.options.text("neighborhood");
    const bool is_plain = !corpus.is_molecular();
    traits.vocabulary =
        CodeVocabulary(graphs,
                       {.capacity = corpus.capacity,
                        .labels_are_orders = corpus.is_molecular(),
                        .walk = walk == "compact" || (walk == "auto" && is_plain) ? Walk::compact : Walk::random,
                        .sees_neighborhood = neighborhood == "on" || (neighborhood == "auto" && is_plain),
                        .passes = passes},
                       Random(0x564F4341));
    // Types that only other parts have are not in the vocabulary; the alphabet says nothing of them either.
    traits.alphabet.resize(std::min(traits.alphabet.size(), static_cast<std::size_t>(traits.vocabulary.num_types())));
  }

  [[nodiscard]] std::vector<std::int64_t> writable(const std::vector<std::int64_t>& part, std::uint64_t stream) const {
    std::vector<char> can(part.size());
    const Random random = Random(0x57524954).stream(stream);
    parallel_for(static_cast<std::int64_t>(part.size()), 64, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i) {
        const auto g = static_cast<std::size_t>(part[static_cast<std::size_t>(i)]);
        can[static_cast<std::size_t>(i)] =
            traits.vocabulary.write(corpus.graphs[g], random.stream(static_cast<std::uint64_t>(i))).has_value() ? 1 : 0;
      }
    });
    std::vector<std::int64_t> kept;
    for (std::size_t i = 0; i < part.size(); ++i) {
      if (can[i] != 0) {
        kept.push_back(part[i]);
      }
    }
    return kept;
  }

  /// Properties to mean 0 and deviation 1 over the training part.
  void standardize() {
    for (std::int64_t j = 0; j < corpus.properties.cols(); ++j) {
      double sum = 0.0, squares = 0.0, count = 0.0;
      for (const std::int64_t g : train) {
        const auto x = static_cast<double>(corpus.properties(g, j));
        if (!std::isnan(x)) {
          sum += x;
          squares += x * x;
          count += 1.0;
        }
      }
      const double mean = count > 0.0 ? sum / count : 0.0;
      const double variance = count > 0.0 ? squares / count - mean * mean : 0.0;
      const double deviation = variance > 1e-12 ? std::sqrt(variance) : 1.0;
      traits.property_means.push_back(mean);
      traits.property_deviations.push_back(deviation);
      for (std::int64_t g = 0; g < corpus.properties.rows(); ++g) {
        corpus.properties(g, j) = static_cast<float>((static_cast<double>(corpus.properties(g, j)) - mean) / deviation);
      }
    }
  }
};

}  // namespace weft
