#include "weft/tasks/generation_task.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/core/random_permutation.hpp"
#include "weft/generation/sequence_loss.hpp"
#include "weft/generation/sequence_model.hpp"
#include "weft/tasks/metrics.hpp"
#include "weft/tasks/row_task.hpp"

namespace weft {
namespace {

/// Streams that must not depend on anything but these numbers.
constexpr std::uint64_t kVocabularyStream = 0x564F4341, kWritingStream = 0x57524954, kJudgingStream = 0x56414C49;
/// Random codes, all graphs together, that tokens are collected from if nothing else is said.
constexpr std::int64_t kVocabularyCodes = 20000;
constexpr std::int64_t kJudgedAtOnce = 256;
/// Of the training part, while training: enough to see whether a model overfits.
constexpr std::int64_t kTrainGraphsJudged = 256;

const SequenceModel& sequence_model(const Model& model) {
  const auto* found = dynamic_cast<const SequenceModel*>(&model);
  require(found != nullptr, "generation: the model writes no codes, expected ", kGeneratorModel);
  return *found;
}

/// Some graphs, with what a generator may be asked of them.
SequenceBatch batch_of(const GenerationTask& task, const GenerationTask::Part& part,
                       std::span<const std::int64_t> graphs, const Tensor& properties, const Random& random,
                       std::uint64_t first_stream) {
  std::vector<SequenceItem> items;
  for (std::size_t i = 0; i < graphs.size(); ++i) {
    items.push_back({.graph = &task.graph(graphs[i]),
                     .random = random.stream(first_stream + i),
                     .properties = properties.row(static_cast<std::int64_t>(i))});
  }
  return make_sequence_batch(*part.traits.vocabulary, items);
}

/// Batches of graphs in codes that are drawn anew in every step: passes over the training part, each in an order of its
/// own. Not BatchEpochs: a step reads sequences, which are no Batch, and models of them are no NodeModel.
class GenerationEpochs final : public Epochs {
 public:
  GenerationEpochs(const GenerationTask& task, const GenerationTask::Part& part, std::uint64_t seed)
      : task_(task), part_(part), codes_(Random(seed).stream(3)), order_(Random(seed).stream(2)) {
    const EpochSize size = epoch_size(task.options(), static_cast<std::int64_t>(part.graphs.train.size()));
    batch_size_ = task.options().integer("batch_size");
    epoch_graphs_ = size.graphs;
    num_steps_ = size.steps;
  }

  [[nodiscard]] std::unique_ptr<Epoch> epoch(std::int64_t number, std::int64_t first) override {
    class OneEpoch final : public Epoch, private Step {
     public:
      OneEpoch(const GenerationEpochs& all, std::int64_t number, std::int64_t first)
          : all_(all), number_(number), next_(first) {}
      [[nodiscard]] std::int64_t num_steps() const override { return all_.num_steps_; }
      [[nodiscard]] const Step* next() override {
        if (next_ >= all_.num_steps_) {
          return nullptr;
        }
        batch_ = all_.batch(number_, next_++);
        return this;
      }

     private:
      [[nodiscard]] Variable loss(const Model& model, Pass& pass) const override {
        const auto unmasked = static_cast<float>(all_.task_.options().real("unmasked_share"));
        return sequence_loss(sequence_model(model).forward(batch_, pass), batch_, unmasked).loss;
      }

      const GenerationEpochs& all_;
      std::int64_t number_, next_;
      SequenceBatch batch_;
    };
    return std::make_unique<OneEpoch>(*this, number, first);
  }

