// Quality of generated molecules. Properties are those that RDKit's own Python functions give for the same molecules.
#include "weft/molecules/molecule_metrics.hpp"

#include <cmath>
#include <cstdlib>
#include <fstream>
#include <numeric>
#include <string>
#include <vector>

#include "tests/public_files.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"
#include "weft/core/error.hpp"
#include "weft/core/parallel.hpp"
#include "weft/io/dataset.hpp"
#include "weft/molecules/distribution_distance.hpp"
#include "weft/molecules/molecule_features.hpp"

namespace weft {
namespace {

using Texts = std::vector<std::string>;

class Molecules : public testing::Test {
 protected:
  void SetUp() override {
    if (!can_evaluate_molecules()) {
      ASSERT_EQ(std::getenv("CI"), nullptr) << "this Weft was built without RDKit";
      GTEST_SKIP() << "this Weft was built without RDKit";
    }
  }
};

TEST_F(Molecules, HaveOneCanonicalForm) {
  EXPECT_EQ(canonical_smiles("OCC"), "CCO");
  EXPECT_EQ(canonical_smiles("C1=CC=CC=C1"), "c1ccccc1");
  EXPECT_EQ(canonical_smiles("C[C@H](N)O"), canonical_smiles("C[C@@H](N)O"));
  EXPECT_EQ(canonical_smiles("F/C=C/F"), "FC=CF");
  EXPECT_EQ(canonical_smiles("CC.O"), "CC.O");
}

TEST_F(Molecules, AreNotWhatBreaksValences) {
  EXPECT_TRUE(is_molecule("C"));
  for (const char* text : {"", "C(", "C1CC", "CC(C)(C)(C)C", "c1cccc1", "[X]", "C=O=C", "hello"}) {
    EXPECT_FALSE(is_molecule(text)) << text;
  }
  EXPECT_FALSE(is_molecule(std::string(30000, 'C'))) << "too long";
}

TEST_F(Molecules, HaveThePropertiesThatRdkitGives) {
  const Texts texts = {"CC(=O)Oc1ccccc1C(=O)O", "CN1C=NC2=C1C(=O)N(C)C(=O)N2C", "N=C(CCSCc1csc(N=C(N)N)n1)NS(N)(=O)=O",
                       "CC12CCC3C(CCC4=CC(=O)CCC34C)C1CCC2O", "C"};
  const auto molecules = describe_molecules(texts, nullptr);
  ASSERT_EQ(molecules.size(), 5U);
  // Log P, drug-likeness, weight, polar surface, rings.
  const std::vector<std::array<double, 5>> expected = {{1.3101, 0.5501217967, 180.159, 63.60, 1},
                                                       {-1.0293, 0.5384628262, 194.194, 61.82, 2},
                                                       {-0.55833, 0.2531425773, 337.456, 173.33, 1},
                                                       {3.8792, 0.7342296116, 288.431, 37.30, 4},
                                                       {0.6361, 0.3597849379, 16.043, 0, 0}};
  for (std::size_t i = 0; i < expected.size(); ++i) {
    const auto& found = molecules[i].properties;
    EXPECT_NEAR(found[0], expected[i][0], 1e-4) << texts[i];
    EXPECT_TRUE(std::isnan(found[1])) << "without a table";
    EXPECT_NEAR(found[2], expected[i][1], 1e-6) << texts[i];
    EXPECT_NEAR(found[3], expected[i][2], 1e-3) << texts[i];
    EXPECT_NEAR(found[4], expected[i][3], 1e-2) << texts[i];
    EXPECT_EQ(found[5], expected[i][4]) << texts[i];
  }
  EXPECT_EQ(molecules[0].scaffold, "") << "one ring";
  EXPECT_EQ(molecules[1].scaffold, "O=c1[nH]c(=O)c2[nH]cnc2[nH]1");
  EXPECT_EQ(molecules[0].fragments.size(), 4U);
  EXPECT_EQ(molecules[4].fragments, Texts{"C"});
}

TEST_F(Molecules, SayOnePropertyByName) {
  const Texts texts = {"CC(=O)Oc1ccccc1C(=O)O", "no molecule", "C"};
  const std::vector<double> logp = molecule_property("logp", texts), rings = molecule_property("rings", texts);
  ASSERT_EQ(logp.size(), 3U);
  EXPECT_NEAR(logp[0], 1.3101, 1e-4);
  EXPECT_TRUE(std::isnan(logp[1]));
  EXPECT_NEAR(logp[2], 0.6361, 1e-4);
  EXPECT_EQ(rings[0], 1.0);
  EXPECT_EQ(rings[2], 0.0);
  test::expect_throws<ArgumentError>([&] { (void)molecule_property("color", texts); }, "there is no property 'color'");
}

TEST_F(Molecules, AreAsHardToMakeAsRdkitSays) {
  const auto scores = FragmentScores::read(MoleculeOptions().fragment_scores);
  if (!scores) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "rdkit-data is missing";
    GTEST_SKIP() << MoleculeOptions().fragment_scores << " is missing; install rdkit-data";
  }
  const Texts texts = {"CC(=O)Oc1ccccc1C(=O)O",
                       "CN1C=NC2=C1C(=O)N(C)C(=O)N2C",
                       "C",
                       "N=C(CCSCc1csc(N=C(N)N)n1)NS(N)(=O)=O",
                       "CC12CCC3C(CCC4=CC(=O)CCC34C)C1CCC2O",
                       "C1CCCCCCCCC1"};
  const std::vector<double> expected = {1.5800398, 2.2979825, 7.3284154, 3.4827953, 3.9027311, 1.0};
  const auto molecules = describe_molecules(texts, &*scores);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    EXPECT_NEAR(molecules[i].properties[1], expected[i], 1e-5) << texts[i];
  }
}

