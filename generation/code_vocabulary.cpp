#include "weft/generation/code_vocabulary.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "weft/core/error.hpp"

namespace weft {
namespace {

constexpr std::uint64_t kAttempts = 16;
/// The first of a vocabulary's numbers is a sum of these.
constexpr std::int64_t kOrders = 1, kCompact = 2, kNeighborhood = 4;

/// Nothing for tokens that are not there, -1.
void set_bit(std::span<std::uint64_t> mask, std::int32_t i) {
  if (i < 0) {
    return;
  }
  mask[static_cast<std::size_t>(i) / 64] |= std::uint64_t{1} << (i % 64);
}

/// What random codes of the data use.
struct Census {
  std::set<Token> grows;
  std::set<std::int32_t> ring_labels;
  std::int32_t max_ring = 0, max_climb = 0, max_leap = 0, max_depth = 0;

  void count(const GraphCode& code) {
    PartialGraph graph;
    for (const Token& token : code.tokens) {
      graph.take(token);
      max_depth = std::max(max_depth, graph.depth());
      if (token.kind == Token::Kind::grow) {
        grows.insert(token);
      } else if (token.kind == Token::Kind::close) {
        ring_labels.insert(token.label);
        max_ring = std::max(max_ring, token.value);
      } else if (token.kind == Token::Kind::climb) {
        max_climb = std::max(max_climb, token.value);
      } else if (token.kind == Token::Kind::leap) {
        max_leap = std::max(max_leap, token.value);
      }
    }
    // Behind a leap any node of its stretch may be meant.
    if (max_leap > 0) {
      max_climb = std::max(max_climb, kStretch);
      max_ring = std::max(max_ring, ring_labels.empty() ? 0 : kStretch + 2);
    }
  }
};

std::vector<std::int32_t> largest_use(std::span<const TypedGraph> graphs, bool labels_are_orders) {
  std::vector<std::int32_t> most;
  for (const TypedGraph& graph : graphs) {
    std::vector<std::int32_t> used(graph.types.size(), 0);
    for (const TypedEdge& edge : graph.edges) {
      used[edge.a] += labels_are_orders ? edge.label : 1;
      used[edge.b] += labels_are_orders ? edge.label : 1;
    }
    for (std::size_t v = 0; v < used.size(); ++v) {
      const auto type = static_cast<std::size_t>(graph.types[v]);
      most.resize(std::max(most.size(), type + 1), 0);
      most[type] = std::max(most[type], used[v]);
    }
  }
  return most;
}

}  // namespace

CodeVocabulary::CodeVocabulary(std::span<const TypedGraph> graphs, const VocabularyOptions& options,
                               const Random& random)
    : labels_are_orders_(options.labels_are_orders),
      sees_neighborhood_(options.sees_neighborhood),
      walk_(options.walk),
      capacity_(largest_use(graphs, options.labels_are_orders)) {
  require(!graphs.empty(), "code vocabulary: there are no graphs, expected at least one");
  require(options.capacity.empty() || options.capacity.size() >= capacity_.size(), "code vocabulary: there are ",
          options.capacity.size(), " capacities for ", capacity_.size(), " types");
  if (!options.capacity.empty()) {
    for (std::size_t t = 0; t < capacity_.size(); ++t) {
      require(options.capacity[t] >= capacity_[t], "code vocabulary: type ", t, " has capacity ", options.capacity[t],
              ", but a node of the data uses ", capacity_[t]);
    }
    capacity_ = options.capacity;
  }
  Census census;
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    max_nodes_ = std::max(max_nodes_, graphs[g].num_nodes());
    many_components_ = many_components_ || num_components(graphs[g]) > 1;
    for (std::int64_t pass = 0; pass < options.passes; ++pass) {
      census.count(encode(graphs[g], random.stream(g).stream(static_cast<std::uint64_t>(pass)), walk_));
    }
  }
  max_depth_ = census.max_depth;
  tokens_ = {Token::end(), Token::end()};
  tokens_.insert(tokens_.end(), census.grows.begin(), census.grows.end());
  for (const std::int32_t label : census.ring_labels) {
    for (std::int32_t length = 3; length <= census.max_ring; ++length) {
      tokens_.push_back(Token::close(label, length));
    }
  }
  for (std::int32_t levels = 1; levels <= census.max_climb; ++levels) {
    tokens_.push_back(Token::climb(levels));
  }
  for (std::int32_t stretches = 1; stretches <= census.max_leap; ++stretches) {
    tokens_.push_back(Token::leap(stretches));
  }
  index_tokens();
}

