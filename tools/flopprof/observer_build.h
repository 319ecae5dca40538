#pragma once

#include <filesystem>
#include <string>

namespace flopprof::tools {

/// A LibTorch to build an observer for.
struct LibTorch {
  std::filesystem::path root;     ///< holds include/
  std::filesystem::path library;  ///< libtorch_cpu.so
  std::filesystem::path c10;      ///< libc10.so
  std::string build_id;           ///< of `library`, hexadecimal
  bool cxx11_strings = true;      ///< false: compiled with _GLIBCXX_USE_CXX11_ABI=0
};

/// The one below `root`, or the one that `library` belongs to. Throws ExitWith, which says what is
/// missing.
LibTorch libtorch_in(const std::filesystem::path& root);
LibTorch libtorch_of(const std::filesystem::path& library);

/// Compiles the sources in `prefix` with $CXX, else c++, and installs the observer in `prefix`, or
/// for this user alone where that cannot be written. Returns its path. Throws ExitWith.
std::filesystem::path build_observer(const LibTorch& libtorch, const std::filesystem::path& prefix);

}  // namespace flopprof::tools