TEST_F(Molecules, AreCountedAsWritten) {
  // Ethanol twice, one text that is none, benzene.
  const MoleculeQuality quality =
      evaluate_molecules(Texts{"CCO", "OCC", "C(", "c1ccccc1"}, Texts{"CCO", "not one"}, Texts{"CCO", "C"});
  EXPECT_DOUBLE_EQ(quality.valid, 0.75);
  EXPECT_DOUBLE_EQ(quality.unique, 2.0 / 3.0);
  EXPECT_DOUBLE_EQ(quality.novel, 0.5);
}

TEST_F(Molecules, DifferByTheDistanceOfTheirProperties) {
  const MoleculeQuality quality =
      evaluate_molecules(Texts{"CC(=O)Oc1ccccc1C(=O)O"}, Texts{}, Texts{"C"}, {.fragment_scores = "missing"});
  EXPECT_NEAR(quality.w1.logp, 1.3101 - 0.6361, 1e-4);
  EXPECT_NEAR(quality.w1.qed, 0.5501218 - 0.3597849, 1e-6);
  EXPECT_NEAR(quality.w1.mw, 180.159 - 16.043, 1e-3);
  EXPECT_NEAR(quality.w1.tpsa, 63.60, 1e-2);
  EXPECT_EQ(quality.w1.rings, 1.0);
  EXPECT_TRUE(std::isnan(quality.w1.sa)) << "there is no table of fragments";
  EXPECT_EQ(quality.fragment_similarity, 0.0);
  EXPECT_TRUE(std::isnan(quality.scaffold_similarity)) << "there are no scaffolds";
  EXPECT_EQ(quality.internal_diversity, 0.0) << "one molecule is all like itself";
}

TEST_F(Molecules, AreAtNoDistanceFromThemselves) {
  // Odd ones too: hydrogen, a salt, a metal complex, a fragment of a polymer, an isotope.
  const Texts texts = {"c1ccc2ccccc2c1",     "CCO",    "CC(=O)Oc1ccccc1C(=O)O",
                       "C1CC2CC1CC2",        "[H][H]", "[Na+].[Cl-]",
                       "N->[Pt](<-N)(Cl)Cl", "*CC*",   "[13CH4]"};
  const MoleculeQuality quality = evaluate_molecules(texts, texts, texts);
  EXPECT_EQ(quality.valid, 1.0);
  EXPECT_EQ(quality.novel, 0.0);
  EXPECT_NEAR(quality.nspdk_mmd, 0.0, 1e-15);
  EXPECT_NEAR(quality.scaffold_similarity, 1.0, 1e-12);
  EXPECT_NEAR(quality.fragment_similarity, 1.0, 1e-12);
  EXPECT_EQ(quality.snn, 1.0);
  EXPECT_EQ(quality.w1.logp, 0.0);
  EXPECT_EQ(quality.w1.rings, 0.0);
  // Methane and water share no fragment: of four pairs the two with themselves are alike.
  EXPECT_DOUBLE_EQ(evaluate_molecules(Texts{"C", "O"}, texts, texts).internal_diversity, 0.5);
}

