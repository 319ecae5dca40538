#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

namespace flopprof::tools {

/// How the job's main process ended.
struct JobEnd {
  bool signalled = false;
  int status = 0;  ///< as a shell says it: 128+n for signal n
};

/// The command could not be started. `status` is 127 when there is no such command, else 126.
struct CannotStart : std::runtime_error {
  CannotStart(const std::string& message, int shell_status)
      : std::runtime_error(message), status(shell_status) {}
  int status;
};

/// Runs `command` in our process group, with our terminal, files and signal dispositions, and waits
/// for its main process alone. SIGINT and SIGQUIT are the job's: the terminal sends it its own.
/// Others that are sent to us are sent on. Throws CannotStart.
///
/// From here on this process ignores SIGINT, SIGQUIT, SIGPIPE and SIGXFSZ: what is left to do is to
/// write the run's end and to hand on the job's status.
JobEnd run_job(const std::vector<std::string>& command,
               const std::map<std::string, std::string>& environment);

}  // namespace flopprof::tools
