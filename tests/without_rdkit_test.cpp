// What a Weft that was built without RDKit says of molecules.
#include "tests/support.hpp"
#include "weft/io/molecule_reader.hpp"
#include "weft/io/smiles_importer.hpp"

namespace weft {
namespace {

TEST(WithoutRdkit, SaysThatItNeedsIt) {
  EXPECT_FALSE(reads_molecules());
  test::expect_throws<ArgumentError>([] { (void)import_smiles({.input = "x.csv"}); }, "without RDKit");
}

}  // namespace
}  // namespace weft
