// Fields of the CSV files that commands write.
#pragma once

#include <string>

namespace weft::cli {

/// A field of RFC 4180: quoted where it holds a comma, a quote or the end of a line.
[[nodiscard]] std::string csv_field(const std::string& text);

/// Six figures.
[[nodiscard]] std::string number_text(float value);

}  // namespace weft::cli