void CodeVocabulary::index_tokens() {
  std::int32_t lightest = 0;
  max_room_ = *std::ranges::max_element(capacity_);
  for (std::size_t id = 2; id < tokens_.size(); ++id) {
    const Token& token = tokens_[id];
    num_labels_ = std::max(num_labels_, token.label);
    max_ring_ = std::max(max_ring_, token.kind == Token::Kind::close ? token.value : 0);
    max_climb_ = std::max(max_climb_, token.kind == Token::Kind::climb ? token.value : 0);
    max_leap_ = std::max(max_leap_, token.kind == Token::Kind::leap ? token.value : 0);
    if (token.kind == Token::Kind::grow && token.label > 0) {
      lightest = lightest == 0 ? weight(token.label) : std::min(lightest, weight(token.label));
    }
  }
  least_weight_ = lightest == 0 ? max_room_ + 1 : lightest;
  const std::size_t words = static_cast<std::size_t>(mask_words());
  grow_.assign(static_cast<std::size_t>(num_labels_ + 1) * capacity_.size(), -1);
  close_.assign(static_cast<std::size_t>(num_labels_ + 1) * static_cast<std::size_t>(max_ring_ + 1), -1);
  climb_.assign(static_cast<std::size_t>(max_climb_) + 1, -1);
  leap_.assign(static_cast<std::size_t>(max_leap_) + 1, -1);
  roots_.assign(words, 0);
  grows_in_.assign(words * static_cast<std::size_t>(max_room_ + 1), 0);
  for (std::size_t id = 2; id < tokens_.size(); ++id) {
    const Token& token = tokens_[id];
    const auto number = static_cast<std::int32_t>(id);
    const auto label = static_cast<std::size_t>(token.label), value = static_cast<std::size_t>(token.value);
    if (token.kind == Token::Kind::close) {
      close_[label * static_cast<std::size_t>(max_ring_ + 1) + value] = number;
    } else if (token.kind == Token::Kind::climb) {
      climb_[value] = number;
    } else if (token.kind == Token::Kind::leap) {
      leap_[value] = number;
    } else {
      grow_[label * capacity_.size() + value] = number;
      if (label == 0) {
        set_bit(roots_, number);
      }
      for (std::int32_t room = weight(token.label); label > 0 && room <= max_room_; ++room) {
        if (weight(token.label) <= capacity_[value]) {
          set_bit(std::span(grows_in_).subspan(words * static_cast<std::size_t>(room), words), number);
        }
      }
    }
  }
}

std::int32_t CodeVocabulary::id_of(const Token& token) const {
  const auto label = static_cast<std::size_t>(token.label), value = static_cast<std::size_t>(token.value);
  const bool fits = token.label >= 0 && token.label <= num_labels_ && token.value >= 0;
  switch (token.kind) {
    case Token::Kind::grow:
      return fits && value < capacity_.size() ? grow_[label * capacity_.size() + value] : -1;
    case Token::Kind::close:
      return fits && token.value <= max_ring_ ? close_[label * static_cast<std::size_t>(max_ring_ + 1) + value] : -1;
    case Token::Kind::climb:
      return fits && token.value <= max_climb_ ? climb_[value] : -1;
    case Token::Kind::leap:
      return fits && token.value <= max_leap_ ? leap_[value] : -1;
    case Token::Kind::end:
      return kEnd;
  }
  return -1;
}

void CodeVocabulary::write_mask(const PartialGraph& graph, std::span<std::uint64_t> mask) const {
  const auto words = static_cast<std::size_t>(mask_words());
  if (graph.num_tokens() == 0) {
    std::ranges::copy(roots_, mask.begin());
    return;
  }
  const bool may_grow = graph.num_nodes() < max_nodes_;
  if (may_grow && graph.last() != Token::Kind::leap) {
    const auto room = static_cast<std::size_t>(graph.room(graph.ancestor(0)));
    std::copy_n(grows_in_.begin() + static_cast<std::ptrdiff_t>(words * room), words, mask.begin());
  } else {
    std::ranges::fill(mask, 0);
  }
  const auto set = [&](std::int32_t id) { set_bit(mask, id); };
  if (graph.last() == Token::Kind::climb) {
    return;
  }
  if (graph.last() == Token::Kind::leap) {
    visit_stretch(graph, graph.leap(), set);
    return;
  }
  set_bit(mask, kEnd);
  if (may_grow && many_components_) {
    for (std::size_t i = 0; i < words; ++i) {
      mask[i] |= roots_[i];
    }
  }
  for (std::int32_t levels = 1; levels <= std::min(graph.depth(), kNearLevels); ++levels) {
    visit_ancestor(graph, levels, levels + 1, levels, set);
  }
  for (std::int32_t leap = 1; leap <= std::min(max_leap_, graph.depth() / kStretch); ++leap) {
    if (graph.levels_after(leap, 0) <= kNearLevels || !graph.has_room_after(leap)) {
      continue;
    }
    // Some climb will follow, without looking where to, unless heavy edges alone grow or the stretch is near in part.
    bool some_follow = may_grow && least_weight_ == 1 && graph.levels_after(leap, kStretch - 1) > kNearLevels;
    if (!some_follow) {
      visit_stretch(graph, leap, [&](std::int32_t) { some_follow = true; });
    }
    if (some_follow) {
      set_bit(mask, id_of(Token::leap(leap)));
    }
  }
}

