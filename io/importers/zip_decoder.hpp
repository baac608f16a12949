// The text of a zip archive that holds one file. Private.
//
// Method: members one after the other as they stand in the archive (APPNOTE 6.3.3, 4.3.6 to 4.3.9), stored or deflated,
// with their checksums; the directory at the end is not read. What macOS packs beside files, and folders, are passed
// over.
#pragma once

#include <memory>
#include <span>

#include "weft/io/importers/text_decoder.hpp"

namespace weft {

/// Whether a file that begins so is a zip archive.
[[nodiscard]] bool begins_as_zip(std::span<const unsigned char> first_bytes);

/// A second file is a problem, as are archives that are encrypted or packed in other ways.
[[nodiscard]] std::unique_ptr<TextDecoder> zip_decoder();

}  // namespace weft
