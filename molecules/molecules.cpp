#include "weft/molecules/molecules.hpp"

#include <algorithm>
#include <array>

#include "weft/core/error.hpp"

namespace weft {
namespace {

constexpr std::array<std::string_view, 119> kSymbols = {
    "*",  "H",  "He", "Li", "Be", "B",  "C",  "N",  "O",  "F",  "Ne", "Na", "Mg", "Al", "Si", "P",  "S",
    "Cl", "Ar", "K",  "Ca", "Sc", "Ti", "V",  "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Zn", "Ga", "Ge", "As",
    "Se", "Br", "Kr", "Rb", "Sr", "Y",  "Zr", "Nb", "Mo", "Tc", "Ru", "Rh", "Pd", "Ag", "Cd", "In", "Sn",
    "Sb", "Te", "I",  "Xe", "Cs", "Ba", "La", "Ce", "Pr", "Nd", "Pm", "Sm", "Eu", "Gd", "Tb", "Dy", "Ho",
    "Er", "Tm", "Yb", "Lu", "Hf", "Ta", "W",  "Re", "Os", "Ir", "Pt", "Au", "Hg", "Tl", "Pb", "Bi", "Po",
    "At", "Rn", "Fr", "Ra", "Ac", "Th", "Pa", "U",  "Np", "Pu", "Am", "Cm", "Bk", "Cf", "Es", "Fm", "Md",
    "No", "Lr", "Rf", "Db", "Sg", "Bh", "Hs", "Mt", "Ds", "Rg", "Cn", "Nh", "Fl", "Mc", "Lv", "Ts", "Og"};

/// More than any atom has; sums of them stay small.
constexpr std::int32_t kMostCharge = 20, kMostBonds = 1 << 20;

void require_charge(const char* operation, const AtomType& atom) {
  require(atom.charge >= -kMostCharge && atom.charge <= kMostCharge, operation, ": an atom has charge ", atom.charge,
          ", expected -", kMostCharge, " to ", kMostCharge);
}

/// The usual valences of a neutral main-group element, rising; none for others.
std::span<const std::int32_t> neutral_valences(std::int32_t element) {
  static constexpr std::int32_t kOne[] = {1}, kTwo[] = {2}, kThree[] = {3}, kFour[] = {4}, kThreeFive[] = {3, 5},
                                kTwoFourSix[] = {2, 4, 6}, kOneThreeFive[] = {1, 3, 5};
  switch (element) {
    case 1:
    case 3:
    case 9:
    case 11:
    case 17:
    case 19:
    case 35:
    case 37:
    case 55:
    case 85:
      return kOne;
    case 4:
    case 8:
    case 12:
    case 20:
    case 38:
    case 56:
      return kTwo;
    case 5:
    case 7:
    case 13:
    case 31:
    case 49:
      return kThree;
    case 6:
    case 14:
    case 32:
    case 50:
      return kFour;
    case 15:
    case 33:
    case 51:
      return kThreeFive;
    case 16:
    case 34:
    case 52:
      return kTwoFourSix;
    case 53:
      return kOneThreeFive;
    default:
      return {};
  }
}

/// What a charge adds to a valence: electrons given away free a bond right of carbon and cost one left of it; carbon
/// loses one either way.
std::int32_t valence_shift(const AtomType& atom) {
  const std::int32_t e = atom.element;
  const bool is_early = e == 3 || e == 4 || e == 5 || e == 11 || e == 12 || e == 13 || e == 19 || e == 20 || e == 31;
  return is_early ? -atom.charge : e == 6 ? -std::abs(atom.charge) : atom.charge;
}

/// Whether an atom with this much valence is complete, or wants one more.
enum class Need { none, one_more };
Need need_of(const AtomType& atom, std::int32_t valence) {
  const std::int32_t shift = valence_shift(atom);
  for (const std::int32_t usual : neutral_valences(atom.element)) {
    if (usual + shift >= valence) {
      return usual + shift == valence + 1 ? Need::one_more : Need::none;
    }
  }
  return Need::none;
}

/// A perfect matching among the atoms that want a double bond, by depth-first search: the atom with the fewest
/// partners left goes first, which decides nearly every ring system without a step back.
class DoubleBonds {
 public:
  DoubleBonds(std::size_t num_atoms, std::vector<bool> open, std::span<const AromaticBond> bonds)
      : open_(std::move(open)), partners_(num_atoms) {
    for (std::size_t i = 0; i < bonds.size(); ++i) {
      if (bonds[i].is_aromatic && open_[bonds[i].a] && open_[bonds[i].b]) {
        partners_[bonds[i].a].push_back({bonds[i].b, i});
        partners_[bonds[i].b].push_back({bonds[i].a, i});
      }
    }
  }

