#pragma once

#include <dlfcn.h>

namespace flopprof::capture {

/// The function `name` of `library`, a handle of dlopen(). False, and null, where it has none.
template <typename Function>
bool find(void* library, const char* name, Function& function) {
  function = reinterpret_cast<Function>(dlsym(library, name));
  return function != nullptr;
}

}  // namespace flopprof::capture
