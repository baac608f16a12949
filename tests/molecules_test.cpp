// Molecules as graphs: hydrogens, alternating bonds, and SMILES.
#include "weft/molecules/molecules.hpp"

#include <gtest/gtest.h>

#include "tests/typed_graphs.hpp"

namespace weft {
namespace {

using test::ring;

TEST(Molecules, HaveTheUsualHydrogens) {
  EXPECT_EQ(hydrogens_of({6, 0}, 1), 3);
  EXPECT_EQ(hydrogens_of({7, 1}, 3), 1);
  EXPECT_EQ(hydrogens_of({8, -1}, 1), 0);
  EXPECT_EQ(hydrogens_of({6, -1}, 2), 1);
  EXPECT_EQ(hydrogens_of({16, 0}, 3), 1);
  EXPECT_EQ(hydrogens_of({16, 0}, 6), 0);
}

TEST(Molecules, OfAromaticRingsGetAlternatingBonds) {
  // Benzene: three double bonds; pyrrole, whose nitrogen has a hydrogen: two, none at the nitrogen.
  std::vector<AromaticBond> benzene, pyrrole;
  for (NodeId i = 0; i < 6; ++i) {
    benzene.push_back({i, (i + 1) % 6, 1, true});
  }
  for (NodeId i = 0; i < 5; ++i) {
    pyrrole.push_back({i, (i + 1) % 5, 1, true});
  }
  const std::vector<AtomType> carbons(6, AtomType{6, 0});
  const std::vector<std::int32_t> ones(6, 1);
  ASSERT_TRUE(kekulize(carbons, ones, benzene));
  std::int32_t total = 0;
  for (std::size_t i = 0; i < 6; ++i) {
    EXPECT_EQ(benzene[i].order + benzene[(i + 1) % 6].order, 3);
    total += benzene[i].order;
  }
  EXPECT_EQ(total, 9);
  const std::vector<AtomType> ring = {{7, 0}, {6, 0}, {6, 0}, {6, 0}, {6, 0}};
  ASSERT_TRUE(kekulize(ring, std::vector<std::int32_t>(5, 1), pyrrole));
  EXPECT_EQ(pyrrole[0].order, 1);
  EXPECT_EQ(pyrrole[4].order, 1);
  EXPECT_EQ(pyrrole[1].order, 2);
}

TEST(Molecules, ThatNoBondsFitAreRefused) {
  // Five carbons with one hydrogen each cannot pair up.
  std::vector<AromaticBond> bonds;
  for (NodeId i = 0; i < 5; ++i) {
    bonds.push_back({i, (i + 1) % 5, 1, true});
  }
  EXPECT_FALSE(kekulize(std::vector<AtomType>(5, AtomType{6, 0}), std::vector<std::int32_t>(5, 1), bonds));
  EXPECT_TRUE(bonds[0].is_aromatic);
}

TEST(SmilesWriter, WritesBranchesRingsChargesAndComponents) {
  const std::vector<AtomType> alphabet = {{6, 0}, {7, 1}, {8, -1}, {8, 0}, {17, -1}};
  EXPECT_EQ(write_smiles({{0, 0, 3}, {{0, 1, 1}, {1, 2, 2}}}, alphabet), "CC=O");
  EXPECT_EQ(write_smiles({{0, 0, 3, 0}, {{0, 1, 1}, {1, 2, 2}, {1, 3, 1}}}, alphabet), "CC(=O)C");
  EXPECT_EQ(write_smiles({{0, 0, 0}, {{0, 1, 1}, {1, 2, 1}, {2, 0, 1}}}, alphabet), "C1CC1");
  EXPECT_EQ(write_smiles({{0, 1, 2}, {{0, 1, 1}, {1, 2, 1}}}, alphabet), "C[NH2+][O-]");
  EXPECT_EQ(write_smiles({{1, 4}, {}}, alphabet), "[NH4+].[Cl-]");
  // Two rings that share an atom use one number after the other.
  EXPECT_EQ(
      write_smiles({{0, 0, 0, 0, 0}, {{0, 1, 1}, {1, 2, 1}, {2, 0, 1}, {2, 3, 1}, {3, 4, 1}, {4, 2, 1}}}, alphabet),
      "C1CC12CC2");
}

}  // namespace
}  // namespace weft