 private:
  [[nodiscard]] std::vector<std::int64_t> graphs_of(std::int64_t epoch, std::int64_t step) const {
    const std::vector<std::int64_t>& train = part_.graphs.train;
    const auto count = static_cast<std::int64_t>(train.size());
    const std::int64_t end = std::min((step + 1) * batch_size_, epoch_graphs_);
    std::vector<std::int64_t> graphs;
    for (std::int64_t position = step * batch_size_; position < end;) {
      const std::int64_t pass = position / count;
      const RandomPermutation permutation(
          count, order_.stream(static_cast<std::uint64_t>(epoch)).stream(static_cast<std::uint64_t>(pass)));
      for (; position < end && position / count == pass; ++position) {
        graphs.push_back(train[static_cast<std::size_t>(permutation(position % count))]);
      }
    }
    return graphs;
  }

  /// Properties are hidden now and then, so that the model can do without.
  [[nodiscard]] SequenceBatch batch(std::int64_t epoch, std::int64_t step) const {
    const std::vector<std::int64_t> graphs = graphs_of(epoch, step);
    const Random random = codes_.stream(static_cast<std::uint64_t>(epoch * num_steps_ + step));
    const double drop = task_.options().real("property_drop");
    Tensor shown = select_rows(part_.properties, graphs);
    for (std::int64_t i = 0; i < shown.rows(); ++i) {
      const Random own = random.stream(static_cast<std::uint64_t>(i));
      for (std::int64_t j = 0; j < shown.cols(); ++j) {
        if (own.uniform(static_cast<std::uint64_t>(j), 9) < drop) {
          shown(i, j) = std::numeric_limits<float>::quiet_NaN();
        }
      }
    }
    return batch_of(task_, part_, graphs, shown, random, 0);
  }

