#include "weft/tasks/link_options.hpp"

#include "weft/samplers/link_sampler.hpp"

namespace weft {

std::span<const Option> link_options() {
  static const std::vector<Option> kOptions = [] {
    Option sampler{"sampler", std::string("uniform_negatives"),
                   "what a step reads, and what it sets against its links: pairs drawn uniformly, or that keep an end "
                   "of a link and draw the other by its degree"};
    for (const SamplerInfo& info : link_samplers()) {
      sampler.choices.push_back(info.name);
    }
    return std::vector<Option>{
        sampler,
        {"batch_size", std::int64_t{0}, "links of a step; 0: all of them, with samples of neighbors 1024", 0, 1e9},
        {"negatives_per_edge", std::int64_t{1}, "pairs that are none for each link of a step", 1, 1e4},
        {"degree_power", 0.75, "sampler degree_negatives: a node is drawn by its degree to this power", 0.01, 10.0},
        {"embedding", std::int64_t{64}, "width of the states whose products score links", 1, 65536},
        {"node_table", true, "data without features: a learned row for each node; false: its degree alone"},
        {"bipartite", false,
         "nodes are of two sides, as users and items are, and every link joins one of each; so do the pairs set "
         "against "
         "them"},
        {"split_seed", std::int64_t{0},
         "decides the links of each part, as far as the data leave them open, and the "
         "pairs that figures set against them; the same in every run",
         0, 9e18},
    };
  }();
  return kOptions;
}

std::vector<std::pair<std::string_view, OptionValue>> link_defaults() {
  return {{"dropout", 0.0}, {"input_dropout", 0.0}, {"attention_dropout", 0.0}, {"weight_decay", 0.0}};
}

}  // namespace weft
