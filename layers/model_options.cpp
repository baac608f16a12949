#include "weft/layers/model_options.hpp"

#include "weft/layers/model_rows.hpp"
#include "weft/layers/option_tables.hpp"

namespace weft {
namespace {

/// The options of a struct. Attention's own are checked by their names as well: a table reads only those that it has.
template <class S>
Options options_in(const S& values) {
  if constexpr (requires { values.attention_options; }) {
    (void)mechanism_options(values.hidden, values.heads, values.attention_options);
  }
  return to_options(option_table<S>(), values);
}

template <class S>
std::string name_of_model(const S& values) {
  if constexpr (requires { values.convolution; }) {
    return std::string(model_made_of(typeid(S), values.convolution));
  } else {
    return std::string(model_made_of(typeid(S), ""));
  }
}

}  // namespace

ModelOptions::ModelOptions(const StackOptions& options)
    : model_(name_of_model(options)),
      options_(options_in(options)),
      changes_(changes_in(option_table<StackOptions>(), options_)) {}
ModelOptions::ModelOptions(const WeftOptions& options)
    : model_(name_of_model(options)),
      options_(options_in(options)),
      changes_(changes_in(option_table<WeftOptions>(), options_)) {}
ModelOptions::ModelOptions(const GpsOptions& options)
    : model_(name_of_model(options)),
      options_(options_in(options)),
      changes_(changes_in(option_table<GpsOptions>(), options_)) {}
ModelOptions::ModelOptions(const PolynormerOptions& options)
    : model_(name_of_model(options)),
      options_(options_in(options)),
      changes_(changes_in(option_table<PolynormerOptions>(), options_)) {}
ModelOptions::ModelOptions(const SignOptions& options)
    : model_(name_of_model(options)),
      options_(options_in(options)),
      changes_(changes_in(option_table<SignOptions>(), options_)) {}
ModelOptions::ModelOptions(const NagphormerOptions& options)
    : model_(name_of_model(options)),
      options_(options_in(options)),
      changes_(changes_in(option_table<NagphormerOptions>(), options_)) {}
ModelOptions::ModelOptions(const WlOptions& options)
    : model_(name_of_model(options)),
      options_(options_in(options)),
      changes_(changes_in(option_table<WlOptions>(), options_)) {}
ModelOptions::ModelOptions(const LabelPropagationOptions& options)
    : model_(name_of_model(options)),
      options_(options_in(options)),
      changes_(changes_in(option_table<LabelPropagationOptions>(), options_)) {}
ModelOptions::ModelOptions(const RidgeOptions& options)
    : model_(name_of_model(options)),
      options_(options_in(options)),
      changes_(changes_in(option_table<RidgeOptions>(), options_)) {}

}  // namespace weft
