// Graph: compressed rows, one a destination.
#include <nanobind/nanobind.h>
#include <nanobind/stl/vector.h>

#include "weft/core/error.hpp"
#include "weft/graph/csr_graph.hpp"
#include "weft/python/module/arrays.hpp"
#include "weft/python/module/foreground.hpp"
#include "weft/python/module/parts.hpp"

namespace weft::python {
namespace {

namespace nb = nanobind;

CsrGraph from_rows(std::int64_t num_nodes, const InArray<std::int64_t>& indptr, const InArray<std::uint32_t>& indices,
                   int threads) {
  CsrGraph graph;
  in_background(threads,
                [&](Foreground&) { graph = CsrGraph::from_rows(num_nodes, buffer_of(indptr), buffer_of(indices)); });
  return graph;
}

CsrGraph from_edges(std::int64_t num_nodes, const InArray<std::uint32_t>& sources,
                    const InArray<std::uint32_t>& destinations, bool symmetrize, int threads) {
  require(sources.shape(0) == destinations.shape(0), "edges: there are ", sources.shape(0), " sources and ",
          destinations.shape(0), " destinations");
  CsrGraph graph;
  in_background(threads, [&](Foreground&) {
    std::vector<Edge> edges(sources.shape(0));
    for (std::size_t i = 0; i < edges.size(); ++i) {
      edges[i] = {sources.data()[i], destinations.data()[i]};
    }
    graph = CsrGraph::from_edges(num_nodes, edges, {.symmetrize = symmetrize});
  });
  return graph;
}

bool symmetric(const CsrGraph& graph) {
  bool result = false;
  in_background(0, [&](Foreground&) { result = is_symmetric(graph); });
  return result;
}

}  // namespace

void add_graph(nb::module_& module) {
  nb::class_<CsrGraph>(module, "Graph")
      .def_static("from_rows", from_rows)
      .def_static("from_edges", from_edges)
      .def_prop_ro("num_nodes", &CsrGraph::num_nodes)
      .def_prop_ro("num_edges", &CsrGraph::num_edges)
      .def_prop_ro("has_repeats", &CsrGraph::has_repeats)
      .def_prop_ro("indptr", [](nb::handle self) { return view_of(nb::cast<const CsrGraph&>(self).offsets(), self); })
      .def_prop_ro("indices",
                   [](nb::handle self) {
                     const auto& graph = nb::cast<const CsrGraph&>(self);
                     return view_of_ids(graph.sources(), graph.num_sources(), self);
                   })
      .def("is_symmetric", symmetric);
}

}  // namespace weft::python