TEST_F(Molecules, HaveAFloorOfTrainingMolecules) {
  const Texts training = {"CCO", "CCN", "CCC", "CCCC", "CCCO"};
  const MoleculeEvaluator evaluator(training, Texts{"CCO", "CCF"});
  const MoleculeQuality floor = evaluator.floor(3, 7);
  EXPECT_EQ(floor.valid, 1.0);
  EXPECT_EQ(floor.unique, 1.0) << "drawn without repeats";
  EXPECT_EQ(floor.novel, 0.0);
  EXPECT_EQ(evaluator.floor(3, 7).nspdk_mmd, floor.nspdk_mmd);
  EXPECT_EQ(evaluator.floor(99).snn, evaluator.evaluate(training).snn) << "all there are";
  test::expect_throws<ArgumentError>([&] { (void)evaluator.floor(0); }, "0 of 5 training molecules");
}

TEST_F(Molecules, NeedAReferenceAndSomethingGenerated) {
  test::expect_throws<ArgumentError>(
      [] {
        (void)evaluate_molecules(Texts{"C"}, Texts{}, Texts{"(", ")"});
      },
      "none of the 2 reference texts");
  test::expect_throws<ArgumentError>([] { (void)evaluate_molecules(Texts{}, Texts{}, Texts{"C"}); },
                                     "nothing was generated");
  const MoleculeQuality none = evaluate_molecules(Texts{"("}, Texts{}, Texts{"C"});
  EXPECT_EQ(none.valid, 0.0);
  EXPECT_EQ(none.unique, 0.0);
  EXPECT_TRUE(std::isnan(none.snn));
  EXPECT_TRUE(std::isnan(none.nspdk_mmd));
}

/// The molecules of a split of the QM9 file, every `step`-th one.
Texts smiles_of(const Dataset& data, const std::vector<std::int64_t>& split, std::size_t step) {
  Texts texts;
  for (std::size_t i = 0; i < split.size(); i += step) {
    texts.push_back(data.smiles[static_cast<std::size_t>(split[i])]);
  }
  return texts;
}

TEST_F(Molecules, OfQm9ReachThePublishedFloor) {
  const auto path = test::public_file("qm9_smiles");
  if (!path) {
    GTEST_SKIP() << "qm9_smiles.h5 is missing; set WEFT_DATA";
  }
  const Dataset data = read_dataset(*path);
  const Split& split = *data.find_split("public");
  Texts sample = smiles_of(data, split.train, 10);
  sample.resize(10000);
  const MoleculeQuality floor = evaluate_molecules(sample, sample, smiles_of(data, split.test, 1));
  EXPECT_EQ(floor.valid, 1.0);
  EXPECT_EQ(floor.novel, 0.0);
  EXPECT_NEAR(floor.nspdk_mmd, 1.4e-4, 0.3e-4);
  EXPECT_NEAR(floor.scaffold_similarity, 0.945, 0.01);
  EXPECT_NEAR(floor.fragment_similarity, 0.990, 0.005);
  EXPECT_NEAR(floor.snn, 0.492, 0.005);
  EXPECT_NEAR(floor.internal_diversity, 0.919, 0.002);
  EXPECT_LT(floor.w1.logp, 0.03);
  EXPECT_LT(floor.w1.qed, 0.003);
  EXPECT_LT(floor.w1.mw, 0.3);
}

TEST_F(Molecules, GiveTheSameFiguresWithEveryNumberOfThreads) {
  const auto path = test::public_file("qm9_smiles");
  if (!path) {
    GTEST_SKIP() << "qm9_smiles.h5 is missing; set WEFT_DATA";
  }
  const Dataset data = read_dataset(*path);
  const Split& split = *data.find_split("public");
  const Texts generated = smiles_of(data, split.train, 150);
  const Texts reference = smiles_of(data, split.test, 20);
  MoleculeQuality one, many;
  with_threads(1, [&] { one = evaluate_molecules(generated, reference, reference); });
  with_threads(4, [&] { many = evaluate_molecules(generated, reference, reference); });
  EXPECT_EQ(one.nspdk_mmd, many.nspdk_mmd);
  EXPECT_EQ(one.scaffold_similarity, many.scaffold_similarity);
  EXPECT_EQ(one.fragment_similarity, many.fragment_similarity);
  EXPECT_EQ(one.snn, many.snn);
  EXPECT_EQ(one.internal_diversity, many.internal_diversity);
  EXPECT_EQ(one.w1.qed, many.w1.qed);
  EXPECT_EQ(one.w1.logp, many.w1.logp);
}

}  // namespace
}  // namespace weft
