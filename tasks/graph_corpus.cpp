#include "weft/tasks/graph_corpus.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/molecules/molecule_properties.hpp"
#include "weft/molecules/molecule_reader.hpp"

namespace weft {
namespace {

/// Atoms with their hydrogens, bonds once each.
struct AtomsAndBonds {
  std::vector<AtomType> atoms;
  std::vector<std::int32_t> hydrogens;
  std::vector<AromaticBond> bonds;

  void add_atom(const std::int32_t* columns) {
    atoms.push_back({columns[kElementColumn], columns[kChargeColumn] - kChargeOffset});
    hydrogens.push_back(columns[kHydrogensColumn]);
  }
  /// False for a bond that has no order.
  bool add_bond(NodeId a, NodeId b, std::int32_t kind) {
    bonds.push_back({a, b, kind + 1, kind == kAromaticBond});
    return kind <= kAromaticBond;
  }
};

std::string problem_of(AtomsAndBonds& drawing, bool bonds_have_orders) {
  if (!bonds_have_orders) {
    return "a bond is neither single, double, triple nor aromatic";
  }
  if (drawing.atoms.empty()) {
    return "there are no atoms";
  }
  if (std::ranges::any_of(drawing.atoms, [](const AtomType& a) { return a.element < 1; })) {
    return "an atom is of no element";
  }
  return kekulize(drawing.atoms, drawing.hydrogens, drawing.bonds) ? "" : "its aromatic bonds have no Kekulé form";
}

TypedGraph typed(const AtomsAndBonds& drawing, const std::map<AtomType, std::int32_t>& number_of) {
  TypedGraph graph;
  for (const AtomType& atom : drawing.atoms) {
    graph.types.push_back(number_of.at(atom));
  }
  for (const AromaticBond& bond : drawing.bonds) {
    graph.edges.push_back({bond.a, bond.b, bond.order});
  }
  return graph;
}

bool holds_molecules(const Dataset& dataset) {
  const auto* atoms = std::get_if<CategoricalMatrix>(&dataset.node_features.in_memory());
  const auto* bonds = std::get_if<CategoricalMatrix>(&dataset.edge_features);
  return !dataset.smiles.empty() && atoms != nullptr && bonds != nullptr && atoms->num_categories == kAtomCategories &&
         bonds->num_categories == kBondCategories;
}

/// [begin, end) of a graph's nodes.
std::pair<std::int64_t, std::int64_t> nodes_of(const Dataset& dataset, std::int64_t g) {
  if (!dataset.has_many_graphs()) {
    return {0, dataset.graph.num_nodes()};
  }
  return {dataset.node_ptr[static_cast<std::size_t>(g)], dataset.node_ptr[static_cast<std::size_t>(g) + 1]};
}

/// body(a, b, position) for every edge a < b of a graph, ends counted from its first node.
template <class Body>
void for_each_edge(const Dataset& dataset, std::int64_t g, Body body) {
  const auto [begin, end] = nodes_of(dataset, g);
  for (std::int64_t v = begin; v < end; ++v) {
    EdgeId position = dataset.graph.offsets()[static_cast<std::size_t>(v)];
    NodeId before = static_cast<NodeId>(v);
    for (const NodeId u : dataset.graph.sources_of(static_cast<NodeId>(v))) {
      require(u != static_cast<NodeId>(v), "generation: node ", v, " of ", dataset.name,
              " has an edge to itself, expected graphs without loops");
      require(u != before, "generation: nodes ", u, " and ", v, " of ", dataset.name,
              " have several edges, expected at most one between two nodes");
      before = u;
      if (u < static_cast<NodeId>(v)) {
        body(static_cast<NodeId>(u - begin), static_cast<NodeId>(v - begin), static_cast<std::size_t>(position));
      }
      ++position;
    }
  }
}

void read_molecules(const Dataset& dataset, GraphCorpus& corpus) {
  const auto& atoms = std::get<CategoricalMatrix>(dataset.node_features.in_memory());
  const auto& bonds = std::get<CategoricalMatrix>(dataset.edge_features);
  std::vector<AtomsAndBonds> drawings(static_cast<std::size_t>(dataset.num_graphs()));
  std::vector<std::string> problems(drawings.size());
  parallel_for(dataset.num_graphs(), 256, [&](std::int64_t first, std::int64_t behind) {
    for (std::int64_t g = first; g < behind; ++g) {
      AtomsAndBonds& drawing = drawings[static_cast<std::size_t>(g)];
      const auto [begin, end] = nodes_of(dataset, g);
      for (std::int64_t v = begin; v < end; ++v) {
        drawing.add_atom(atoms.values.data() + v * atoms.cols());
      }
      bool have_orders = true;
      for_each_edge(dataset, g, [&](NodeId a, NodeId b, std::size_t position) {
        have_orders =
            drawing.add_bond(a, b, bonds.values[position * static_cast<std::size_t>(bonds.cols())]) && have_orders;
      });
      problems[static_cast<std::size_t>(g)] = problem_of(drawing, have_orders);
    }
  });
  std::map<AtomType, std::int32_t> number_of;
  for (std::size_t g = 0; g < drawings.size(); ++g) {
    if (!problems[g].empty()) {
      corpus.problem = corpus.num_left_out++ == 0 ? concat("graph ", g, " (", dataset.smiles[g], "): ", problems[g])
                                                  : corpus.problem;
      drawings[g] = {};
    }
    for (const AtomType& atom : drawings[g].atoms) {
      number_of.emplace(atom, 0);
    }
  }
  for (auto& [atom, number] : number_of) {
    number = static_cast<std::int32_t>(corpus.alphabet.size());
    corpus.alphabet.push_back(atom);
  }
  corpus.capacity.assign(corpus.alphabet.size(), 0);
  for (const AtomsAndBonds& drawing : drawings) {
    corpus.graphs.push_back(typed(drawing, number_of));
    std::vector<std::int32_t> valence = drawing.hydrogens;
    for (const AromaticBond& bond : drawing.bonds) {
      valence[bond.a] += bond.order;
      valence[bond.b] += bond.order;
    }
    for (std::size_t v = 0; v < valence.size(); ++v) {
      std::int32_t& most = corpus.capacity[static_cast<std::size_t>(corpus.graphs.back().types[v])];
      most = std::max(most, valence[v]);
    }
  }
}

void read_plain(const Dataset& dataset, GraphCorpus& corpus) {
  // Types and labels by the order of their values, from 0 and from 1.
  const auto numbered = [](const Buffer<std::int32_t>& values, std::int32_t first) {
    std::map<std::int32_t, std::int32_t> number_of;
    for (const std::int32_t value : values) {
      number_of.emplace(value, 0);
    }
    for (auto& [value, number] : number_of) {
      number = first++;
    }
    return number_of;
  };
  const auto types = numbered(dataset.node_type, 0), labels = numbered(dataset.edge_type, 1);
  for (std::int64_t g = 0; g < dataset.num_graphs(); ++g) {
    TypedGraph graph;
    const auto [begin, end] = nodes_of(dataset, g);
    for (std::int64_t v = begin; v < end; ++v) {
      graph.types.push_back(types.empty() ? 0 : types.at(dataset.node_type[static_cast<std::size_t>(v)]));
    }
    for_each_edge(dataset, g, [&](NodeId a, NodeId b, std::size_t position) {
      graph.edges.push_back({a, b, labels.empty() ? 1 : labels.at(dataset.edge_type[position])});
    });
    if (graph.types.empty()) {
      corpus.problem = corpus.num_left_out++ == 0 ? concat("graph ", g, ": there are no nodes") : corpus.problem;
    }
    corpus.graphs.push_back(std::move(graph));
  }
}

void measure(const Dataset& dataset, std::string_view names, GraphCorpus& corpus) {
  std::vector<std::vector<float>> columns;
  const auto add = [&](const std::string& name, auto figure) {
    corpus.property_names.push_back(name);
    columns.emplace_back();
    for (std::size_t g = 0; g < corpus.graphs.size(); ++g) {
      columns.back().push_back(static_cast<float>(figure(g)));
    }
  };
  for (std::size_t begin = 0; begin < names.size();) {
    const std::size_t end = std::min(names.find(',', begin), names.size());
    const std::string name(names.substr(begin, end - begin));
    begin = end + 1;
    const auto nodes = [&](std::size_t g) { return corpus.graphs[g].num_nodes(); };
    const auto edges = [&](std::size_t g) { return static_cast<std::int64_t>(corpus.graphs[g].edges.size()); };
    if (name == "nodes") {
      add(name, nodes);
    } else if (name == "edges") {
      add(name, edges);
    } else if (name == "rings") {
      add(name, [&](std::size_t g) { return edges(g) - nodes(g) + num_components(corpus.graphs[g]); });
    } else if (name == "targets" && std::holds_alternative<Tensor>(dataset.graph_labels)) {
      const auto& targets = std::get<Tensor>(dataset.graph_labels);
      for (std::int64_t t = 0; t < targets.cols(); ++t) {
        add("target" + std::to_string(t), [&](std::size_t g) { return targets(static_cast<std::int64_t>(g), t); });
      }
    } else if (!dataset.smiles.empty() && std::ranges::find(kMoleculeProperties, name) != kMoleculeProperties.end()) {
      const std::vector<double> values = molecule_property(name, dataset.smiles);
      add(name, [&](std::size_t g) { return values[g]; });
    } else {
      throw ArgumentError(concat("condition: '", name, "' is not one of nodes, edges, rings",
                                 std::holds_alternative<Tensor>(dataset.graph_labels) ? ", targets" : "",
                                 dataset.smiles.empty() ? "" : ", logp, sa, qed, mw, tpsa"));
    }
  }
  corpus.properties =
      Tensor(static_cast<std::int64_t>(corpus.graphs.size()), static_cast<std::int64_t>(columns.size()));
  for (std::int64_t g = 0; g < corpus.properties.rows(); ++g) {
    for (std::size_t j = 0; j < columns.size(); ++j) {
      corpus.properties(g, static_cast<std::int64_t>(j)) = columns[j][static_cast<std::size_t>(g)];
    }
  }
}

}  // namespace

GraphCorpus read_graph_corpus(const Dataset& dataset, std::string_view properties) {
  require(!dataset.directed, "generation: ", dataset.name, " is directed, expected undirected graphs");
  GraphCorpus corpus;
  holds_molecules(dataset) ? read_molecules(dataset, corpus) : read_plain(dataset, corpus);
  measure(dataset, properties, corpus);
  return corpus;
}

TypedGraph molecule_of(std::string_view smiles, std::span<const AtomType> alphabet) {
  Molecule molecule;
  std::string problem;
  require(read_molecule(smiles, false, molecule, problem), "molecule_of: '", smiles, "' ", problem);
  AtomsAndBonds drawing;
  for (std::int64_t v = 0; v < molecule.num_atoms; ++v) {
    drawing.add_atom(molecule.atoms.data() + static_cast<std::size_t>(v) * kAtomCategories.size());
  }
  bool have_orders = true;
  for (std::size_t i = 0; i < molecule.bonds.size(); ++i) {
    have_orders = drawing.add_bond(molecule.bonds[i].source, molecule.bonds[i].destination,
                                   molecule.bond_features[i * kBondCategories.size()]) &&
                  have_orders;
  }
  problem = problem_of(drawing, have_orders);
  require(problem.empty(), "molecule_of: '", smiles, "': ", problem);
  std::map<AtomType, std::int32_t> number_of;
  for (std::size_t i = 0; i < alphabet.size(); ++i) {
    number_of.emplace(alphabet[i], static_cast<std::int32_t>(i));
  }
  for (const AtomType& atom : drawing.atoms) {
    require(number_of.contains(atom), "molecule_of: '", smiles, "' has the atom ", element_symbol(atom.element),
            " with charge ", atom.charge, ", which the model's data do not have");
  }
  return typed(drawing, number_of);
}

std::string standard_smiles(const std::string& smiles) {
  if (!reads_molecules()) {
    return smiles;
  }
  std::string canonical;
  return canonicalize_smiles(smiles, canonical) ? canonical : "";
}

}  // namespace weft