  const GenerationTask& task_;
  const GenerationTask::Part& part_;
  Random codes_, order_;
  std::int64_t batch_size_ = 1, epoch_graphs_ = 1, num_steps_ = 1;
};

CodeVocabulary vocabulary_of(const GraphCorpus& corpus, const std::vector<std::int64_t>& part, const Options& options) {
  std::vector<TypedGraph> graphs;
  for (const std::int64_t g : part) {
    if (const TypedGraph& graph = corpus.graphs[static_cast<std::size_t>(g)]; !graph.types.empty()) {
      graphs.push_back(graph);
    }
  }
  require(!graphs.empty(), "train: the training part has no graphs",
          corpus.problem.empty() ? "" : "; the first that was left out: ", corpus.problem);
  std::int64_t passes = options.integer("vocabulary_passes");
  passes = passes > 0 ? passes : std::max<std::int64_t>(2, kVocabularyCodes / static_cast<std::int64_t>(graphs.size()));
  const std::string walk = options.text("walk"), neighborhood = options.text("neighborhood");
  const bool is_plain = !corpus.is_molecular();
  return {graphs,
          {.capacity = corpus.capacity,
           .labels_are_orders = corpus.is_molecular(),
           .walk = walk == "compact" || (walk == "auto" && is_plain) ? Walk::compact : Walk::random,
           .sees_neighborhood = neighborhood == "on" || (neighborhood == "auto" && is_plain),
           .passes = passes},
          Random(kVocabularyStream)};
}

/// Those of some graphs that a vocabulary can write.
std::vector<std::int64_t> writable(const GraphCorpus& corpus, const CodeVocabulary& vocabulary,
                                   const std::vector<std::int64_t>& part, std::uint64_t stream) {
  std::vector<char> can(part.size());
  const Random random = Random(kWritingStream).stream(stream);
  parallel_for(static_cast<std::int64_t>(part.size()), 64, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) {
      const auto g = static_cast<std::size_t>(part[static_cast<std::size_t>(i)]);
      can[static_cast<std::size_t>(i)] =
          vocabulary.write(corpus.graphs[g], random.stream(static_cast<std::uint64_t>(i))).has_value() ? 1 : 0;
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

/// Properties of all graphs, to mean 0 and deviation 1 over the training part.
void standardize(const GraphCorpus& corpus, GenerationTask::Part& part) {
  part.properties = corpus.properties;
  for (std::int64_t j = 0; j < part.properties.cols(); ++j) {
    double sum = 0.0, squares = 0.0, count = 0.0;
    const auto each_known = [&](auto take) {
      for (const std::int64_t g : part.graphs.train) {
        if (const auto x = static_cast<double>(part.properties(g, j)); !std::isnan(x)) {
          take(x);
        }
      }
    };
    each_known([&](double x) {
      sum += x;
      count += 1.0;
    });
    const double mean = count > 0.0 ? sum / count : 0.0;
    each_known([&](double x) { squares += (x - mean) * (x - mean); });
    const double variance = count > 0.0 ? squares / count : 0.0;
    const double deviation = variance > 1e-12 ? std::sqrt(variance) : 1.0;
    part.traits.property_means.push_back(mean);
    part.traits.property_deviations.push_back(deviation);
    for (std::int64_t g = 0; g < part.properties.rows(); ++g) {
      part.properties(g, j) = static_cast<float>((static_cast<double>(part.properties(g, j)) - mean) / deviation);
    }
  }
}

}  // namespace

GenerationTask::GenerationTask(const Dataset& dataset, const TrainJob& job)
    : dataset_(many_graphs(dataset)), job_(job), corpus_(read_graph_corpus(dataset, job.options.text("condition"))) {
  for (const std::string& name : job.splits) {
    const Split* split = dataset.find_split(name);
    require(split != nullptr, "train: the dataset ", dataset.name, " has no split '", name, "'");
    parts_.push_back(std::make_unique<const Part>(make_part(*split)));
  }
}

GenerationTask::Part GenerationTask::make_part(const Split& split) const {
  Part part;
  part.traits.alphabet = corpus_.alphabet;
  part.traits.property_names = corpus_.property_names;
  part.traits.vocabulary = std::make_shared<const CodeVocabulary>(vocabulary_of(corpus_, split.train, options()));
  const CodeVocabulary& vocabulary = *part.traits.vocabulary;
  // Types that only other parts have are not in the vocabulary; the alphabet says nothing of them either.
  part.traits.alphabet.resize(std::min(part.traits.alphabet.size(), static_cast<std::size_t>(vocabulary.num_types())));
  part.graphs.name = split.name;
  part.graphs.train = writable(corpus_, vocabulary, split.train, 1);
  part.graphs.val = writable(corpus_, vocabulary, split.val, 2);
  part.graphs.test = writable(corpus_, vocabulary, split.test, 3);
  for (const auto side : {&Split::train, &Split::val, &Split::test}) {
    part.num_not_written +=
        std::ranges::count_if(split.*side, [&](std::int64_t g) { return !graph(g).types.empty(); }) -
        static_cast<std::int64_t>((part.graphs.*side).size());
  }
  require(!part.graphs.train.empty(), "train: split ", split.name, " has no graph to learn from",
          corpus_.problem.empty() ? "" : "; ", corpus_.problem);
  standardize(corpus_, part);
  return part;
}

const GenerationTask::Part* GenerationTask::find_part(std::string_view name) const {
  const auto found =
      std::ranges::find(parts_, name, [](const auto& part) { return std::string_view(part->graphs.name); });
  return found == parts_.end() ? nullptr : found->get();
}

const Split* GenerationTask::find_split(std::string_view name) const {
  const Part* part = find_part(name);
  return part == nullptr ? nullptr : &part->graphs;
}

const GenerationTask::Part& GenerationTask::part_of(const Split& split) const {
  const Part* part = find_part(split.name);
  require(part != nullptr, "train: the job has no split '", split.name, "'");
  return *part;
}

std::unique_ptr<Model> GenerationTask::new_model(const Split& split, const Random& random) const {
  return make_sequence_model(part_of(split).traits, options(), random, WeightCopies::training);
}

std::unique_ptr<Epochs> GenerationTask::epochs(const Model&, const Split& split, std::uint64_t seed) const {
  return std::make_unique<GenerationEpochs>(*this, part_of(split), seed);
}

const std::string& GenerationTask::metric() const {
  static const std::string kMetric = "nll";
  return kMetric;
}

bool GenerationTask::higher_is_better() const {
  return metric_named(metric()).info.higher_is_better;
}

bool GenerationTask::has_validation(const Split& split) const {
  return !part_of(split).graphs.val.empty() && options().integer("val_graphs") > 0;
}

double GenerationTask::nats_per_graph(const Model& model, const Part& part, const std::vector<std::int64_t>& graphs,
                                      std::int64_t most) const {
  const std::int64_t count = std::min(static_cast<std::int64_t>(graphs.size()), most);
  const Random random(kJudgingStream);
  double nats = 0.0;
  for (std::int64_t first = 0; first < count; first += kJudgedAtOnce) {
    const auto some = std::span<const std::int64_t>(graphs).subspan(
        static_cast<std::size_t>(first), static_cast<std::size_t>(std::min(kJudgedAtOnce, count - first)));
    const Tensor properties = select_rows(part.properties, some);
    const SequenceBatch batch = batch_of(*this, part, some, properties, random, static_cast<std::uint64_t>(first));
    Pass pass = Pass::inference();
    nats += sequence_loss(sequence_model(model).forward(batch, pass), batch, 0.0F).masked_nats;
  }
  return count > 0 ? nats / static_cast<double>(count) : Figures::kUnknown;
}

Figures GenerationTask::judge(const Model& model, const Split& split, Parts parts) const {
  const Part& part = part_of(split);
  const std::int64_t most = options().integer("val_graphs");
  Figures figures;
  figures.train =
      nats_per_graph(model, part, part.graphs.train, parts == Parts::all ? most : std::min(most, kTrainGraphsJudged));
  figures.val = nats_per_graph(model, part, part.graphs.val, most);
  if (parts == Parts::all) {
    figures.test = nats_per_graph(model, part, part.graphs.test, most);
    figures.test_metrics = {{metric(), figures.test}};
  }
  return figures;
}

void GenerationTask::describe(const Split& split, ModelFile& file) const {
  file.config["model"] = std::string(kGeneratorModel);
  file.config["task"] = std::string(name_of(TaskKind::generation));
  file.config["outputs"] = std::string(name_of(OutputKind::graphs));
  file.config["dataset"] = dataset_.name;
  put_traits(part_of(split).traits, file);
}

void GenerationTask::fingerprint(Fingerprint& data) const {
  for (const auto& part : parts_) {
    for (const auto* graphs : {&part->graphs.train, &part->graphs.val}) {
      for (const std::int64_t g : *graphs) {
        const TypedGraph& one = graph(g);
        data.mix(static_cast<std::uint64_t>(g) << 32 | static_cast<std::uint64_t>(one.num_nodes()));
        for (const TypedEdge& edge : one.edges) {
          data.mix(std::uint64_t{edge.a} << 40 ^ std::uint64_t{edge.b} << 8 ^ static_cast<std::uint64_t>(edge.label));
        }
        for (const std::int32_t type : one.types) {
          data.mix(static_cast<std::uint64_t>(type));
        }
      }
    }
    for (const std::int64_t number : part->traits.vocabulary->to_numbers()) {
      data.mix(static_cast<std::uint64_t>(number));
    }
  }
}

void GenerationTask::fingerprint_features(Fingerprint& values) const {
  for (const float value : corpus_.properties.values()) {
    values.mix(std::bit_cast<std::uint32_t>(value));
  }
}

std::vector<std::string> GenerationTask::notes() const {
  std::vector<std::string> notes;
  if (corpus_.num_left_out > 0) {
    notes.push_back(concat("graphs that are left out: ", corpus_.num_left_out, " of ", corpus_.graphs.size(),
                           "; the first is ", corpus_.problem));
  }
  for (const auto& part : parts_) {
    if (part->num_not_written > 0) {
      notes.push_back(
          concat("split ", part->graphs.name,
                 ": graphs that are left out, since its training part has no codes for them: ", part->num_not_written));
    }
  }
  return notes;
}

EpochSize epoch_size(const Options& options, std::int64_t train_graphs) {
  constexpr std::int64_t kLeastGraphs = 4096;
  const std::int64_t wanted = options.integer("epoch_graphs"), batch = options.integer("batch_size");
  const std::int64_t graphs = wanted > 0 ? wanted : std::max(train_graphs, kLeastGraphs);
  return {graphs, (graphs + batch - 1) / batch};
}

std::span<const Option> generation_options() {
  constexpr double kMany = 1e12;
  static const std::vector<Option> kOptions = {
      {"hidden", std::int64_t{128}, "columns of the model's states, a multiple of heads", 8, 4096},
      {"layers", std::int64_t{3}, "blocks of gated linear attention", 1, 64},
      {"heads", std::int64_t{4}, "heads of each block; the n-th starts out forgetting more slowly", 1, 64},
      {"dropout", 0.0, "of states while training; 0.1 to 0.3 for a few hundred graphs", 0.0, 0.95},
      {"epoch_graphs", std::int64_t{0}, "graphs an epoch shows; 0: the training part, at least 4096", 0, kMany},
      {"batch_size", std::int64_t{256}, "graphs a step", 1, 1 << 20},
      {"unmasked_share", 1.0,
       "share of the loss among all tokens instead of those that the rules allow; above 0 the model learns the rules",
       0.0, 1.0},
      {"condition", std::string(),
       "properties it can be asked for: any of nodes,edges,rings,targets; molecules: logp,sa,qed,mw,tpsa"},
      {"property_drop", 0.1, "how often each property is hidden while training", 0.0, 1.0},
      {"constraint",
       std::string("none"),
       "what sampling keeps graphs to, beyond valences",
       {},
       {},
       {"none", "planar", "tree"}},
      {"walk",
       std::string("auto"),
       "how graphs are walked; compact goes to the neighbor with the most seen neighbors; auto: molecules at random, "
       "other graphs compactly",
       {},
       {},
       {"auto", "random", "compact"}},
      {"neighborhood",
       std::string("auto"),
       "whether the model is told which ancestors are near, and what they are like; auto: but for molecules",
       {},
       {},
       {"auto", "off", "on"}},
      {"vocabulary_passes", std::int64_t{0},
       "random codes of each graph that tokens are collected from; 0: by their number", 0, 10000},
      {"val_graphs", std::int64_t{2048},
       "how many graphs of each part are judged, of training 256 at most while it goes on; 0: none, the last epoch "
       "counts",
       0, kMany},
  };
  return kOptions;
}

namespace {

OptionDefaults generation_defaults(std::string_view) {
  return {{"epochs", std::int64_t{20}},
          {"learning_rate", 3e-3},
          {"weight_decay", 0.02},
          {"optimizer", std::string("adamw")},
          {"beta2", 0.98},
          {"schedule", std::string("cosine")},
          {"warmup", 0.02},
          {"final_rate", 0.02},
          {"clip", 1.0},
          {"average", 0.999},
          {"checkpoint_seconds", 120.0}};
}

constexpr std::array<FormerOption, 3> kFormerOptions = {
    {{"width", "hidden"}, {"ema", "average"}, {"warmup_steps", "warmup", false}}};

std::unique_ptr<TrainedTask> open_generator(ModelDescription description, const ModelFile& file) {
  description.outputs = OutputKind::graphs;
  return std::make_unique<TrainedGenerator>(std::move(description), file);
}

}  // namespace

std::vector<TaskRow> generation_tasks() {
  const std::span<const Option> options = generation_options();
  return {{{.kind = TaskKind::generation,
            .summary = "graphs or molecules like those of the dataset",
            .rows = Rows::none,
            .model = kGeneratorModel,
            .options = {options.begin(), options.end()},
            .defaults = generation_defaults,
            .former = kFormerOptions,
            .can_be_asked_for = true},
           make_task_of<GenerationTask>,
           open_generator}};
}

}  // namespace weft
