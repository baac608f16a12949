// Sampler: mini-batches of a graph as arrays, for training loops of other libraries.
#include <nanobind/nanobind.h>
#include <nanobind/stl/string.h>

#include <memory>
#include <utility>

#include "weft/core/error.hpp"
#include "weft/python/module/arrays.hpp"
#include "weft/python/module/foreground.hpp"
#include "weft/python/module/parts.hpp"
#include "weft/samplers/batch_sampler.hpp"

namespace weft::python {
namespace {

namespace nb = nanobind;

/// A sampler and what its batches say of nodes.
struct HeldSampler {
  std::unique_ptr<BatchSampler> sampler;
  std::int64_t num_nodes = 0;
};

struct HeldSample {
  Sample sample;
  std::int64_t num_nodes = 0;
};

HeldSampler make(const std::string& name, const CsrGraph& graph, const InArray<std::uint32_t>& seeds,
                 std::int64_t num_hops, bool shuffle, std::uint64_t seed, const nb::dict& texts) {
  Options options(sampler_options());
  for (const auto& [key, text] : texts) {
    options.set(nb::cast<std::string>(key), nb::cast<std::string>(text));
  }
  HeldSampler held{.sampler = nullptr, .num_nodes = graph.num_nodes()};
  in_background(0, [&](Foreground&) {
    held.sampler = make_sampler(name,
                                {.graph = graph,
                                 .seeds = vector_of(seeds),
                                 .num_hops = num_hops,
                                 .shuffle = shuffle,
                                 .keep_edges = true,
                                 .seed = seed},
                                options);
  });
  return held;
}

HeldSample sample(const HeldSampler& held, std::int64_t epoch, std::int64_t index) {
  require(epoch >= 0 && index >= 0 && index < held.sampler->num_batches(), "sample: batch ", index, " of epoch ", epoch,
          ", there are ", held.sampler->num_batches(), " batches");
  require_own_process();
  const nb::gil_scoped_release without_lock;
  return {.sample = held.sampler->sample(epoch, index), .num_nodes = held.num_nodes};
}

nb::list blocks_of(nb::handle self) {
  const auto& held = nb::cast<const HeldSample&>(self);
  nb::list all;
  for (const SampledBlock& hop : held.sample.blocks) {
    nb::dict block;
    block["indptr"] = view_of(hop.block.offsets(), self);
    block["indices"] = view_of_ids(hop.block.sources(), hop.block.num_inputs(), self);
    block["edges"] = view_of(std::span<const EdgeId>(hop.edges), self);
    block["weights"] = hop.weights.empty() ? nb::none() : view_of(std::span<const float>(hop.weights), self);
    block["num_inputs"] = hop.block.num_inputs();
    block["num_outputs"] = hop.block.num_outputs();
    all.append(block);
  }
  return all;
}

}  // namespace

void add_sampler(nb::module_& module) {
  nb::class_<HeldSample>(module, "Sample")
      .def_prop_ro("nodes",
                   [](nb::handle self) {
                     const auto& held = nb::cast<const HeldSample&>(self);
                     return view_of_ids(held.sample.inputs, held.num_nodes, self);
                   })
      .def_prop_ro("seeds",
                   [](nb::handle self) {
                     const auto& held = nb::cast<const HeldSample&>(self);
                     return view_of_ids(held.sample.seeds, held.num_nodes, self);
                   })
      .def_prop_ro("seed_rows",
                   [](nb::handle self) {
                     const auto& held = nb::cast<const HeldSample&>(self);
                     return view_of_ids(held.sample.seed_rows, held.num_nodes, self);
                   })
      .def_prop_ro("blocks", blocks_of);
  nb::class_<HeldSampler>(module, "Sampler")
      .def_static("make", make)
      .def_prop_ro("num_batches", [](const HeldSampler& held) { return held.sampler->num_batches(); })
      .def("sample", sample);
}

}  // namespace weft::python
