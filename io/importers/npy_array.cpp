#include "weft/io/importers/npy_array.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace weft {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  }
  return text + "]";
}

// IEEE 754 binary16.
double half(std::uint64_t bits) {
  const auto exponent = static_cast<int>(bits >> 10 & 31);
  const auto fraction = static_cast<double>(bits & 1023);
  const double sign = (bits >> 15) != 0 ? -1.0 : 1.0;
  if (exponent == 31) {
    return fraction == 0.0 ? sign * std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  }
  return sign * (exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024.0 + fraction, exponent - 25));
}

// The header: a dictionary of 'descr', 'fortran_order' and 'shape' as Python writes it.
class Header {
 public:
  Header(std::string_view text, const NumberArray& array) : rest_(text), array_(array) {
    expect('{');
    while (!accept('}')) {
      const std::string_view key = quoted();
      expect(':');
      if (key == "descr") {
        parse_form();
      } else if (key == "fortran_order") {
        column_major_ = word() == "True";
      } else if (key == "shape") {
        parse_shape();
      } else {
        array_.fail("has a header with the key '", key, "', expected descr, fortran_order and shape");
      }
      accept(',');
    }
    if (!has_form_ || !has_shape_) {
      array_.fail("has a header without descr and shape");
    }
  }
  [[nodiscard]] NumberForm form() const { return form_; }
  [[nodiscard]] bool column_major() const { return column_major_; }
  [[nodiscard]] const std::vector<std::int64_t>& shape() const { return shape_; }

 private:
  void skip() {
    while (!rest_.empty() && (rest_.front() == ' ' || rest_.front() == '\n')) {
      rest_.remove_prefix(1);
    }
  }
  bool accept(char c) {
    skip();
    if (rest_.empty() || rest_.front() != c) {
      return false;
    }
    rest_.remove_prefix(1);
    return true;
  }
  void expect(char c) {
    if (!accept(c)) {
      array_.fail("has a header without a '", c, "' where one is expected; it is damaged, or holds records");
    }
  }
  std::string_view quoted() {
    expect('\'');
    const std::size_t end = rest_.find('\'');
    if (end == std::string_view::npos) {
      array_.fail("has a header with a text that does not end");
    }
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end + 1);
    return text;
  }
  std::string_view word() {
    skip();
    std::size_t end = 0;
    while (end < rest_.size() &&
           ((rest_[end] >= 'a' && rest_[end] <= 'z') || (rest_[end] >= 'A' && rest_[end] <= 'Z'))) {
      ++end;
    }
    const std::string_view text = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return text;
  }
  void parse_form() {
    const std::string_view text = quoted();
    if (text.find('O') != std::string_view::npos) {
      array_.fail("holds Python objects, which would run code when they are read; expected numbers");
    }
    if (!parse_number_form(text, form_)) {
      array_.fail("holds elements of type '", text, "', expected bools, integers or reals");
    }
    has_form_ = true;
  }
  void parse_shape() {
    expect('(');
    while (!accept(')')) {
      skip();
      std::int64_t extent = 0;
      const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), extent);
      if (error != std::errc() || extent < 0 || shape_.size() == 32) {
        array_.fail("has a header with a shape that is none");
      }
      rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
      shape_.push_back(extent);
      accept(',');
    }
    has_shape_ = true;
  }

  std::string_view rest_;
  const NumberArray& array_;
  NumberForm form_;
  bool column_major_ = false;
  bool has_form_ = false;
  bool has_shape_ = false;
  std::vector<std::int64_t> shape_;
};

}  // namespace

bool parse_number_form(std::string_view text, NumberForm& form) {
  form.big_endian = text.starts_with('>');
  if (!text.empty() && std::string_view("<>|=").find(text.front()) != std::string_view::npos) {
    text.remove_prefix(1);
  }
  if (text.size() != 2 || text[1] < '1' || text[1] > '8') {
    return false;
  }
  form.kind = text[0];
  form.bytes = text[1] - '0';
  const bool power = std::has_single_bit(static_cast<unsigned>(form.bytes));
  return power && ((form.kind == 'b' && form.bytes == 1) || form.kind == 'i' || form.kind == 'u' ||
                   (form.kind == 'f' && form.bytes >= 2));
}

void NumberArray::fail_with(const std::string& problem) const {
  throw DataError(file_, object_, problem);
}

