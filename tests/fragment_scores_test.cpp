// Tables of fragments: their scores, and what is no table.
#include "weft/molecules/fragment_scores.hpp"

#include <filesystem>
#include <string>

#include "tests/file_content.hpp"
#include "tests/support.hpp"
#include "tests/temporary_folder.hpp"

namespace weft {
namespace {

class FragmentTable : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& content) const {
    return test::write_content(folder_ / "scores.pkl", content);
  }
  test::TemporaryFolder folder_;
};

TEST_F(FragmentTable, ReadsScoresAndTakesTheLastOfRepeats) {
  const auto scores = FragmentScores::read(write("(lp0\n(lp1\nF-1.5\naI4000000000\naI9\naa(lp2\nF2\naI9\naI11\naa."));
  ASSERT_TRUE(scores.has_value());
  EXPECT_EQ(scores->of(4000000000U), -1.5);
  EXPECT_EQ(scores->of(9), 2.0);
  EXPECT_EQ(scores->of(11), 2.0);
  EXPECT_EQ(scores->of(10), -4.0) << "a fragment that is not there is rare";
  EXPECT_FALSE(FragmentScores::read(folder_ / "missing.pkl.gz").has_value());
}

TEST_F(FragmentTable, RefusesWhatIsNoTable) {
  const auto refuses = [&](const std::string& content, const std::string& part) {
    test::expect_throws<DataError>([&] { (void)FragmentScores::read(write(content)); }, part);
  };
  refuses("(lp0\n(lp1\nF-1.5x\naI7\na.", "line 3: '-1.5x' is not a number");
  refuses("(lp0\n(lp1\nF-1.5\naI5000000000\na.", "line 4: '5000000000' is not a number that fits");
  refuses("(lp0\n(lp1\nI7\na.", "line 3");
  refuses("(lp0\ncos\nsystem\n", "line 2: 'cos' is neither");
  refuses("", "has no fragments");
  refuses(std::string("\x1f\x8b\x08\x00 damaged", 12), "scores.pkl");
}

}  // namespace
}  // namespace weft
