#pragma once

#include <filesystem>
#include <string>

namespace flopprof::tools {

/// The GNU build id of an ELF file in hexadecimal, as the loaded file shows it too. Empty: it has
/// none, or is not a 64-bit ELF file.
std::string build_id_of(const std::filesystem::path& file);

}  // namespace flopprof::tools
