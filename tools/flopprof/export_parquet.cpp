#include <fmt/format.h>

#include "tools/flopprof/commands.h"
#include "tools/flopprof/own_program.h"
#include "tools/flopprof/parquet_options.h"

namespace flopprof::tools {
namespace {

constexpr int kWrongUsage = 2;

void check(const ParquetOptions& options) {
  if (options.output.empty())
    throw ExitWith{kWrongUsage, "--to parquet writes a folder; name it with -o"};
  if (options.logs.empty()) {
    if (options.metric.empty() && options.target == 0) return;
    throw ExitWith{kWrongUsage, "--metric and --target go with --accuracy FILE"};
  }
  if (options.logs.size() != options.runs.size()) {
    throw ExitWith{kWrongUsage,
                   fmt::format("{} runs and {} accuracy logs: give one --accuracy a run, in their "
                               "order",
                               options.runs.size(), options.logs.size())};
  }
  if (options.metric.empty() || !(options.target > 0) || options.target > 100)
    throw ExitWith{kWrongUsage, "--accuracy needs --metric NAME and --target PERCENT"};
}

}  // namespace

void export_parquet(const ParquetOptions& options) {
  check(options);
  become("flopprof_parquet",
         "export: this flopprof was built without Apache Arrow; install its C++ library "
         "(libarrow-dev, libparquet-dev), or its Python wheel (pip install pyarrow) and configure "
         "with -DFLOPPROF_PYARROW=FOLDER, then build again");
}

}  // namespace flopprof::tools
