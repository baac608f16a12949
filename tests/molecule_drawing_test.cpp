// Drawings of molecules.
#include "weft/molecules/molecule_drawing.hpp"

#include <cstdlib>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(MoleculeDrawing, DrawsMoleculesAndNothingElseInSilence) {
  if (!draws_molecules()) {
    ASSERT_EQ(std::getenv("CI"), nullptr) << "this Weft was built without RDKit";
    GTEST_SKIP() << "this Weft was built without RDKit";
  }
  // RDKit says on standard error what it dislikes, unless it is told not to.
  testing::internal::CaptureStderr();
  for (const std::string& text : {std::string(), std::string("C1CC"), std::string("[X]"), std::string(30000, 'C')}) {
    EXPECT_EQ(molecule_svg(text), "") << text.substr(0, 10);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
  EXPECT_TRUE(molecule_svg("CCO").starts_with("<svg"));
  EXPECT_EQ(molecule_svg("CCO", {.shades = std::vector<float>(2, 1.0F)}), "") << "a shade for each of three atoms";
}

}  // namespace
}  // namespace weft
