// The three kinds of errors and the check that throws the first of them. A message says: operation,
// what is wrong, the actual values, what is expected.
#pragma once

#include <sstream>
#include <stdexcept>
#include <string>

#pragma GCC visibility push(default)
namespace weft {

/// The caller broke a documented precondition.
class ArgumentError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

/// A file, or a graph read from one, breaks its format. `what()` is "FILE: OBJECT: problem".
class DataError : public std::runtime_error {
 public:
  DataError(std::string file, std::string object, const std::string& problem)
      : std::runtime_error(file + ": " + (object.empty() ? "" : object + ": ") + problem),
        file_(std::move(file)),
        object_(std::move(object)),
        problem_(problem) {}

  [[nodiscard]] const std::string& file() const { return file_; }
  [[nodiscard]] const std::string& object() const { return object_; }
  [[nodiscard]] const std::string& problem() const { return problem_; }

 private:
  std::string file_, object_, problem_;
};

/// A loss or a gradient is not finite; names the step and the parameter.
class NumericError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// What was made could not be written: no fault of an input.
class OutputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// The parts, written one after the other as a stream would.
template <class... Parts>
[[nodiscard]] std::string concat(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

/// Throws ArgumentError with the parts as its message unless `condition` holds. The parts are only
/// formatted when it does not.
template <class... Parts>
void require(bool condition, const Parts&... parts) {
  if (!condition) [[unlikely]] {
    throw ArgumentError(concat(parts...));
  }
}

}  // namespace weft
#pragma GCC visibility pop
