#include "weft/io/importers/text_input.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <span>
#include <vector>

#include "weft/core/error.hpp"
#include "weft/io/importers/text_decoder.hpp"

namespace weft {
namespace {

constexpr std::size_t kBlock = 1 << 16;
constexpr std::size_t kLeastBlock = 1 << 8;

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

}  // namespace

class TextInput::Source {
 public:
  /// `block`: bytes to read at a time.
  Source(std::FILE* file, bool owned, std::size_t block) : file_(file), owned_(owned ? file : nullptr), in_(block) {
    pull();
    decoder_ = decoder_of(rest_);
  }

  /// Some text, nothing at its end, or a problem.
  std::size_t read(std::span<unsigned char> out) {
    if (decoder_ == nullptr) {
      if (rest_.empty()) {
        pull();
      }
      const std::size_t count = std::min(rest_.size(), out.size());
      std::copy_n(rest_.begin(), count, out.begin());
      rest_ = rest_.subspan(count);
      return count;
    }
    while (problem_.empty()) {
      if (rest_.empty()) {
        pull();
      }
      const std::size_t before = rest_.size();
      const std::size_t count = before == 0 && decoder_->is_complete() ? 0 : decoder_->decode(rest_, out, ended_);
      if (problem_.empty()) {
        problem_ = decoder_->problem();
      }
      if (count > 0) {
        return count;
      }
      if (ended_ && rest_.size() == before) {
        if (problem_.empty() && !decoder_->is_complete()) {
          problem_ = "the compressed data is cut short";
        }
        return 0;
      }
    }
    return 0;
  }
  [[nodiscard]] bool is_compressed() const { return decoder_ != nullptr; }
  [[nodiscard]] const std::string& problem() const { return problem_; }
  [[nodiscard]] std::size_t block() const { return in_.size(); }
  /// Bytes of the file so far.
  [[nodiscard]] std::int64_t pulled() const { return pulled_; }
  /// Of them, what became text.
  [[nodiscard]] std::int64_t decoded() const { return pulled_ - static_cast<std::int64_t>(rest_.size()); }

 private:
  void pull() {
    if (ended_) {
      return;
    }
    errno = 0;
    const std::size_t count = std::fread(in_.data(), 1, in_.size(), file_);
    rest_ = std::span<const unsigned char>(in_).first(count);
    ended_ = count < in_.size();
    pulled_ += static_cast<std::int64_t>(count);
    if (std::ferror(file_) != 0) {
      problem_ = concat("cannot be read: ", std::strerror(errno));
    }
  }

  std::FILE* file_;
  std::unique_ptr<std::FILE, CloseFile> owned_;
  std::vector<unsigned char> in_;
  std::span<const unsigned char> rest_;
  std::unique_ptr<TextDecoder> decoder_;
  bool ended_ = false;
  std::int64_t pulled_ = 0;
  std::string problem_;
};

TextInput::TextInput(const std::filesystem::path& path, const TextLimits& limits)
    : name_(path.string()), limits_(limits) {
  struct stat status {};
  std::FILE* file = nullptr;
  if (::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    errno = EISDIR;
  } else {
    file = std::fopen(path.c_str(), "rbe");
  }
  if (file == nullptr) {
    throw DataError(name_, "", concat("cannot be opened: ", std::strerror(errno)));
  }
  // A byte more than the file has, so that its end shows at once: folders may hold thousands of small files.
  const auto bytes = static_cast<std::size_t>(std::max<off_t>(status.st_size, 0));
  is_regular_ = S_ISREG(status.st_mode);
  const bool is_small = is_regular_ && bytes < kBlock;
  source_ = std::make_unique<Source>(file, true, is_small ? std::max(bytes + 1, kLeastBlock) : kBlock);
}

TextInput::TextInput(std::FILE* open, std::string name, const TextLimits& limits)
    : name_(std::move(name)), limits_(limits), source_(std::make_unique<Source>(open, false, kBlock)) {}

TextInput::~TextInput() = default;

void TextInput::fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  const std::size_t size = buffer_.size();
  const std::size_t block = source_->is_compressed() ? kBlock : source_->block();
  buffer_.resize(size + block);
  const std::size_t count = source_->read({reinterpret_cast<unsigned char*>(buffer_.data()) + size, block});
  buffer_.resize(size + count);
  if (!source_->problem().empty()) {
    throw DataError(name_, "", concat(source_->problem(), ", after line ", line_number_));
  }
  if (content_ == 0 && buffer_.starts_with("\xef\xbb\xbf")) {
    begin_ = 3;
  }
  if (ends_ != LineEnds::lf) {
    unify_ends(size);
  }
  content_ += static_cast<std::int64_t>(count);
  if (source_->is_compressed()) {
    constexpr std::int64_t kOrdinary = 1 << 20;
    check_expansion(content_, source_->pulled());
    if (is_regular_ && !looked_ahead_ && content_ > kOrdinary + limits_.expansion * source_->decoded()) {
      looked_ahead_ = true;
      look_ahead();
    }
  }
  ended_ = count == 0;
}

