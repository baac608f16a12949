#include "weft/runs/graph_drawing.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/graph/spring_layout.hpp"
#include "weft/runs/svg_chart.hpp"

namespace weft {
namespace {

constexpr double kSize = 240.0, kMargin = 10.0;

std::string at(double place) {
  return fixed_text(kMargin + (kSize - 2.0 * kMargin) * place, 1);
}

}  // namespace

std::string graph_svg(const CsrGraph& graph, std::span<const std::int32_t> types, std::string_view title) {
  require(types.empty() || static_cast<std::int64_t>(types.size()) == graph.num_nodes(), "graph_svg: ", types.size(),
          " types for ", graph.num_nodes(), " nodes, expected one each");
  const std::vector<Point> places = spring_layout(graph);
  const std::string size = fixed_text(kSize, 0);
  std::string out = concat("<svg viewBox=\"0 0 ", size, " ", size, "\" width=\"", size, "\" height=\"", size,
                           "\" role=\"img\"><title>", escape_html(title), "</title>\n");
  out += "<path stroke=\"#8a8f98\" stroke-width=\"0.7\" fill=\"none\" d=\"";
  for (const Edge& edge : edges_of(graph)) {
    if (edge.source < edge.destination) {
      const Point& a = places[edge.source];
      const Point& b = places[edge.destination];
      out += concat("M", at(a.x), " ", at(a.y), "L", at(b.x), " ", at(b.y));
    }
  }
  out += "\"/>\n";
  // Smaller dots where there are many, so that edges stay in sight.
  const std::string radius = fixed_text(std::min(4.0, 24.0 / std::sqrt(1.0 + static_cast<double>(places.size()))), 1);
  for (std::size_t v = 0; v < places.size(); ++v) {
    out += concat("<circle cx=\"", at(places[v].x), "\" cy=\"", at(places[v].y), "\" r=\"", radius, "\" fill=\"",
                  class_color(types.empty() ? 0 : types[v]), "\"/>\n");
  }
  return out + "</svg>\n";
}

}  // namespace weft
