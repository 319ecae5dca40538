#pragma once

#include <sys/wait.h>

#include <array>
#include <cstdio>
#include <string>

namespace flopprof {

/// How a program ended.
struct Ended {
  int status = -1;     ///< -1: not by itself
  std::string output;  ///< stdout
};

/// Runs a line of shell.
inline Ended run_command(const std::string& command) {
  Ended ended;
  FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return ended;
  std::array<char, 4096> piece{};
  while (const std::size_t bytes = std::fread(piece.data(), 1, piece.size(), pipe)) {
    ended.output.append(piece.data(), bytes);
  }
  const int status = ::pclose(pipe);
  if (WIFEXITED(status)) ended.status = WEXITSTATUS(status);
  return ended;
}

}  // namespace flopprof
