// Pathfinder (Linsley et al. 2018, Tay et al. 2021), drawn on a grid of 16 x 16 pixels: two long dashed paths, two
// short ones, and two marked ends. Do the marked ends belong to one path? Both marked ends are asked, in training also
// the other pixels of the paths that they are on: is this pixel between two marks?
//
// Pixels of one path are at most two steps from the next, those of different paths at least three, so that the answer
// can always be seen. How far apart the marks are tells nothing: only pictures are taken in which a pair of ends of
// one path is as far apart as a pair of ends of two, and a coin then decides which pair is marked.
#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>

#include "draws.hpp"
#include "tasks.hpp"

namespace {

constexpr std::int64_t kSide = 16;
/// The two long paths of a picture have one length out of these. Seen from either end their dashes are the same.
constexpr std::array<std::int64_t, 2> kLongPaths = {5, 8};
constexpr std::int64_t kShortPath = 3;
constexpr std::int64_t kShortPaths = 2;
/// Every third pixel of a path is left out.
constexpr std::int64_t kDash = 3;
enum PixelValue : std::int64_t { kEmpty, kDrawn, kMarked, kNumPixelValues };

struct Place {
  std::int64_t row, column;
};
using Path = std::vector<Place>;

/// Steps of a king.
std::int64_t distance(Place a, Place b) {
  return std::max(std::abs(a.row - b.row), std::abs(a.column - b.column));
}

bool is_inside(Place p) {
  return p.row >= 0 && p.row < kSide && p.column >= 0 && p.column < kSide;
}

/// A path of `length` pixels that turns by at most 45 degrees a pixel, does not touch itself and stays clear of all
/// pixels of `others`; nothing if the draws led into a corner.
std::optional<Path> draw_path(std::int64_t length, const std::vector<Path>& others, Draws& draws) {
  static constexpr std::array<Place, 8> kSteps = {
      {{0, 1}, {1, 1}, {1, 0}, {1, -1}, {0, -1}, {-1, -1}, {-1, 0}, {-1, 1}}};
  Path path = {{draws.below(kSide), draws.below(kSide)}};
  std::int64_t direction = draws.below(8);
  for (;;) {
    const Place at = path.back();
    for (const Path& other : others) {
      if (std::ranges::any_of(other, [&](Place p) { return distance(p, at) < 3; })) {
        return std::nullopt;
      }
    }
    if (!is_inside(at) || std::any_of(path.begin(), path.end() - std::min<std::ptrdiff_t>(2, std::ssize(path)),
                                      [&](Place p) { return distance(p, at) < 2; })) {
      return std::nullopt;
    }
    if (std::ssize(path) == length) {
      return path;
    }
    direction = (direction + (draws.happens(0.5) ? 0 : draws.happens(0.5) ? 1 : 7)) % 8;
    const Place step = kSteps[static_cast<std::size_t>(direction)];
    path.push_back({at.row + step.row, at.column + step.column});
  }
}

struct Picture {
  std::vector<Path> paths;
  std::array<Place, 2> marks;
  bool is_connected;
};

std::optional<Picture> try_picture(Draws& draws) {
  constexpr int kTries = 40;
  std::vector<Path> paths;
  const std::int64_t length = kLongPaths[static_cast<std::size_t>(draws.below(std::ssize(kLongPaths)))];
  for (std::int64_t i = 0; i < 2 + kShortPaths; ++i) {
    std::optional<Path> path;
    for (int t = 0; t < kTries && !path; ++t) {
      path = draw_path(i < 2 ? length : kShortPath, paths, draws);
    }
    if (!path) {
      return std::nullopt;
    }
    paths.push_back(std::move(*path));
  }
  const Place a = paths[0].front(), b = paths[0].back();
  // The ends of a path are drawn alike, so the first end of the second path stands for both.
  const Place other = paths[1].front();
  if (distance(a, b) != distance(a, other)) {
    return std::nullopt;
  }
  const bool is_connected = draws.happens(0.5);
  return Picture{.paths = std::move(paths), .marks = {a, is_connected ? b : other}, .is_connected = is_connected};
}

Picture draw_picture(Draws& draws) {
  for (;;) {
    if (std::optional<Picture> picture = try_picture(draws)) {
      return std::move(*picture);
    }
  }
}

struct Pixel {
  std::int64_t value = kEmpty, label = -1;
};
using Grid = std::array<std::array<Pixel, kSide>, kSide>;

Grid pixels_of(const Picture& picture) {
  Grid grid{};
  const auto pixel = [&](Place p) -> Pixel& {
    return grid[static_cast<std::size_t>(p.row)][static_cast<std::size_t>(p.column)];
  };
  for (std::size_t number = 0; number < picture.paths.size(); ++number) {
    const Path& path = picture.paths[number];
    const bool has_mark = number == 0 || (number == 1 && !picture.is_connected);
    for (std::int64_t i = 0; i < std::ssize(path); ++i) {
      if (i % kDash != kDash - 1 || i + 1 == std::ssize(path)) {
        pixel(path[static_cast<std::size_t>(i)]) = {kDrawn, !has_mark ? -1 : picture.is_connected ? 1 : 0};
      }
    }
  }
  for (const Place mark : picture.marks) {
    pixel(mark).value = kMarked;
  }
  return grid;
}

/// Pixels that touch, at sides or corners, for models with a convolution.
void link_neighbors(SequenceBatchBuilder& batch) {
  for (std::int64_t row = 0; row < kSide; ++row) {
    for (std::int64_t column = 0; column < kSide; ++column) {
      for (const Place other :
           {Place{row, column + 1}, {row + 1, column - 1}, {row + 1, column}, {row + 1, column + 1}}) {
        if (is_inside(other)) {
          batch.link(row * kSide + column, other.row * kSide + other.column);
        }
      }
    }
  }
}

SequenceBatch draw(const weft::Random& random, std::int64_t count) {
  using Question = SequenceBatchBuilder::Question;
  SequenceBatchBuilder batch({kNumPixelValues, kSide, kSide});
  Draws draws(random);
  for (std::int64_t sequence = 0; sequence < count; ++sequence) {
    const Grid grid = pixels_of(draw_picture(draws));
    for (std::int64_t row = 0; row < kSide; ++row) {
      for (std::int64_t column = 0; column < kSide; ++column) {
        const Pixel pixel = grid[static_cast<std::size_t>(row)][static_cast<std::size_t>(column)];
        batch.add({pixel.value, row, column}, pixel.label,
                  pixel.value == kMarked ? Question::test : Question::training);
      }
    }
    link_neighbors(batch);
    batch.end_sequence();
  }
  return std::move(batch).build();
}

}  // namespace

Task pathfinder_task() {
  return {.name = "pathfinder",
          .summary = "whether two marked ends in a picture belong to one dashed path",
          .unit = "marked end",
          .num_categories = {kNumPixelValues, kSide, kSide},
          .num_classes = 2,
          .draw = draw,
          .recipes = {{.attention = "windows",
                       .options = {{"layers", "4"},
                                   {"hidden", "32"},
                                   {"heads", "4"},
                                   {"grid_width", "16"},
                                   {"grid_side", "4"},
                                   {"position_bias", "true"}},
                       .batch = 32,
                       .steps = 1500,
                       .learning_rate = 3e-3},
                      // As published, between convolutions; and those alone.
                      {.attention = "efficient",
                       .options = {{"convolution", "gin"}, {"layers", "4"}, {"hidden", "32"}, {"heads", "4"}},
                       .batch = 32,
                       .steps = 1000,
                       .learning_rate = 3e-3},
                      {.attention = "none",
                       .options = {{"convolution", "gin"}, {"layers", "4"}, {"hidden", "32"}, {"heads", "4"}},
                       .batch = 32,
                       .steps = 1000,
                       .learning_rate = 3e-3}},
          .test_sequences = 1024};
}