void TextInput::unify_ends(std::size_t from) {
  if (ends_ == LineEnds::unknown) {
    // A CR may have come last before, with its LF here. One that ends all the text is none that divides.
    from -= from > begin_ ? 1 : 0;
    const std::string_view fresh = std::string_view(buffer_).substr(from);
    const std::size_t cr = fresh.find('\r');
    if (fresh.find('\n') != std::string_view::npos) {
      ends_ = LineEnds::lf;
    } else if (cr != std::string_view::npos && cr + 1 < fresh.size()) {
      ends_ = LineEnds::cr;
    }
  }
  if (ends_ == LineEnds::cr) {
    std::replace(buffer_.begin() + static_cast<std::ptrdiff_t>(from), buffer_.end(), '\r', '\n');
  }
}

void TextInput::check_expansion(std::int64_t content, std::int64_t pulled) const {
  if (content > limits_.content_bytes + limits_.expansion * pulled) {
    throw DataError(name_, "",
                    concat("expands to more than ", limits_.content_bytes, " bytes and ", limits_.expansion,
                           " times its own length, after line ", line_number_));
  }
}

void TextInput::look_ahead() const {
  std::FILE* file = std::fopen(name_.c_str(), "rbe");
  if (file == nullptr) {
    return;
  }
  Source whole(file, true, kBlock);
  std::vector<unsigned char> block(kBlock);
  std::int64_t content = 0;
  for (std::size_t count = whole.read(block); count > 0; count = whole.read(block)) {
    content += static_cast<std::int64_t>(count);
    check_expansion(content, whole.pulled());
  }
}

bool TextInput::next(std::string_view& line) {
  std::size_t searched = begin_;
  std::size_t end = buffer_.find('\n', searched);
  while (end == std::string::npos && !ended_) {
    if (static_cast<std::int64_t>(buffer_.size() - begin_) > limits_.line_bytes) {
      ++line_number_;
      fail(concat("is longer than ", limits_.line_bytes, " bytes"));
    }
    const std::size_t kept = buffer_.size() - begin_;
    fill();
    // One that came last may have been a CR that waited for what follows it.
    searched = std::max(begin_, kept - (kept > 0 ? 1 : 0));
    end = buffer_.find('\n', searched);
  }
  if (begin_ == buffer_.size()) {
    return false;
  }
  ++line_number_;
  const bool terminated = end != std::string::npos;
  line = std::string_view(buffer_).substr(begin_, (terminated ? end : buffer_.size()) - begin_);
  begin_ = terminated ? end + 1 : buffer_.size();
  if (static_cast<std::int64_t>(line.size()) > limits_.line_bytes) {
    fail(concat("is longer than ", limits_.line_bytes, " bytes"));
  }
  if (line.ends_with('\r')) {
    line.remove_suffix(1);
  }
  if (line.find('\0') != std::string_view::npos) {
    fail("holds a NUL byte, expected text");
  }
  return true;
}

bool TextInput::next_lines(std::int64_t bytes, TextBlock& block) {
  // Where the last line that is whole ends. Only what is new is searched: a line may be as long as all the rest.
  std::size_t searched = begin_, whole = begin_;
  const auto find_line = [&] {
    const std::size_t last = std::string_view(buffer_).substr(searched).rfind('\n');
    whole = last == std::string_view::npos ? whole : searched + last + 1;
    searched = buffer_.size();
  };
  find_line();
  while (!ended_ && (static_cast<std::int64_t>(buffer_.size() - begin_) < bytes || whole == begin_)) {
    if (static_cast<std::int64_t>(buffer_.size() - begin_) > std::max(bytes, limits_.line_bytes)) {
      fail_at(line_number_ + 1, concat("is longer than ", limits_.line_bytes, " bytes"));
    }
    const std::size_t before = begin_;
    fill();
    // What was given out before is gone, and a mark may be passed over.
    searched -= before + (searched > before ? 1 : 0);
    whole = std::max(whole - before, begin_);
    searched = std::max(searched, begin_);
    find_line();
  }
  if (begin_ == buffer_.size()) {
    return false;
  }
  const std::size_t end = whole > begin_ && !ended_ ? whole : buffer_.size();
  block.text.assign(buffer_, begin_, end - begin_);
  block.first_line = line_number_ + 1;
  begin_ = end;
  line_number_ += std::count(block.text.begin(), block.text.end(), '\n') + (block.text.back() == '\n' ? 0 : 1);
  return true;
}

bool TextInput::is_compressed() const {
  return source_->is_compressed();
}

void TextInput::fail_at(std::int64_t line, const std::string& problem) const {
  throw DataError(name_, concat("line ", line), problem);
}

std::int64_t memory_of_text(const std::filesystem::path& path, std::int64_t factor) {
  constexpr std::int64_t kCompression = 6;
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return 0;
  }
  const auto size = static_cast<std::int64_t>(std::filesystem::file_size(path, error));
  return error ? 0 : size * factor * (TextInput(path).is_compressed() ? kCompression : 1);
}

}  // namespace weft
