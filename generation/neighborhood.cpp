#include "weft/generation/neighborhood.hpp"

#include <algorithm>

namespace weft {

void Neighborhood::follow(const PartialGraph& graph) {
  if (graph.last() == Token::Kind::leap) {
    return;
  }
  if (static_cast<std::int64_t>(nodes_.size()) < graph.num_nodes()) {
    nodes_.push_back({.depth = graph.depth(), .links = {}});
    place_.push_back(0);
    latest_triangles_ = 0;
  }
  const std::vector<TypedEdge>& edges = graph.graph().edges;
  for (; num_edges_ < edges.size(); ++num_edges_) {
    add_edge(edges[num_edges_].a, edges[num_edges_].b);
  }
  near_.clear();
  if (graph.last() == Token::Kind::grow || graph.last() == Token::Kind::close) {
    look(graph);
  }
}

void Neighborhood::add_edge(NodeId a, NodeId b) {
  if (nodes_[a].links.size() > nodes_[b].links.size()) {
    std::swap(a, b);
  }
  std::int32_t triangles = 0;
  std::vector<NodeId> common;
  for (const Link& link : nodes_[a].links) {
    if (is_linked(link.node, b)) {
      common.push_back(link.node);
    }
  }
  for (const NodeId c : common) {
    count_triangle(a, c);
    count_triangle(b, c);
    ++triangles;
  }
  for (const auto& [from, to] : {std::pair(a, b), std::pair(b, a)}) {
    nodes_[from].links.push_back({to, triangles});
    if (triangles < 2) {
      ++nodes_[from].edges_in[triangles];
    }
  }
  latest_triangles_ = triangles;
}

void Neighborhood::count_triangle(NodeId a, NodeId b) {
  for (const auto& [from, to] : {std::pair(a, b), std::pair(b, a)}) {
    Node& node = nodes_[from];
    Link& link = *std::ranges::find(node.links, to, &Link::node);
    if (link.triangles < 2) {
      --node.edges_in[link.triangles];
    }
    if (++link.triangles < 2) {
      ++node.edges_in[link.triangles];
    }
  }
}

bool Neighborhood::is_linked(NodeId a, NodeId b) const {
  const bool a_has_fewer = nodes_[a].links.size() < nodes_[b].links.size();
  return std::ranges::find(nodes_[a_has_fewer ? a : b].links, a_has_fewer ? b : a, &Link::node) !=
         nodes_[a_has_fewer ? a : b].links.end();
}

std::span<const Neighborhood::Link> Neighborhood::links_of(NodeId v) const {
  const std::span<const Link> links = nodes_[v].links;
  return links.last(std::min(links.size(), kMostNeighbors));
}

void Neighborhood::spread(NodeId from, std::int32_t distance) {
  const std::int32_t paths = distance == 1 ? 1 : found_[place_[from]].paths;
  for (const Link& link : links_of(from)) {
    if (is_found(link.node)) {
      Found& known = found_[place_[link.node]];
      if (known.distance == distance) {
        known.paths += paths;
        known.triangles = std::min(known.triangles, link.triangles);
      }
    } else if (found_.size() < kMostFound) {
      place_[link.node] = static_cast<std::uint32_t>(found_.size());
      found_.push_back({link.node, distance, paths, link.triangles});
    }
  }
}

void Neighborhood::follow_rim(NodeId start, NodeId current, std::int32_t Found::*steps) {
  rim_.assign(1, start);
  std::size_t begin = 0;
  for (std::int32_t step = 1; step <= kMostSteps; ++step) {
    const std::size_t end = rim_.size();
    for (; begin < end; ++begin) {
      for (const Link& link : links_of(rim_[begin])) {
        if (link.triangles > 1 || link.node == current || link.node == start) {
          continue;
        }
        if (!is_found(link.node) && found_.size() < kMostFound) {
          place_[link.node] = static_cast<std::uint32_t>(found_.size());
          found_.push_back({link.node, 4, 1, link.triangles});
        }
        if (is_found(link.node) && found_[place_[link.node]].*steps == 0) {
          found_[place_[link.node]].*steps = step;
          rim_.push_back(link.node);
        }
      }
    }
  }
}

void Neighborhood::look(const PartialGraph& graph) {
  const NodeId current = graph.ancestor(0);
  found_.assign(1, {current, 0, 1, 0});
  place_[current] = 0;
  std::size_t begin = 0;
  for (std::int32_t distance = 1; distance <= 3; ++distance) {
    const std::size_t end = found_.size();
    for (; begin < end; ++begin) {
      spread(found_[begin].node, distance);
    }
  }
  const std::vector<Link>& links = nodes_[current].links;
  if (!links.empty()) {
    follow_rim(links.back().node, current, &Found::from_latest);
    follow_rim(links.front().node, current, &Found::from_parent);
  }
  for (const Found& found : found_) {
    const std::int32_t levels = graph.depth() - nodes_[found.node].depth;
    // Nodes of branches that are complete lie on the way from the root to nothing that is current.
    if (found.distance < 2 || levels < graph.last_ring() || graph.ancestor(levels) != found.node) {
      continue;
    }
    near_.push_back({.levels = levels,
                     .distance = found.distance,
                     .paths = found.paths,
                     .triangles = found.triangles,
                     .meets_latest = is_linked(found.node, links.back().node),
                     .meets_parent = is_linked(found.node, links.front().node),
                     .from_latest = found.from_latest,
                     .from_parent = found.from_parent});
  }
}

}  // namespace weft
