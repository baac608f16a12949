#include "weft/io/hdf5_library.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "weft/io/text_heap.hpp"

namespace weft::hdf5 {
namespace {

// IEEE 754 binary16, 32 and 64, and bfloat16: {bytes, exponent bits, fraction bits}.
constexpr std::array<std::array<std::size_t, 3>, 4> kReals = {{{2, 5, 10}, {4, 8, 23}, {8, 11, 52}, {2, 8, 7}}};

// From strings on disk to opaque bytes of the same size: the bytes stay.
herr_t keep_reference(hid_t stored, hid_t memory, H5T_cdata_t* data, std::size_t, std::size_t, std::size_t, void*,
                      void*, hid_t) {
  if (data->command != H5T_CONV_INIT) {
    return 0;
  }
  data->need_bkg = H5T_BKG_NO;
  const bool fits = H5Tis_variable_str(stored) > 0 && H5Tget_size(stored) == kReferenceBytes &&
                    H5Tget_class(memory) == H5T_OPAQUE && H5Tget_size(memory) == kReferenceBytes;
  return fits ? 0 : -1;
}

}  // namespace

RawReferences::RawReferences()
    : string_(H5Tcopy(H5T_C_S1), H5Tclose), opaque_(H5Tcreate(H5T_OPAQUE, kReferenceBytes), H5Tclose) {
  H5Tset_size(string_, H5T_VARIABLE);
  H5Tset_tag(opaque_, "weft text reference");
  H5Tregister(H5T_PERS_SOFT, "weft_reference", string_, opaque_, keep_reference);
}

RawReferences::~RawReferences() {
  H5Tunregister(H5T_PERS_SOFT, "weft_reference", -1, -1, keep_reference);
}

std::int64_t base_address(hid_t file) {
  const Handle creation(H5Fget_create_plist(file), H5Pclose);
  hsize_t user_block = 0;
  std::size_t address_bytes = 0, size_bytes = 0;
  const bool known = H5Pget_userblock(creation, &user_block) >= 0 &&
                     H5Pget_sizes(creation, &address_bytes, &size_bytes) >= 0 && address_bytes == 8 && size_bytes == 8;
  return known ? static_cast<std::int64_t>(user_block) : -1;
}

std::string last_message() {
  std::string text;
  H5Ewalk2(
      H5E_DEFAULT, H5E_WALK_UPWARD,
      [](unsigned n, const H5E_error2_t* error, void* out) -> herr_t {
        if (n == 0 && error->desc != nullptr) {
          static_cast<std::string*>(out)->assign(error->desc);
        }
        return 0;
      },
      &text);
  constexpr std::string_view kMark = "error message = '";
  if (const std::size_t start = text.find(kMark); start != std::string::npos) {
    text = text.substr(start + kMark.size());
    text = text.substr(0, text.find('\''));
  }
  return text.empty() ? "the HDF5 library gives no reason" : text;
}

bool is_plain_number(hid_t type) {
  const std::size_t bytes = H5Tget_size(type);
  const H5T_order_t order = H5Tget_order(type);
  if ((order != H5T_ORDER_LE && order != H5T_ORDER_BE && bytes > 1) || H5Tget_offset(type) != 0 ||
      H5Tget_precision(type) != 8 * bytes) {
    return false;
  }
  if (H5Tget_class(type) == H5T_INTEGER) {
    return bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8;
  }
  std::size_t sign = 0, exponent_at = 0, exponent = 0, fraction_at = 0, fraction = 0;
  if (H5Tget_fields(type, &sign, &exponent_at, &exponent, &fraction_at, &fraction) < 0) {
    return false;
  }
  return std::any_of(kReals.begin(), kReals.end(), [&](const auto& real) {
    return real[0] == bytes && real[1] == exponent && real[2] == fraction && fraction_at == 0 &&
           exponent_at == fraction && sign == 8 * bytes - 1 && H5Tget_norm(type) == H5T_NORM_IMPLIED &&
           H5Tget_ebias(type) == (std::size_t{1} << (exponent - 1)) - 1;
  });
}

bool is_boolean(hid_t type) {
  if (H5Tget_class(type) != H5T_ENUM || H5Tget_nmembers(type) != 2) {
    return false;
  }
  const Handle base(H5Tget_super(type), H5Tclose);
  if (base < 0 || H5Tget_class(base) != H5T_INTEGER || !is_plain_number(base) || H5Tget_size(base) != 1) {
    return false;
  }
  std::array<unsigned char, 2> values{};
  return H5Tget_member_value(type, 0, &values[0]) >= 0 && H5Tget_member_value(type, 1, &values[1]) >= 0 &&
         values[0] + values[1] == 1;
}

bool is_bfloat16(hid_t type) {
  std::size_t sign = 0, exponent_at = 0, exponent = 0, fraction_at = 0, fraction = 0;
  return H5Tget_class(type) == H5T_FLOAT && H5Tget_size(type) == 2 &&
         H5Tget_fields(type, &sign, &exponent_at, &exponent, &fraction_at, &fraction) >= 0 && exponent == 8;
}

std::string unpadded(const char* text, std::size_t bytes, hid_t type) {
  std::size_t length = strnlen(text, bytes);
  if (H5Tget_strpad(type) == H5T_STR_SPACEPAD) {
    while (length > 0 && text[length - 1] == ' ') {
      --length;
    }
  }
  return {text, length};
}

}  // namespace weft::hdf5
