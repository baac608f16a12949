// What errors say.
#include "weft/core/error.hpp"

#include <gtest/gtest.h>

#include "tests/support.hpp"

namespace weft {
namespace {

using test::expect_throws;

TEST(Errors, SayFileObjectAndProblem) {
  const DataError error("a.h5", "/node/y", "has 3 rows, expected 4");
  EXPECT_STREQ(error.what(), "a.h5: /node/y: has 3 rows, expected 4");
  EXPECT_EQ(error.object(), "/node/y");
  EXPECT_STREQ(DataError("a.h5", "", "is empty").what(), "a.h5: is empty");
  EXPECT_NO_THROW(require(true, "never"));
  expect_throws<ArgumentError>([] { require(false, "x is ", 3, ", expected ", 4.5); }, "x is 3, expected 4.5");
}

}  // namespace
}  // namespace weft
