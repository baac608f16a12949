#include "weft/cli/http_download.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "weft/core/error.hpp"

namespace weft::cli {
namespace {

using Clock = std::chrono::steady_clock;

constexpr long kOk = 200, kPartial = 206, kRangeNotSatisfiable = 416;

/// Of responses that come by themselves to an end: the server is busy, or something between it and us is.
bool is_passing(long code) {
  return code == 408 || code == 429 || (code >= 500 && code != 501);
}

std::string_view without_blanks(std::string_view text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_blank(text.front())) {
    text.remove_prefix(1);
  }
  while (!text.empty() && is_blank(text.back())) {
    text.remove_suffix(1);
  }
  return text;
}

/// The value of a header line if that is its name.
std::optional<std::string> header_value(std::string_view line, std::string_view name) {
  const auto is_equal = [](char a, char b) { return std::tolower(static_cast<unsigned char>(b)) == a; };
  if (line.size() <= name.size() || line[name.size()] != ':' ||
      !std::equal(name.begin(), name.end(), line.begin(), is_equal)) {
    return std::nullopt;
  }
  return std::string(without_blanks(line.substr(name.size() + 1)));
}

std::int64_t number_at(std::string_view text) {
  std::int64_t number = -1;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// "bytes 10-99/100": 10 and 100; "bytes */100": -1 and 100; -1 for what is not said.
struct ContentRange {
  std::int64_t begin = -1, total = -1;
};

ContentRange parse_range(std::string_view text) {
  ContentRange range;
  if (text.starts_with("bytes ")) {
    text = without_blanks(text.substr(6));
    range.begin = number_at(text);
    const std::size_t slash = text.find('/');
    range.total = slash == std::string_view::npos ? -1 : number_at(text.substr(slash + 1));
  }
  return range;
}

/// Once, before any thread is started that might call it too.
void initialize() {
  static const CURLcode kResult = curl_global_init(CURL_GLOBAL_DEFAULT);
  if (kResult != CURLE_OK) {
    throw std::runtime_error(concat("libcurl cannot be started: ", curl_easy_strerror(kResult)));
  }
}

/// One request, with those that redirects lead to.
class Transfer {
 public:
  Transfer(const std::string& address, PartialFile& file, const DownloadOptions& options)
      : address_(address), file_(file), options_(options), easy_(curl_easy_init(), curl_easy_cleanup) {
    if (easy_ == nullptr) {
      throw std::bad_alloc();
    }
    const Origin origin = file.origin();
    const bool is_same = origin.address == address && !origin.validator.empty();
    if (is_same || options.is_checked) {
      offset_ = file.size();
      condition_ = is_same ? origin.validator : "";
    }
  }

  DownloadResult run() {
    set_up();
    const CURLcode result = perform();
    file_.close();
    if (thrown_) {
      std::rethrow_exception(thrown_);
    }
    if (was_stopped_) {
      return {.problem = "interrupted", .was_stopped = true};
    }
    long code = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &code);
    if (!problem_.empty()) {
      return {.problem = problem_, .may_pass = may_pass_};
    }
    if (code == kRangeNotSatisfiable && offset_ > 0) {
      return after_refused_range();
    }
    if (result != CURLE_OK) {
      return {.problem = error_[0] != '\0' ? error_ : curl_easy_strerror(result), .may_pass = is_broken_off(result)};
    }
    if (code != kOk && code != kPartial) {
      return {.problem = concat("the server answered ", code), .may_pass = is_passing(code)};
    }
    // Without a body nothing was begun.
    if (!has_begun_ && !begin(code)) {
      return {.problem = problem_, .may_pass = may_pass_};
    }
    file_.close();
    return {.went_on = offset_ > 0};
  }

 private:
  template <class Value>
  void set(CURLoption option, Value value) {
    if (const CURLcode result = curl_easy_setopt(easy_.get(), option, value); result != CURLE_OK) {
      throw std::runtime_error(concat("libcurl: ", curl_easy_strerror(result)));
    }
  }

  void set_up() {
    set(CURLOPT_URL, address_.c_str());
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_REDIR_PROTOCOLS_STR, address_.starts_with("https:") ? "https" : "http,https");
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, 10L);
    set(CURLOPT_SSL_VERIFYPEER, 1L);
    set(CURLOPT_SSL_VERIFYHOST, 2L);
    if (const char* bundle = std::getenv("SSL_CERT_FILE"); bundle != nullptr && *bundle != '\0') {
      set(CURLOPT_CAINFO, bundle);
    }
    set(CURLOPT_USERAGENT, "weft/" WEFT_VERSION);
    set(CURLOPT_NOSIGNAL, 1L);
    // Whoever is interrupted does not wait for the name of a server.
    set(CURLOPT_QUICK_EXIT, 1L);
    set(CURLOPT_CONNECTTIMEOUT, 30L);
    set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    set(CURLOPT_ERRORBUFFER, error_);
    set(CURLOPT_WRITEFUNCTION, &Transfer::take_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_HEADERFUNCTION, &Transfer::take_header);
    set(CURLOPT_HEADERDATA, this);
    if (offset_ > 0) {
      set(CURLOPT_RANGE, concat(offset_, "-").c_str());
      if (!condition_.empty()) {
        headers_.reset(curl_slist_append(nullptr, concat("If-Range: ", condition_).c_str()));
        set(CURLOPT_HTTPHEADER, headers_.get());
      }
    }
  }

  /// Until it has ended, nothing came for too long, or it was asked to leave off.
  CURLcode perform() {
    const std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi(curl_multi_init(), curl_multi_cleanup);
    if (multi == nullptr) {
      throw std::bad_alloc();
    }
    curl_multi_add_handle(multi.get(), easy_.get());
    last_ = Clock::now();
    CURLcode result = CURLE_OK;
    for (int running = 1; running > 0;) {
      if (const CURLMcode code = curl_multi_perform(multi.get(), &running); code != CURLM_OK) {
        problem_ = concat("libcurl: ", curl_multi_strerror(code));
        break;
      }
      int left = 0;
      for (const CURLMsg* message = curl_multi_info_read(multi.get(), &left); message != nullptr;
           message = curl_multi_info_read(multi.get(), &left)) {
        result = message->msg == CURLMSG_DONE ? message->data.result : result;
      }
      if (running > 0 && leaves_off()) {
        break;
      }
      if (running > 0) {
        curl_multi_poll(multi.get(), nullptr, 0, 100, nullptr);
      }
    }
    curl_multi_remove_handle(multi.get(), easy_.get());
    return result;
  }

  bool leaves_off() {
    if (options_.stops && options_.stops()) {
      was_stopped_ = true;
      return true;
    }
    if (std::chrono::duration<double>(Clock::now() - last_).count() > options_.stall_seconds) {
      problem_ = concat("nothing came for ", options_.stall_seconds, " seconds");
      may_pass_ = true;
      return true;
    }
    return false;
  }

  /// The first bytes of the answer that counts are there: says where they go. False: nowhere, and why.
  bool begin(long code) {
    has_begun_ = true;
    std::int64_t length = -1;
    curl_off_t declared = -1;
    if (curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &declared) == CURLE_OK) {
      length = declared;
    }
    if (code == kPartial && range_.begin != offset_) {
      problem_ = "the server sent another part of the file than was asked for";
      file_.drop();
      may_pass_ = true;
      return false;
    }
    if (code == kOk) {
      offset_ = 0;
    } else if (code != kPartial) {
      problem_ = concat("the server answered ", code);
      may_pass_ = is_passing(code);
      return false;
    }
    total_ = length < 0 ? range_.total : offset_ + length;
    if (options_.bytes > 0 && total_ >= 0 && total_ != options_.bytes) {
      problem_ = concat("the file there has ", total_, " bytes, expected ", options_.bytes);
      file_.drop();
      return false;
    }
    done_ = offset_;
    file_.open(offset_, {.address = address_, .validator = !etag_.empty() ? etag_ : last_modified_});
    return true;
  }

  bool take(std::string_view bytes) {
    last_ = Clock::now();
    long code = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &code);
    if (code == kRangeNotSatisfiable && offset_ > 0) {
      return true;
    }
    if (!has_begun_ && !begin(code)) {
      return false;
    }
    done_ += static_cast<std::int64_t>(bytes.size());
    if (options_.bytes > 0 && done_ > options_.bytes) {
      problem_ = concat("the file there has more than the ", options_.bytes, " bytes that were expected");
      file_.drop();
      return false;
    }
    file_.write(bytes);
    if (options_.on_progress) {
      options_.on_progress(done_, std::max<std::int64_t>(total_, 0));
    }
    return true;
  }

  /// "416": what is there may be all that there is, or is of another file.
  DownloadResult after_refused_range() {
    if (range_.total == offset_) {
      return {.went_on = true};
    }
    file_.drop();
    return {.problem = "the server has no such part of the file", .may_pass = true};
  }

  static bool is_broken_off(CURLcode code) {
    return code == CURLE_PARTIAL_FILE || code == CURLE_RECV_ERROR || code == CURLE_SEND_ERROR ||
           code == CURLE_GOT_NOTHING || code == CURLE_OPERATION_TIMEDOUT || code == CURLE_HTTP2 ||
           code == CURLE_HTTP2_STREAM;
  }

  /// libcurl is C: nothing may be thrown through it.
  static std::size_t take_body(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    try {
      return transfer.take({bytes, size * count}) ? size * count : CURL_WRITEFUNC_ERROR;
    } catch (...) {
      transfer.thrown_ = std::current_exception();
      return CURL_WRITEFUNC_ERROR;
    }
  }

  static std::size_t take_header(char* bytes, std::size_t size, std::size_t count, void* self) {
    auto& transfer = *static_cast<Transfer*>(self);
    try {
      transfer.read_header({bytes, size * count});
      return size * count;
    } catch (...) {
      transfer.thrown_ = std::current_exception();
      return 0;
    }
  }

  void read_header(std::string_view line) {
    last_ = Clock::now();
    if (line.starts_with("HTTP/")) {
      // Of another answer, behind a redirect.
      etag_.clear();
      last_modified_.clear();
      range_ = {};
    } else if (auto etag = header_value(line, "etag")) {
      // A weak one is the same for contents that differ.
      etag_ = etag->starts_with('"') ? *etag : "";
    } else if (auto time = header_value(line, "last-modified")) {
      last_modified_ = *time;
    } else if (auto range = header_value(line, "content-range")) {
      range_ = parse_range(*range);
    }
  }

  std::string address_;
  PartialFile& file_;
  const DownloadOptions& options_;
  std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> easy_;
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers_{nullptr, curl_slist_free_all};
  char error_[CURL_ERROR_SIZE] = "";
  /// What of the file was there before, and on which condition the rest is of the same.
  std::int64_t offset_ = 0;
  std::string condition_;
  std::string etag_, last_modified_;
  ContentRange range_;
  std::int64_t done_ = 0, total_ = -1;
  Clock::time_point last_;
  bool has_begun_ = false, was_stopped_ = false, may_pass_ = false;
  std::string problem_;
  std::exception_ptr thrown_;
};

}  // namespace

DownloadResult download(const std::string& address, PartialFile& file, const DownloadOptions& options) {
  initialize();
  return Transfer(address, file, options).run();
}

}  // namespace weft::cli
