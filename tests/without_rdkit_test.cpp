// What a Weft that was built without RDKit says of molecules.
#include "tests/support.hpp"
#include "weft/io/importers/smiles_importer.hpp"
#include "weft/molecules/molecule_metrics.hpp"
#include "weft/molecules/molecule_reader.hpp"

namespace weft {
namespace {

TEST(WithoutRdkit, SaysThatItNeedsIt) {
  EXPECT_FALSE(reads_molecules());
  test::expect_throws<ArgumentError>([] { (void)import_smiles({.input = "x.csv"}); }, "without RDKit");
}

TEST(WithoutRdkit, DoesNotJudgeMolecules) {
  EXPECT_FALSE(can_evaluate_molecules());
  test::expect_throws<ArgumentError>([] { (void)is_molecule("C"); }, "without RDKit");
  const std::vector<std::string> texts = {"C"};
  test::expect_throws<ArgumentError>([&] { (void)evaluate_molecules(texts, texts, texts); }, "without RDKit");
}

}  // namespace
}  // namespace weft
