#include "weft/graph/spring_layout.hpp"

#include <algorithm>
#include <limits>

#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/fruchterman_reingold.hpp>
#include <boost/graph/topology.hpp>

#include "weft/core/error.hpp"
#include "weft/core/random.hpp"
#include "weft/graph/laplacian_encoding.hpp"

namespace weft {
namespace {

using Plane = boost::rectangle_topology<>;
using Place = Plane::point_type;

constexpr double kHalf = 50.0;
constexpr int kRounds = 200;

/// The drawing by eigenvectors, a little shaken: nodes in one place would push each other nowhere.
std::vector<Place> first_places(const CsrGraph& graph) {
  const Buffer<float> waves = laplacian_encoding(MessageBlock(graph), 2);
  std::vector<Place> places(static_cast<std::size_t>(graph.num_nodes()));
  const Random random(0);
  for (std::size_t v = 0; v < places.size(); ++v) {
    for (std::size_t axis = 0; axis < 2; ++axis) {
      const double shake = 2.0 * random.uniform(v, axis) - 1.0;
      places[v][axis] = std::clamp(12.0 * static_cast<double>(waves[2 * v + axis]) + 2.0 * shake, -kHalf, kHalf);
    }
  }
  return places;
}

}  // namespace

std::vector<Point> spring_layout(const CsrGraph& graph) {
  require(graph.num_sources() == graph.num_nodes(), "spring_layout: the graph has ", graph.num_nodes(), " rows and ",
          graph.num_sources(), " columns, expected as many");
  using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS>;
  Graph springs(static_cast<std::size_t>(graph.num_nodes()));
  for (const Edge& edge : edges_of(graph)) {
    const bool is_first = edge.source < edge.destination || !graph.has_edge({edge.destination, edge.source});
    if (is_first && edge.source != edge.destination) {
      boost::add_edge(edge.source, edge.destination, springs);
    }
  }
  std::vector<Place> places = first_places(graph);
  boost::minstd_rand never_asked;
  const Plane plane(never_asked, -kHalf, -kHalf, kHalf, kHalf);
  if (graph.num_nodes() > 1) {
    boost::fruchterman_reingold_force_directed_layout(
        springs, boost::make_iterator_property_map(places.begin(), boost::get(boost::vertex_index, springs)), plane,
        boost::cooling(boost::linear_cooling<double>(kRounds, kHalf / 5.0)));
  }
  Place low, high;
  for (std::size_t axis = 0; axis < 2; ++axis) {
    low[axis] = std::numeric_limits<double>::infinity();
    high[axis] = -low[axis];
    for (const Place& place : places) {
      low[axis] = std::min(low[axis], place[axis]);
      high[axis] = std::max(high[axis], place[axis]);
    }
  }
  const double size = std::max({high[0] - low[0], high[1] - low[1], 1e-9});
  std::vector<Point> points;
  for (const Place& place : places) {
    points.push_back(
        {0.5 + (place[0] - 0.5 * (low[0] + high[0])) / size, 0.5 + (place[1] - 0.5 * (low[1] + high[1])) / size});
  }
  return points;
}

}  // namespace weft
