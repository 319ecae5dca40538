#pragma once

#include <functional>
#include <string>

namespace flopprof::capture {

/// Makes this library the NVTX tool of the process: ranges whose text is `range`, in any domain,
/// call `began` and `ended` on the thread that pushes and pops them (or starts and ends them). The
/// argument is what NVTX passes to InitializeInjectionNvtx2. Returns 0 when the process's NVTX is
/// not one we know.
int follow_nvtx_range(void* get_export_table, const std::string& range, std::function<void()> began,
                      std::function<void()> ended);

}  // namespace flopprof::capture
