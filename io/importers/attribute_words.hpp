// Sentences about the columns of tables that a graph's file was made into, in the words of that file. Private.
#pragma once

#include <string>

namespace weft {

/// "column 3 'weight'" becomes "WORD 'weight'", as "column 'weight'" does; options that name a column by its number
/// name it by its word; what the file cannot be told is left out.
[[nodiscard]] std::string in_words_of_file(const std::string& sentence, const std::string& word);

}  // namespace weft