void NumberArray::set(NumberForm form, std::vector<std::int64_t> shape, bool column_major, std::string_view bytes) {
  form_ = form;
  shape_ = std::move(shape);
  column_major_ = column_major;
  bytes_ = bytes;
  size_ = 1;
  for (const std::int64_t extent : shape_) {
    if (extent < 0 || __builtin_mul_overflow(size_, extent, &size_)) {
      fail("has shape ", shape_text(shape_), ", too large to exist");
    }
  }
  std::int64_t expected = 0;
  if (__builtin_mul_overflow(size_, form_.bytes, &expected) || expected != static_cast<std::int64_t>(bytes.size())) {
    fail("has ", bytes.size(), " bytes of data, expected ", form_.bytes, " for each element of shape ",
         shape_text(shape_));
  }
}

void NumberArray::expect_rank(std::size_t rank) const {
  if (shape_.size() != rank) {
    fail("has shape ", shape_text(shape_), ", expected rank ", rank);
  }
}

void NumberArray::expect_shape(const std::vector<std::int64_t>& shape) const {
  if (shape_ != shape) {
    fail("has shape ", shape_text(shape_), ", expected ", shape_text(shape));
  }
}

std::uint64_t NumberArray::bits(std::int64_t i) const {
  if (column_major_ && shape_.size() == 2) {
    i = i % shape_[1] * shape_[0] + i / shape_[1];
  }
  const auto* data = reinterpret_cast<const unsigned char*>(bytes_.data()) + i * form_.bytes;
  std::uint64_t value = 0;
  for (std::int64_t k = 0; k < form_.bytes; ++k) {
    const std::int64_t place = form_.big_endian ? form_.bytes - 1 - k : k;
    value |= std::uint64_t{data[k]} << (8 * place);
  }
  return value;
}

std::int64_t NumberArray::integer(std::int64_t i) const {
  if (form_.kind == 'f') {
    fail("holds reals, expected integers");
  }
  const std::uint64_t value = bits(i);
  const auto unused = static_cast<int>(64 - 8 * form_.bytes);
  if (form_.kind == 'i') {
    return static_cast<std::int64_t>(value << unused) >> unused;
  }
  if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
    fail("has the value ", value, " at ", i, ", expected integers of 63 bits");
  }
  return static_cast<std::int64_t>(value);
}

std::int64_t NumberArray::integer(std::int64_t i, const char* what, std::int64_t lowest, std::int64_t highest) const {
  const std::int64_t value = integer(i);
  if (value < lowest || value > highest) {
    fail("has ", what, " ", value, " at ", i, ", expected ", lowest, " to ", highest);
  }
  return value;
}

double NumberArray::wide(std::int64_t i) const {
  const std::uint64_t value = bits(i);
  return form_.bytes == 8   ? std::bit_cast<double>(value)
         : form_.bytes == 4 ? static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(value)))
                            : half(value);
}

std::int64_t NumberArray::label(std::int64_t i, std::int64_t highest) const {
  if (form_.kind != 'f') {
    return integer(i, "label", -1, highest);
  }
  const double value = wide(i);
  if (std::isnan(value)) {
    return -1;
  }
  if (value != std::floor(value) || value < -1.0 || value > static_cast<double>(highest)) {
    fail("has label ", value, " at ", i, ", expected whole numbers from -1 to ", highest);
  }
  return static_cast<std::int64_t>(value);
}

float NumberArray::real(std::int64_t i) const {
  if (form_.kind != 'f') {
    return static_cast<float>(integer(i));
  }
  const double wide = this->wide(i);
  if (!(std::abs(wide) <= static_cast<double>(std::numeric_limits<float>::max()))) {
    fail("has the value ", wide, " at ", i, ", expected finite numbers of 32 bits");
  }
  return static_cast<float>(wide);
}

NumberArray parse_npy(std::string_view bytes, const std::string& file, const std::string& object) {
  NumberArray array(file, object);
  if (!bytes.starts_with(kMagic) || bytes.size() < 10) {
    array.fail("does not start as a NumPy array does");
  }
  const auto byte = [&](std::size_t i) { return static_cast<std::size_t>(static_cast<unsigned char>(bytes[i])); };
  const std::size_t version = byte(6);
  const std::size_t begin = version == 1 ? 10 : 12;
  if (version < 1 || version > 3 || bytes.size() < begin) {
    array.fail("is of version ", version, " of NumPy's format, expected 1 to 3");
  }
  const std::size_t length =
      version == 1 ? byte(8) | byte(9) << 8 : byte(8) | byte(9) << 8 | byte(10) << 16 | byte(11) << 24;
  if (length > bytes.size() - begin) {
    array.fail("ends within its header of ", length, " bytes");
  }
  const Header header(bytes.substr(begin, length), array);
  array.set(header.form(), header.shape(), header.column_major(), bytes.substr(begin + length));
  return array;
}

}  // namespace weft
