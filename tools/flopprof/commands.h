#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace flopprof::tools {

// One command a file: it parses, calls one function and prints. Each adds itself to `app` and sets
// its callback. A callback ends the program with ExitWith, or returns for exit status 0.
void add_run(CLI::App& app);
void add_env(CLI::App& app);
void add_report(CLI::App& app);
void add_sass(CLI::App& app);
void add_calibrate(CLI::App& app);
void add_build_observer(CLI::App& app);
void add_conv(CLI::App& app);
void add_convert(CLI::App& app);
void add_trend(CLI::App& app);
void add_validate(CLI::App& app);
void add_doctor(CLI::App& app);
void add_merge(CLI::App& app);
void add_diff(CLI::App& app);
void add_export(CLI::App& app);
void add_import(CLI::App& app);
void add_top(CLI::App& app);

/// The arguments after the program's name as CLI::App::parse takes them, last first. CLI11 ends a
/// subcommand at `--`; of `run` the job's command follows there, so it becomes a plain word.
std::vector<std::string> parser_arguments(std::vector<std::string> arguments);

/// Thrown by a command to end the program: 1 failed, 2 wrong usage, 3 a check found a difference;
/// `run` ends with the job's own status. The message, if any, goes to stderr as one line.
struct ExitWith {
  int status;
  std::string message;
};

}  // namespace flopprof::tools
