#include <algorithm>
#include <string>

#include "weft/core/error.hpp"
#include "weft/molecules/molecules.hpp"

namespace weft {
namespace {

std::string_view bond_symbol(std::int32_t order) {
  return order == 3 ? "#" : order == 2 ? "=" : "";
}

/// Rings are numbered as they open, the smallest free number first (two digits behind a percent sign).
std::string ring_number(std::size_t number) {
  require(number <= 99, "write_smiles: more than 99 rings are open at once");
  return (number < 10 ? std::string() : std::string("%")).append(std::to_string(number));
}

class Writer {
 public:
  Writer(const TypedGraph& graph, std::span<const AtomType> alphabet)
      : graph_(graph),
        alphabet_(alphabet),
        neighbors_(graph),
        used_(graph.types.size(), 0),
        parent_(graph.types.size(), kNobody),
        seen_(graph.types.size(), false),
        children_(graph.types.size()),
        rings_(graph.types.size()) {
    for (const TypedEdge& edge : graph.edges) {
      require(edge.label >= 1 && edge.label <= 3, "write_smiles: a bond has order ", edge.label, ", expected 1 to 3");
      used_[edge.a] += edge.label;
      used_[edge.b] += edge.label;
    }
  }

  std::string write() {
    for (NodeId root = 0; root < graph_.types.size(); ++root) {
      if (!seen_[root]) {
        find_rings(root);
        text_ += text_.empty() ? "" : ".";
        write_from(root);
      }
    }
    return std::move(text_);
  }

 private:
  static constexpr NodeId kNobody = ~NodeId{0};

  struct Ring {
    NodeId other;
    std::int32_t order;
  };

  /// Children in the tree of a depth-first search, and the edges beside it at both of their ends.
  void find_rings(NodeId root) {
    std::vector<std::pair<NodeId, std::size_t>> path = {{root, 0}};
    std::vector<bool> is_open(graph_.types.size(), false);
    seen_[root] = is_open[root] = true;
    while (!path.empty()) {
      const NodeId v = path.back().first;
      const auto near = neighbors_.of(v);
      if (path.back().second == near.size()) {
        is_open[v] = false;
        path.pop_back();
        continue;
      }
      const TypedNeighbors::Neighbor next = near[path.back().second++];
      if (!seen_[next.node]) {
        seen_[next.node] = is_open[next.node] = true;
        parent_[next.node] = v;
        children_[v].push_back({next.node, next.label});
        path.emplace_back(next.node, 0);
      } else if (is_open[next.node] && next.node != parent_[v]) {
        rings_[next.node].push_back({v, next.label});
        rings_[v].push_back({next.node, next.label});
      }
    }
  }

  /// Without recursion: molecules may be long chains.
  void write_from(NodeId root) {
    struct Step {
      NodeId node;
      std::int32_t order;
      /// Text in place of a node: where a branch ends.
      bool closes;
    };
    std::vector<Step> steps = {{root, 1, false}};
    std::vector<bool> opens_branch(graph_.types.size(), false);
    while (!steps.empty()) {
      const Step step = steps.back();
      steps.pop_back();
      if (step.closes) {
        text_ += ")";
        continue;
      }
      text_ += opens_branch[step.node] ? "(" : "";
      text_ += step.node == root ? "" : bond_symbol(step.order);
      write_atom(step.node);
      write_rings(step.node);
      const auto& children = children_[step.node];
      for (std::size_t i = children.size(); i-- > 0;) {
        const bool is_last = i + 1 == children.size();
        if (!is_last) {
          steps.push_back({0, 0, true});
          opens_branch[children[i].other] = true;
        }
        steps.push_back({children[i].other, children[i].order, false});
      }
    }
  }

  void write_atom(NodeId v) {
    const AtomType& atom = alphabet_[static_cast<std::size_t>(graph_.types[v])];
    const std::string symbol(element_symbol(atom.element));
    constexpr std::int32_t kOrganic[] = {5, 6, 7, 8, 9, 15, 16, 17, 35, 53};
    if (atom.charge == 0 && std::ranges::count(kOrganic, atom.element) > 0) {
      text_ += symbol;
      return;
    }
    const std::int32_t hydrogens = hydrogens_of(atom, used_[v]), size = std::abs(atom.charge);
    text_.append("[").append(symbol).append(hydrogens > 0 ? "H" : "");
    text_ += hydrogens > 1 ? std::to_string(hydrogens) : "";
    text_ += atom.charge > 0 ? "+" : atom.charge < 0 ? "-" : "";
    text_ += size > 1 ? std::to_string(size) : "";
    text_ += "]";
  }

  void write_rings(NodeId v) {
    // Free again only behind this atom: a number that closes and opens at one atom confuses readers.
    std::vector<std::size_t> closed;
    for (const Ring& ring : rings_[v]) {
      const auto open =
          std::ranges::find_if(open_rings_, [&](const auto& r) { return r.first == ring.other && r.second == v; });
      if (open != open_rings_.end()) {
        text_ += ring_number(static_cast<std::size_t>(open - open_rings_.begin()) + 1);
        closed.push_back(static_cast<std::size_t>(open - open_rings_.begin()));
        continue;
      }
      auto free = std::ranges::find(open_rings_, std::pair(kNobody, kNobody));
      if (free == open_rings_.end()) {
        free = open_rings_.insert(free, std::pair(kNobody, kNobody));
      }
      *free = {v, ring.other};
      text_ += bond_symbol(ring.order);
      text_ += ring_number(static_cast<std::size_t>(free - open_rings_.begin()) + 1);
    }
    for (const std::size_t number : closed) {
      open_rings_[number] = {kNobody, kNobody};
    }
  }

  const TypedGraph& graph_;
  std::span<const AtomType> alphabet_;
  TypedNeighbors neighbors_;
  std::vector<std::int32_t> used_;
  std::vector<NodeId> parent_;
  std::vector<bool> seen_;
  std::vector<std::vector<Ring>> children_, rings_;
  /// Where each opened and where it ends, by number.
  std::vector<std::pair<NodeId, NodeId>> open_rings_;
  std::string text_;
};

}  // namespace

std::string write_smiles(const TypedGraph& graph, std::span<const AtomType> alphabet) {
  for (const std::int32_t type : graph.types) {
    require(type >= 0 && static_cast<std::size_t>(type) < alphabet.size(), "write_smiles: an atom has type ", type,
            ", expected one of the ", alphabet.size(), " of the alphabet");
  }
  // Before anything is written: what follows takes charges and elements for granted.
  for (const AtomType& atom : alphabet) {
    (void)element_symbol(atom.element);
    (void)hydrogens_of(atom, 0);
  }
  return Writer(graph, alphabet).write();
}

}  // namespace weft
