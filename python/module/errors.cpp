// The library's errors as the exceptions of weft/errors.py.
#include <nanobind/nanobind.h>

#include <exception>

#include "weft/core/error.hpp"
#include "weft/core/stop.hpp"
#include "weft/python/module/parts.hpp"

namespace weft::python {
namespace {

namespace nb = nanobind;

template <class... Arguments>
void raise(const char* name, const Arguments&... arguments) {
  const nb::object type = nb::module_::import_("weft.errors").attr(name);
  PyErr_SetObject(type.ptr(), type(nb::str(arguments.c_str(), arguments.size())...).ptr());
}

/// Text of the system or of a file may be no UTF-8.
std::string readable(const std::string& text) {
  PyObject* decoded = PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), "backslashreplace");
  if (decoded == nullptr) {
    throw nb::python_error();
  }
  return nb::steal<nb::str>(decoded).c_str();
}

void translate(const std::exception_ptr& error, void* /*unused*/) {
  try {
    std::rethrow_exception(error);
  } catch (const DataError& e) {
    raise("DataError", readable(e.file()), readable(e.object()), readable(e.problem()));
  } catch (const ArgumentError& e) {
    raise("ArgumentError", readable(e.what()));
  } catch (const NumericError& e) {
    raise("NumericError", readable(e.what()));
  } catch (const OutputError& e) {
    raise("OutputError", readable(e.what()));
  } catch (const Stopped&) {
    PyErr_SetNone(PyExc_KeyboardInterrupt);
  }
}

}  // namespace

void add_errors(nb::module_& /*module*/) {
  nb::register_exception_translator(translate);
}

}  // namespace weft::python
