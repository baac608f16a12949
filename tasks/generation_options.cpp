#include <array>
#include <limits>

#include "weft/tasks/generator_trainer.hpp"

namespace weft {

std::span<const Option> generation_options() {
  constexpr double kMany = 1e12;
  static const std::array<Option, 23> kOptions = {{
      {"width", std::int64_t{128}, "columns of the model's states, a multiple of heads", 8, 4096},
      {"layers", std::int64_t{3}, "blocks of gated linear attention", 1, 64},
      {"heads", std::int64_t{4}, "heads of each block; the n-th starts out forgetting more slowly", 1, 64},
      {"dropout", 0.0, "of states while training; 0.1 to 0.3 for a few hundred graphs", 0.0, 0.95},
      {"epochs", std::int64_t{20}, "how many epochs", 1, kMany},
      {"epoch_graphs", std::int64_t{0}, "graphs an epoch shows; 0: the training part, at least 4096", 0, kMany},
      {"batch_size", std::int64_t{256}, "graphs a step", 1, 1 << 20},
      {"learning_rate", 3e-3, "the highest", 0.0, 10.0},
      {"warmup_steps", std::int64_t{200}, "steps over which the rate rises from 0", 0, kMany},
      {"final_rate", 0.02, "share of the rate that the cosine ends at", 0.0, 1.0},
      {"weight_decay", 0.02, "of matrices, decoupled", 0.0, 10.0},
      {"clip", 1.0, "largest norm of a gradient; 0: no limit", 0.0, 1e9},
      {"ema", 0.999, "how much the averaged weights keep at each step", 0.0, 0.999999},
      {"unmasked_share", 1.0,
       "share of the loss among all tokens instead of those that the rules allow; above 0 the model learns the rules",
       0.0, 1.0},
      {"condition", std::string(),
       "properties it can be asked for: any of nodes,edges,rings,targets; molecules: logp,sa,qed,mw,tpsa"},
      {"property_drop", 0.1, "how often each property is hidden while training", 0.0, 1.0},
      {"constraint",
       std::string("none"),
       "what sampling keeps graphs to, beyond valences",
       -std::numeric_limits<double>::infinity(),
       std::numeric_limits<double>::infinity(),
       {"none", "planar", "tree"}},
      {"walk",
       std::string("auto"),
       "how graphs are walked; compact goes to the neighbor with the most seen neighbors; auto: molecules at random, "
       "other graphs compactly",
       -std::numeric_limits<double>::infinity(),
       std::numeric_limits<double>::infinity(),
       {"auto", "random", "compact"}},
      {"neighborhood",
       std::string("auto"),
       "whether the model is told which ancestors are near, and what they are like; auto: but for molecules",
       -std::numeric_limits<double>::infinity(),
       std::numeric_limits<double>::infinity(),
       {"auto", "off", "on"}},
      {"vocabulary_passes", std::int64_t{0},
       "random codes of each graph that tokens are collected from; 0: by their number", 0, 10000},
      {"val_graphs", std::int64_t{2048}, "how many graphs of the validation part are looked at after an epoch", 0,
       kMany},
      {"budget_minutes", 0.0, "train so long instead of for so many epochs; the rate follows the clock", 0.0, 1e6},
      {"checkpoint_seconds", 120.0, "time between checkpoints", 0.0, 1e9},
  }};
  return kOptions;
}

}  // namespace weft
