// Calls of the library with one argument broken: each is to be refused with an error of ours, in a line.
#pragma once

#include <exception>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "weft/core/error.hpp"

namespace weft::test {

struct BrokenCall {
  /// Function and argument, as "matmul: inner dimensions".
  const char* what;
  std::function<void()> call;
};

inline void expect_line(const char* what, const std::string& message) {
  EXPECT_FALSE(message.empty()) << what;
  EXPECT_EQ(message.find('\n'), std::string::npos) << what << ": " << message;
}

/// ArgumentError or DataError; anything else, an accepted call too, is a failure that names it.
inline void expect_refused(const std::vector<BrokenCall>& calls) {
  for (const auto& [what, call] : calls) {
    try {
      call();
      ADD_FAILURE() << what << ": was not refused";
    } catch (const ArgumentError& error) {
      expect_line(what, error.what());
    } catch (const DataError& error) {
      expect_line(what, error.what());
    } catch (const std::exception& error) {
      ADD_FAILURE() << what << ": " << error.what();
    }
  }
}

}  // namespace weft::test
