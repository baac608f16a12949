#include "weft/molecules/molecule_metrics.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <set>
#include <unordered_set>
#include <utility>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/core/random.hpp"
#include "weft/molecules/distribution_distance.hpp"
#include "weft/molecules/fragment_scores.hpp"
#include "weft/molecules/molecule_features.hpp"
#include "weft/molecules/nspdk.hpp"

namespace weft {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

/// The features of a set of molecules, by feature.
struct MoleculeSet {
  explicit MoleculeSet(std::vector<MoleculeFeatures> molecules) {
    for (MoleculeFeatures& molecule : molecules) {
      canonical.push_back(std::move(molecule.canonical));
      fingerprint.push_back(molecule.fingerprint);
      graph.push_back(std::move(molecule.graph));
      for (std::size_t i = 0; i < properties.size(); ++i) {
        properties[i].push_back(molecule.properties[i]);
      }
      if (!molecule.scaffold.empty()) {
        ++scaffolds[molecule.scaffold];
      }
      for (const std::string& fragment : molecule.fragments) {
        ++fragments[fragment];
      }
    }
  }

  std::vector<std::string> canonical;
  std::vector<Fingerprint> fingerprint;
  std::vector<NspdkGraph> graph;
  PropertyValues properties;
  Tally scaffolds, fragments;
};

/// Bits of both over bits of either; two without any are alike.
double tanimoto(const Fingerprint& a, const Fingerprint& b) {
  int both = 0;
  int either = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    both += std::popcount(a[i] & b[i]);
    either += std::popcount(a[i] | b[i]);
  }
  return either == 0 ? 1.0 : static_cast<double>(both) / static_cast<double>(either);
}

/// The mean over `a` of what `of_row` makes of each one's similarities to all of `b`.
template <class OfRow>
double mean_over_rows(const std::vector<Fingerprint>& a, const std::vector<Fingerprint>& b, const OfRow& of_row) {
  if (a.empty() || b.empty()) {
    return kNan;
  }
  const double sum = parallel_sum(static_cast<std::int64_t>(a.size()), 64, [&](std::int64_t begin, std::int64_t end) {
    double part = 0.0;
    for (std::int64_t i = begin; i < end; ++i) {
      part += of_row(a[static_cast<std::size_t>(i)], b);
    }
    return part;
  });
  return sum / static_cast<double>(a.size());
}

double nearest(const Fingerprint& x, const std::vector<Fingerprint>& all) {
  double best = 0.0;
  for (const Fingerprint& y : all) {
    best = std::max(best, tanimoto(x, y));
  }
  return best;
}

double mean_similarity(const Fingerprint& x, const std::vector<Fingerprint>& all) {
  double sum = 0.0;
  for (const Fingerprint& y : all) {
    sum += tanimoto(x, y);
  }
  return sum / static_cast<double>(all.size());
}

PropertyDistances property_distances(const MoleculeSet& a, const MoleculeSet& b) {
  std::array<double, kMoleculeProperties.size()> w1{};
  for (std::size_t i = 0; i < w1.size(); ++i) {
    w1[i] = wasserstein_distance(a.properties[i], b.properties[i]);
  }
  return {.logp = w1[0], .sa = w1[1], .qed = w1[2], .mw = w1[3], .tpsa = w1[4], .rings = w1[5]};
}

double share(std::size_t part, std::size_t all) {
  return all == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(all);
}

}  // namespace

bool can_evaluate_molecules() {
  return describes_molecules();
}

std::optional<std::string> canonical_smiles(const std::string& smiles) {
  return canonical_forms({&smiles, 1}).front();
}

bool is_molecule(const std::string& smiles) {
  return canonical_smiles(smiles).has_value();
}

struct MoleculeEvaluator::State {
  std::optional<FragmentScores> scores;
  /// As given, and in canonical form.
  std::vector<std::string> training;
  std::unordered_set<std::string> known;
  MoleculeSet reference;

  [[nodiscard]] const FragmentScores* table() const { return scores ? &*scores : nullptr; }
};

MoleculeEvaluator::MoleculeEvaluator(std::span<const std::string> training, std::span<const std::string> reference,
                                     const MoleculeOptions& options) {
  std::optional<FragmentScores> scores = FragmentScores::read(options.fragment_scores);
  std::vector<MoleculeFeatures> molecules = describe_molecules(reference, scores ? &*scores : nullptr);
  require(!molecules.empty(), "evaluate_molecules: none of the ", reference.size(),
          " reference texts is a molecule, expected at least one");
  state_ = std::make_unique<State>(State{.scores = std::move(scores),
                                         .training = {training.begin(), training.end()},
                                         .known = {},
                                         .reference = MoleculeSet(std::move(molecules))});
  for (auto& form : canonical_forms(training)) {
    if (form) {
      state_->known.insert(std::move(*form));
    }
  }
}

MoleculeEvaluator::MoleculeEvaluator(MoleculeEvaluator&&) noexcept = default;
MoleculeEvaluator& MoleculeEvaluator::operator=(MoleculeEvaluator&&) noexcept = default;
MoleculeEvaluator::~MoleculeEvaluator() = default;

MoleculeQuality MoleculeEvaluator::evaluate(std::span<const std::string> generated) const {
  require(!generated.empty(), "evaluate_molecules: nothing was generated, expected at least one text");
  MoleculeSet ours(describe_molecules(generated, state_->table()));
  const MoleculeSet& theirs = state_->reference;
  const std::set<std::string> different(ours.canonical.begin(), ours.canonical.end());
  const auto is_new = [&](const std::string& form) { return !state_->known.contains(form); };
  const auto num_new = static_cast<std::size_t>(std::ranges::count_if(different, is_new));
  return {.valid = share(ours.canonical.size(), generated.size()),
          .unique = share(different.size(), ours.canonical.size()),
          .novel = share(num_new, different.size()),
          .nspdk_mmd = nspdk_mmd(ours.graph, theirs.graph),
          .scaffold_similarity = cosine_similarity(ours.scaffolds, theirs.scaffolds),
          .fragment_similarity = cosine_similarity(ours.fragments, theirs.fragments),
          .snn = mean_over_rows(ours.fingerprint, theirs.fingerprint, nearest),
          .internal_diversity = 1.0 - mean_over_rows(ours.fingerprint, ours.fingerprint, mean_similarity),
          .w1 = property_distances(ours, theirs),
          .properties = std::move(ours.properties)};
}

const PropertyValues& MoleculeEvaluator::reference_properties() const {
  return state_->reference.properties;
}

MoleculeQuality MoleculeEvaluator::floor(std::int64_t count, std::uint64_t seed) const {
  require(count >= 1 && !state_->training.empty(), "floor: ", count, " of ", state_->training.size(),
          " training molecules are asked for, expected at least one of at least one");
  std::vector<std::size_t> order(state_->training.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
  }
  shuffle(std::span(order), Random(seed));
  order.resize(std::min(order.size(), static_cast<std::size_t>(count)));
  std::vector<std::string> sample;
  for (const std::size_t i : order) {
    sample.push_back(state_->training[i]);
  }
  return evaluate(sample);
}

MoleculeQuality evaluate_molecules(std::span<const std::string> generated, std::span<const std::string> training,
                                   std::span<const std::string> reference, const MoleculeOptions& options) {
  return MoleculeEvaluator(training, reference, options).evaluate(generated);
}

}  // namespace weft
