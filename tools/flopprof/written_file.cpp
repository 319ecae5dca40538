#include "tools/flopprof/written_file.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

#include "profiler/exports/gzip_stream.h"
#include "tools/flopprof/commands.h"

namespace flopprof::tools {

namespace fs = std::filesystem;

void write_file(const fs::path& path, const Write& write) {
  const fs::path unfinished = fmt::format("{}.{}.unfinished", path.string(), ::getpid());
  std::error_code ignored;
  try {
    if (path.extension() == ".gz") {
      exports::GzipBuffer bytes(unfinished);
      std::ostream out(&bytes);
      write(out);
      if (!out || !bytes.close()) throw ExitWith{1, "cannot write " + path.string()};
    } else {
      std::ofstream out(unfinished, std::ios::binary);
      if (!out) throw ExitWith{1, "cannot write " + path.string()};
      write(out);
      out.close();
      if (!out) throw ExitWith{1, "cannot write " + path.string()};
    }
    fs::rename(unfinished, path);
  } catch (...) {
    fs::remove(unfinished, ignored);
    throw;
  }
}

}  // namespace flopprof::tools