template <class Use>
void CodeVocabulary::visit_ancestor(const PartialGraph& graph, std::int32_t levels, std::int32_t length,
                                    std::int32_t climb, const Use& use) const {
  const std::int32_t there = graph.room(graph.ancestor(levels)), both = std::min(there, graph.room(graph.ancestor(0)));
  if (there == 0) {
    return;
  }
  for (std::int32_t label = 1; label <= num_labels_ && both > 0 && levels >= graph.last_ring(); ++label) {
    if (const std::int32_t id = id_of(Token::close(label, length)); id >= 0 && weight(label) <= both) {
      use(id);
    }
  }
  const std::int32_t id = id_of(Token::climb(climb));
  if (id >= 0 && graph.num_nodes() < max_nodes_ && there >= least_weight_) {
    use(id);
  }
}

template <class Use>
void CodeVocabulary::visit_stretch(const PartialGraph& graph, std::int32_t leap, const Use& use) const {
  for (std::int32_t i = 0; i < kStretch && graph.levels_after(leap, i) > kNearLevels; ++i) {
    visit_ancestor(graph, graph.levels_after(leap, i), 3 + i, 1 + i, use);
  }
}

std::optional<std::vector<std::int32_t>> CodeVocabulary::write(const TypedGraph& graph, const Random& random) const {
  if (graph.types.empty() || graph.num_nodes() > max_nodes_) {
    return std::nullopt;
  }
  std::vector<std::uint64_t> mask(static_cast<std::size_t>(mask_words()));
  for (std::uint64_t attempt = 0; attempt < kAttempts; ++attempt) {
    std::vector<std::int32_t> ids;
    PartialGraph partial = empty_graph();
    bool fits = true;
    for (const Token& token : encode(graph, random.stream(attempt), walk_).tokens) {
      const std::int32_t id = id_of(token);
      write_mask(partial, mask);
      fits = id >= 0 && (mask[static_cast<std::size_t>(id) / 64] >> (id % 64) & 1) != 0;
      if (!fits) {
        break;
      }
      ids.push_back(id);
      partial.take(token);
    }
    if (fits) {
      return ids;
    }
  }
  return std::nullopt;
}

std::vector<std::int64_t> CodeVocabulary::to_numbers() const {
  std::vector<std::int64_t> numbers = {(labels_are_orders_ ? kOrders : 0) | (walk_ == Walk::compact ? kCompact : 0) |
                                           (sees_neighborhood_ ? kNeighborhood : 0),
                                       many_components_ ? 1 : 0, max_nodes_, max_depth_, num_types()};
  numbers.insert(numbers.end(), capacity_.begin(), capacity_.end());
  for (const Token& token : std::span(tokens_).subspan(2)) {
    numbers.insert(numbers.end(), {static_cast<std::int64_t>(token.kind), token.label, token.value});
  }
  return numbers;
}

CodeVocabulary CodeVocabulary::from_numbers(std::span<const std::int64_t> numbers) {
  constexpr std::int64_t kMost = 1 << 20;
  require(numbers.size() >= 6 && numbers[4] >= 1 && numbers[4] <= static_cast<std::int64_t>(numbers.size()) - 5 &&
              std::ranges::all_of(numbers, [](std::int64_t x) { return x >= 0 && x <= kMost; }),
          "code vocabulary: ", numbers.size(), " numbers make no vocabulary");
  CodeVocabulary result;
  require(numbers[0] < 2 * kNeighborhood, "code vocabulary: flags are ", numbers[0], ", expected below ",
          2 * kNeighborhood, "; a later version wrote it");
  result.labels_are_orders_ = (numbers[0] & kOrders) != 0;
  result.walk_ = (numbers[0] & kCompact) != 0 ? Walk::compact : Walk::random;
  result.sees_neighborhood_ = (numbers[0] & kNeighborhood) != 0;
  result.many_components_ = numbers[1] != 0;
  result.max_nodes_ = numbers[2];
  result.max_depth_ = static_cast<std::int32_t>(numbers[3]);
  const auto types = static_cast<std::size_t>(numbers[4]);
  for (const std::int64_t x : numbers.subspan(5, types)) {
    result.capacity_.push_back(static_cast<std::int32_t>(x));
  }
  const auto rest = numbers.subspan(5 + types);
  require(rest.size() % 3 == 0 && !rest.empty(), "code vocabulary: tokens are ", rest.size(),
          " numbers, expected three each");
  result.tokens_ = {Token::end(), Token::end()};
  const std::array<std::int64_t, 4> most_values = {static_cast<std::int64_t>(types), kNearLevels + 2, kNearLevels + 1,
                                                   result.max_nodes_};
  for (std::size_t i = 0; i < rest.size(); i += 3) {
    const Token token{static_cast<Token::Kind>(rest[i]), static_cast<std::int32_t>(rest[i + 1]),
                      static_cast<std::int32_t>(rest[i + 2])};
    require(rest[i] < static_cast<std::int64_t>(Token::Kind::end) && token.label < 1000 &&
                token.value < most_values[static_cast<std::size_t>(rest[i])],
            "code vocabulary: token ", i / 3, " of kind ", rest[i], " has label ", token.label, " and value ",
            token.value, ", which no code has");
    result.tokens_.push_back(token);
  }
  result.index_tokens();
  return result;
}

}  // namespace weft