  /// The numbers of the bonds, or false.
  bool find(std::vector<std::size_t>& chosen) {
    const NodeId v = tightest();
    if (v == kNobody) {
      return true;
    }
    if (++steps_ > kMostSteps) {
      return false;
    }
    for (const auto& [u, bond] : partners_[v]) {
      if (!open_[u]) {
        continue;
      }
      open_[v] = open_[u] = false;
      chosen.push_back(bond);
      if (find(chosen)) {
        return true;
      }
      chosen.pop_back();
      open_[v] = open_[u] = true;
    }
    return false;
  }

 private:
  static constexpr NodeId kNobody = ~NodeId{0};
  static constexpr int kMostSteps = 100000;

  [[nodiscard]] NodeId tightest() const {
    NodeId best = kNobody;
    std::ptrdiff_t fewest = 0;
    for (NodeId v = 0; v < open_.size(); ++v) {
      if (open_[v]) {
        const auto left = std::ranges::count_if(partners_[v], [&](const auto& p) { return open_[p.first]; });
        if (best == kNobody || left < fewest) {
          best = v;
          fewest = left;
        }
      }
    }
    return best;
  }

  std::vector<bool> open_;
  /// The other atom and the number of the bond.
  std::vector<std::vector<std::pair<NodeId, std::size_t>>> partners_;
  int steps_ = 0;
};

void check_drawing(std::span<const AtomType> atoms, std::span<const std::int32_t> hydrogens,
                   std::span<const AromaticBond> bonds) {
  require(hydrogens.size() == atoms.size(), "kekulize: there are numbers of hydrogens for ", hydrogens.size(), " of ",
          atoms.size(), " atoms, expected one for each");
  std::ranges::for_each(atoms, [](const AtomType& atom) { require_charge("kekulize", atom); });
  for (const std::int32_t count : hydrogens) {
    require(count >= 0 && count <= kMostBonds, "kekulize: an atom has ", count, " hydrogens, expected 0 to ",
            kMostBonds);
  }
  for (const AromaticBond& bond : bonds) {
    require(bond.a < atoms.size() && bond.b < atoms.size() && bond.a != bond.b, "kekulize: the bond ", bond.a, " - ",
            bond.b, " is a loop or leaves the ", atoms.size(), " atoms");
    require(bond.is_aromatic || (bond.order >= 1 && bond.order <= 3), "kekulize: the bond ", bond.a, " - ", bond.b,
            " has order ", bond.order, ", expected 1 to 3");
  }
}

}  // namespace

std::string_view element_symbol(std::int32_t element) {
  require(element >= 1 && element < static_cast<std::int32_t>(kSymbols.size()), "element_symbol: there is no element ",
          element, ", expected 1 to ", kSymbols.size() - 1);
  return kSymbols[static_cast<std::size_t>(element)];
}

std::int32_t hydrogens_of(const AtomType& atom, std::int32_t used) {
  require_charge("hydrogens_of", atom);
  require(used >= 0 && used <= kMostBonds, "hydrogens_of: the bonds have orders that add up to ", used,
          ", expected 0 to ", kMostBonds);
  const std::int32_t shift = valence_shift(atom);
  for (const std::int32_t usual : neutral_valences(atom.element)) {
    if (usual + shift >= used) {
      return usual + shift - used;
    }
  }
  return 0;
}

bool kekulize(std::span<const AtomType> atoms, std::span<const std::int32_t> hydrogens, std::span<AromaticBond> bonds) {
  check_drawing(atoms, hydrogens, bonds);
  std::vector<std::int32_t> valence(hydrogens.begin(), hydrogens.end());
  std::vector<bool> is_aromatic(atoms.size(), false);
  for (const AromaticBond& bond : bonds) {
    for (const NodeId v : {bond.a, bond.b}) {
      valence[v] += bond.is_aromatic ? 1 : bond.order;
      is_aromatic[v] = is_aromatic[v] || bond.is_aromatic;
    }
  }
  std::vector<bool> open(atoms.size());
  for (std::size_t v = 0; v < atoms.size(); ++v) {
    open[v] = is_aromatic[v] && need_of(atoms[v], valence[v]) == Need::one_more;
  }
  std::vector<std::size_t> chosen;
  if (!DoubleBonds(atoms.size(), std::move(open), bonds).find(chosen)) {
    return false;
  }
  for (AromaticBond& bond : bonds) {
    bond.order = bond.is_aromatic ? 1 : bond.order;
    bond.is_aromatic = false;
  }
  for (const std::size_t i : chosen) {
    bonds[i].order = 2;
  }
  return true;
}

}  // namespace weft
