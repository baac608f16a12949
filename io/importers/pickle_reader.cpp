#include "weft/io/importers/pickle_reader.hpp"

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <unordered_map>

#include "weft/core/error.hpp"

namespace weft {

using Kind = PickleObject::Kind;

namespace {

constexpr std::int64_t kMostBytes = std::int64_t{1} << 32;
constexpr std::size_t kMostDimensions = 2;

constexpr std::array<std::string_view, 2> kReconstruct = {"numpy.core.multiarray _reconstruct",
                                                          "numpy._core.multiarray _reconstruct"};
constexpr std::array<std::string_view, 2> kCsrMatrix = {"scipy.sparse.csr csr_matrix", "scipy.sparse._csr csr_matrix"};
constexpr std::string_view kArray = "numpy ndarray";
constexpr std::string_view kNumberType = "numpy dtype";
constexpr std::string_view kDefaultDictionary = "collections defaultdict";
constexpr std::array<std::string_view, 2> kList = {"__builtin__ list", "builtins list"};

template <class Names>
bool is_one_of(std::string_view name, const Names& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_known(std::string_view name) {
  return is_one_of(name, kReconstruct) || is_one_of(name, kCsrMatrix) || name == kArray || name == kNumberType ||
         name == kDefaultDictionary || is_one_of(name, kList);
}

std::string read_file(const std::filesystem::path& path) {
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  std::ifstream file(path, std::ios::binary);
  if (error || !file) {
    throw DataError(path.string(), "", concat("cannot be opened", error ? ": " + error.message() : ""));
  }
  if (size > static_cast<std::uintmax_t>(kMostBytes)) {
    throw DataError(path.string(), "", concat("has ", size, " bytes, expected at most ", kMostBytes));
  }
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

// Runs the program. The stack may hold marks, which are null.
class PickleMachine {
 public:
  explicit PickleMachine(Pickle& pickle) : pickle_(pickle), rest_(pickle.content_) {}

  const PickleObject* run() {
    while (true) {
      at_ = pickle_.content_.size() - rest_.size();
      const char opcode = take(1)[0];
      if (opcode == '.') {
        return pop();
      }
      if (!push_value(opcode) && !build_value(opcode)) {
        fail("has the opcode ", static_cast<int>(static_cast<unsigned char>(opcode)),
             ", expected those of numbers, texts, tuples, lists, dictionaries and arrays");
      }
    }
  }

 private:
  template <class... Parts>
  [[noreturn]] void fail(const Parts&... parts) const {
    throw DataError(pickle_.name_, concat("byte ", at_), concat(parts...));
  }

  std::string_view take(std::uint64_t count) {
    if (count > rest_.size()) {
      fail("needs ", count, " more bytes, but ", rest_.size(), " are left; the pickle is damaged or cut short");
    }
    const std::string_view bytes = rest_.substr(0, static_cast<std::size_t>(count));
    rest_.remove_prefix(static_cast<std::size_t>(count));
    return bytes;
  }
  std::uint64_t number(std::size_t bytes) {
    std::uint64_t value = 0;
    const std::string_view text = take(bytes);
    for (std::size_t i = 0; i < bytes; ++i) {
      value |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * i);
    }
    return value;
  }
  std::int64_t signed_number(std::size_t bytes) {
    const std::uint64_t value = number(bytes);
    const auto unused = static_cast<int>(64 - 8 * bytes);
    return bytes == 0 ? 0 : static_cast<std::int64_t>(value << unused) >> unused;
  }
  std::string_view line() {
    const std::size_t end = rest_.find('\n');
    if (end == std::string_view::npos) {
      fail("holds a name that does not end");
    }
    const std::string_view text = take(end);
    take(1);
    return text;
  }

  PickleObject& make(Kind kind) {
    PickleObject& object = pickle_.objects_.emplace_back();
    object.kind = kind;
    return object;
  }
  void push(const PickleObject& object) { stack_.push_back(const_cast<PickleObject*>(&object)); }
  void push_integer(std::int64_t value) {
    PickleObject& object = make(Kind::integer);
    object.integer = value;
    push(object);
  }
  void push_bytes(std::string_view bytes) {
    PickleObject& object = make(Kind::text);
    object.bytes = bytes;
    push(object);
  }
  PickleObject* pop() {
    if (stack_.empty() || stack_.back() == nullptr) {
      fail("takes a value where there is none");
    }
    PickleObject* object = stack_.back();
    stack_.pop_back();
    return object;
  }
  PickleObject* top() {
    PickleObject* object = pop();
    stack_.push_back(object);
    return object;
  }
  std::vector<const PickleObject*> pop_to_mark() {
    std::vector<const PickleObject*> items;
    while (!stack_.empty() && stack_.back() != nullptr) {
      items.push_back(stack_.back());
      stack_.pop_back();
    }
    if (stack_.empty()) {
      fail("takes values down to a mark that is not there");
    }
    stack_.pop_back();
    return {items.rbegin(), items.rend()};
  }
  void push_tuple(std::size_t count) {
    std::vector<const PickleObject*> items(count);
    for (std::size_t i = count; i > 0; --i) {
      items[i - 1] = pop();
    }
    PickleObject& tuple = make(Kind::tuple);
    tuple.items = std::move(items);
    push(tuple);
  }
  void remember(std::uint64_t key) { memory_[key] = top(); }
  void recall(std::uint64_t key) {
    const auto found = memory_.find(key);
    if (found == memory_.end()) {
      fail("recalls value ", key, ", which was not stored");
    }
    stack_.push_back(found->second);
  }

  // Opcodes that give a value or move one.
  bool push_value(char opcode) {
    switch (opcode) {
      case '\x80': {  // PROTO
        const std::uint64_t version = number(1);
        if (version < 2 || version > 5) {
          fail("is of version ", version, " of the pickle format, expected 2 to 5");
        }
        return true;
      }
      case '\x95':  // FRAME
        take(8);
        return true;
      case 'N':
        push(make(Kind::none));
        return true;
      case '\x88':    // NEWTRUE
      case '\x89': {  // NEWFALSE
        PickleObject& object = make(Kind::boolean);
        object.integer = opcode == '\x88' ? 1 : 0;
        push(object);
        return true;
      }
      case 'K':
        push_integer(static_cast<std::int64_t>(number(1)));
        return true;
      case 'M':
        push_integer(static_cast<std::int64_t>(number(2)));
        return true;
      case 'J':
        push_integer(signed_number(4));
        return true;
      case '\x8a': {  // LONG1
        const std::uint64_t bytes = number(1);
        if (bytes > 8) {
          fail("holds an integer of ", bytes, " bytes, expected at most 8");
        }
        push_integer(signed_number(static_cast<std::size_t>(bytes)));
        return true;
      }
      case 'U':     // SHORT_BINSTRING
      case 'C':     // SHORT_BINBYTES
      case '\x8c':  // SHORT_BINUNICODE
        push_bytes(take(number(1)));
        return true;
      case 'T':  // BINSTRING
      case 'B':  // BINBYTES
      case 'X':  // BINUNICODE
        push_bytes(take(number(4)));
        return true;
      case '\x8e':  // BINBYTES8
        push_bytes(take(number(8)));
        return true;
      case 'q':  // BINPUT
        remember(number(1));
        return true;
      case 'r':  // LONG_BINPUT
        remember(number(4));
        return true;
      case '\x94':  // MEMOIZE
        remember(memory_.size());
        return true;
      case 'h':  // BINGET
        recall(number(1));
        return true;
      case 'j':  // LONG_BINGET
        recall(number(4));
        return true;
      case '(':
        stack_.push_back(nullptr);
        return true;
      default:
        return false;
    }
  }

  // Opcodes that make a value of others.
  bool build_value(char opcode) {
    switch (opcode) {
      case ')':
        push_tuple(0);
        return true;
      case '\x85':
      case '\x86':
      case '\x87':
        push_tuple(static_cast<std::size_t>(opcode - '\x85') + 1);
        return true;
      case 't': {
        std::vector<const PickleObject*> items = pop_to_mark();
        PickleObject& tuple = make(Kind::tuple);
        tuple.items = std::move(items);
        push(tuple);
        return true;
      }
      case ']':
        push(make(Kind::list));
        return true;
      case '}':
        push(make(Kind::dictionary));
        return true;
      case 'a':
        add(Kind::list, {pop()}, 1);
        return true;
      case 'e':
        add(Kind::list, pop_to_mark(), 1);
        return true;
      case 's': {
        const PickleObject* value = pop();
        const PickleObject* key = pop();
        add(Kind::dictionary, {key, value}, 2);
        return true;
      }
      case 'u':
        add(Kind::dictionary, pop_to_mark(), 2);
        return true;
      case 'c': {
        const std::string_view module = line();
        push_name(module, line());
        return true;
      }
      case '\x93': {  // STACK_GLOBAL
        const PickleObject* name = pop();
        push_name(pop()->bytes, name->bytes);
        return true;
      }
      case 'R':     // REDUCE
      case '\x81':  // NEWOBJ
        call();
        return true;
      case 'b':
        build();
        return true;
      default:
        return false;
    }
  }

  void add(Kind kind, const std::vector<const PickleObject*>& items, std::size_t multiple) {
    PickleObject* target = top();
    if (target->kind != kind || items.size() % multiple != 0) {
      fail("adds ", items.size(), " values to what takes none or other ones");
    }
    target->items.insert(target->items.end(), items.begin(), items.end());
  }

  void push_name(std::string_view module, std::string_view name) {
    PickleObject& object = make(Kind::name);
    object.text = concat(module, ' ', name);
    if (!is_known(object.text)) {
      fail("names '", object.text.substr(0, 80),
           "', which would run code, and is refused; expected NumPy's arrays, SciPy's csr_matrix and plain values");
    }
    push(object);
  }

  void call() {
    const PickleObject* arguments = pop();
    const PickleObject* callee = pop();
    if (callee->kind != Kind::name || arguments->kind != Kind::tuple) {
      fail("calls what is no name of a type");
    }
    if (is_one_of(callee->text, kReconstruct)) {
      push(make(Kind::array));
    } else if (is_one_of(callee->text, kCsrMatrix) && arguments->items.empty()) {
      push(make(Kind::compressed_rows));
    } else if (callee->text == kDefaultDictionary && arguments->items.size() <= 1) {
      push(make(Kind::dictionary));
    } else if (callee->text == kNumberType && !arguments->items.empty()) {
      PickleObject& type = make(Kind::number_type);
      if (!parse_number_form(arguments->items[0]->bytes, type.form)) {
        fail("holds an array of type '", arguments->items[0]->bytes.substr(0, 20),
             "', expected bools, integers or reals");
      }
      push(type);
    } else {
      fail("calls '", callee->text, "' with arguments that are not expected");
    }
  }

  void build() {
    const PickleObject* state = pop();
    PickleObject* target = top();
    if (target->kind == Kind::number_type && state->kind == Kind::tuple && state->items.size() >= 2) {
      target->form.big_endian = state->items[1]->bytes == ">";
    } else if (target->kind == Kind::array && state->kind == Kind::tuple && state->items.size() == 5) {
      build_array(*target, state->items);
    } else if (target->kind == Kind::compressed_rows && state->kind == Kind::dictionary) {
      // Not the members themselves: the same state may be set again and again.
      target->items = {state};
    } else {
      fail("sets a state that does not fit");
    }
  }

  // (version, shape, type, column-major?, bytes)
  void build_array(PickleObject& array, const std::vector<const PickleObject*>& state) {
    if (state[1]->kind != Kind::tuple || state[1]->items.size() > kMostDimensions ||
        state[2]->kind != Kind::number_type || state[3]->kind != Kind::boolean || state[4]->kind != Kind::text) {
      fail("holds an array whose state is not that of at most ", kMostDimensions, " dimensions of numbers");
    }
    array.shape.clear();
    for (const PickleObject* extent : state[1]->items) {
      if (extent->kind != Kind::integer) {
        fail("holds an array whose shape is not of integers");
      }
      array.shape.push_back(extent->integer);
    }
    array.form = state[2]->form;
    array.column_major = state[3]->integer != 0;
    array.bytes = state[4]->bytes;
  }

  Pickle& pickle_;
  std::string_view rest_;
  std::size_t at_ = 0;
  std::vector<PickleObject*> stack_;
  std::unordered_map<std::uint64_t, PickleObject*> memory_;
};

Pickle::Pickle(const std::filesystem::path& path) : name_(path.string()), content_(read_file(path)) {
  root_ = PickleMachine(*this).run();
}

NumberArray Pickle::array_of(const PickleObject& object, std::string_view member) const {
  NumberArray result(name_, std::string(member));
  if (object.kind != Kind::array) {
    result.fail("is no array");
  }
  result.set(object.form, object.shape, object.column_major, object.bytes);
  return result;
}

const PickleObject* Pickle::member(std::string_view name) const {
  if (root_->kind != Kind::compressed_rows) {
    fail("holds no csr_matrix");
  }
  if (root_->items.empty()) {
    return nullptr;
  }
  const std::vector<const PickleObject*>& members = root_->items[0]->items;
  for (std::size_t i = 0; i + 1 < members.size(); i += 2) {
    if (members[i]->bytes == name) {
      return members[i + 1];
    }
  }
  return nullptr;
}

NumberArray Pickle::member_array(std::string_view name) const {
  const PickleObject* found = member(name);
  if (found == nullptr) {
    fail("holds a csr_matrix without ", name);
  }
  return array_of(*found, name);
}

std::pair<std::int64_t, std::int64_t> Pickle::shape_of_rows() const {
  const PickleObject* found = member("_shape");
  if (found == nullptr || found->items.size() != 2 || found->items[0]->kind != Kind::integer ||
      found->items[1]->kind != Kind::integer) {
    fail("holds a csr_matrix without a shape of two integers");
  }
  return {found->items[0]->integer, found->items[1]->integer};
}

}  // namespace weft
