#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "profiler/store/database.h"

namespace flopprof::merge {

/// What one file to be merged says of the run that it is a part of.
struct Part {
  std::filesystem::path given;  ///< as it was named to us
  std::filesystem::path path;   ///< where it is read: a copy, if a write to it was cut off
  std::string run_id;
  std::int64_t started_at_ns = 0;
  std::int64_t last_written_at_ns = 0;  ///< its end, or the last sign of life of its processes
  std::string ended;                    ///< exited, signalled, killed, running; empty: by hand
  std::optional<std::int64_t> exit_status;
  std::int64_t processes = 0;
  std::map<std::string, std::int64_t> world_sizes;       ///< by the world's name
  std::set<std::pair<std::string, std::int64_t>> ranks;  ///< (world, rank)
  std::set<std::string> commands;                        ///< of its ranks: JSON, digits are '#'
};

/// Reads a part, which stays as it is. Throws store::DatabaseError, store::NewerSchema among them.
Part read_part(const store::Database& run);

/// The first rank of the part; those without come last.
std::int64_t first_rank(const Part& part);

/// "python train.py --rank 3" and "... --rank 12" are one command: digits become '#'.
std::string without_numbers(const std::string& command);

}  // namespace flopprof::merge
