#pragma once

#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "profiler/to_accuracy/target_flops.h"
#include "profiler/to_accuracy/target_result.h"

namespace flopprof::to_accuracy {

/// An entry cannot be made or kept: what is wrong and what would be right.
struct EntryError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/// A level of performance of the data set, and what its first network cost, unrounded.
struct Level {
  std::string name;
  std::string metric;  ///< canonical
  double target = 0;   ///< percent, or BLEU
  double baseline_tfs_days = 0;
  Convention convention = Convention::kMac;
  std::string task;
  std::string dataset;
};

/// Throws EntryError listing the levels there are.
const Level& level_named(std::string_view name);

/// The words of an entry, besides its numbers.
struct EntryWords {
  std::string level;
  std::string publication;
  std::string link;
  std::chrono::year_month_day date;
  std::string analysis;
  std::string analysis_link;
  std::optional<Level> own_level;  ///< of a data set of the user's own
};

/// The user's own level, else the one of that name in the data set. Throws EntryError.
const Level& level_of(const EntryWords& words);

/// YYYY-MM-DD, of a day that exists. Throws EntryError.
std::chrono::year_month_day parse_date(std::string_view text);

/// Two significant digits without trailing zeros, whole numbers from 100 on: 3.1, 0.069, 17, 465.
std::string two_digits(double value);

/// The numbers of an entry: the mean over the runs that reached the target.
struct EntryNumbers {
  Flops flops;
  Convention convention = Convention::kMac;
  bool nominal = false;
  SeedSummary seeds;
};

/// Throws EntryError when the results do not prove the level: another target or metric, no FLOPs,
/// or steps whose FLOPs are not known.
void check_level(const Level& level, const std::string& metric,
                 const std::vector<TargetResult>& results);

}  // namespace flopprof::to_accuracy
