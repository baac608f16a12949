// Which bytes are text.
#include "weft/io/utf8.hpp"

#include <gtest/gtest.h>

namespace weft {
namespace {

TEST(Utf8, AcceptsWhatIsWellFormedOnly) {
  for (const char* good : {"", "plain", "ä", "漢", "🙂", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
}

}  // namespace
}  // namespace weft
