#pragma once

#include <filesystem>
#include <functional>
#include <ostream>

namespace flopprof::tools {

using Write = std::function<void(std::ostream&)>;

/// Compressed where the name ends in .gz. Whoever reads the file sees the old one or the new one
/// whole. Throws ExitWith 1 where it cannot be written, and what `write` throws; then nothing of it
/// stays.
void write_file(const std::filesystem::path& path, const Write& write);

}  // namespace flopprof::tools
