// The file is a list of lists in Python's first pickle format, compressed by gzip: lines of text, where an item's line
// ends in its number, after "F" the score that the following "I" fragments have. Opcodes before it only nest lists:
//
//   (lp0      begins the list of all          aI910163969    a fragment with that score
//   (lp1      begins a list                   a(lp2          ends a list and begins the next one
//   F-2.8254  its score                       a.             ends all
#include "weft/molecules/fragment_scores.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <memory>
#include <string>
#include <string_view>

#include "weft/core/error.hpp"

namespace weft {
namespace {

std::string unpacked(const std::filesystem::path& path) {
  // Seven times the size of the file that RDKit has.
  constexpr std::size_t kLargest = std::size_t{1} << 26;
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (file == nullptr) {
    throw DataError(path.string(), "", "cannot be opened");
  }
  std::string content;
  std::array<char, 1 << 16> part{};
  for (int count = 1; count > 0;) {
    count = gzread(file.get(), part.data(), static_cast<unsigned>(part.size()));
    if (count < 0 || content.size() > kLargest) {
      throw DataError(path.string(), "", count < 0 ? "is damaged, expected gzip" : "is too large for fragment scores");
    }
    content.append(part.data(), static_cast<std::size_t>(count));
  }
  return content;
}

template <class Number>
Number number_of(const std::filesystem::path& path, std::int64_t line, std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    throw DataError(path.string(), concat("line ", line), concat("'", text, "' is not a number that fits"));
  }
  return value;
}

}  // namespace

std::optional<FragmentScores> FragmentScores::read(const std::filesystem::path& path) {
  std::error_code none;
  if (!std::filesystem::exists(path, none)) {
    return std::nullopt;
  }
  const std::string content = unpacked(path);
  FragmentScores result;
  std::optional<float> score;
  std::int64_t line = 0;
  for (std::string_view rest = content; !rest.empty();) {
    ++line;
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view text = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    const std::size_t letter = text.find_first_not_of("(lap0123456789");
    if (letter == std::string_view::npos || text[letter] == '.') {
      continue;
    }
    const std::string_view number = text.substr(letter + 1);
    if (text[letter] == 'F') {
      score = number_of<float>(path, line, number);
    } else if (text[letter] == 'I' && score) {
      result.scores_.emplace_back(number_of<std::uint32_t>(path, line, number), *score);
    } else {
      throw DataError(path.string(), concat("line ", line),
                      concat("'", text.substr(0, 40), "' is neither a score nor a fragment with one"));
    }
  }
  if (result.scores_.empty()) {
    throw DataError(path.string(), "", "has no fragments, expected a list of scores");
  }
  // Of repeats the last one counts.
  std::ranges::reverse(result.scores_);
  std::ranges::stable_sort(result.scores_, {}, &std::pair<std::uint32_t, float>::first);
  const auto same_fragment = [](const auto& x, const auto& y) { return x.first == y.first; };
  result.scores_.erase(std::unique(result.scores_.begin(), result.scores_.end(), same_fragment), result.scores_.end());
  return result;
}

double FragmentScores::of(std::uint32_t fragment) const {
  constexpr double kRare = -4.0;
  const auto found = std::ranges::lower_bound(scores_, fragment, {}, &std::pair<std::uint32_t, float>::first);
  return found != scores_.end() && found->first == fragment ? static_cast<double>(found->second) : kRare;
}

}  // namespace weft
