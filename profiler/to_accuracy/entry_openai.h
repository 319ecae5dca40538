#pragma once

#include <string>
#include <string_view>

#include "profiler/to_accuracy/entry.h"

namespace flopprof::to_accuracy {

inline constexpr std::string_view kOpenaiHeader =
    "Metric,Publication Date,Publication,Publication link,Compute (teraflops-s/days),Reduction "
    "Factor,Analysis,Analysis "
    "link";

/// The lowest compute of a level up to a date, as the file prints it.
struct LowEnvelope {
  double tfs_days = 0;
  std::string publication;
  std::string date;
};

/// Of the rows of `level` dated `date` or before; nothing when there are none. Throws EntryError
/// with the row that is no row of the data set.
std::optional<LowEnvelope> low_envelope(std::string_view csv, std::string_view level,
                                        std::chrono::year_month_day date);

/// Strictly below every earlier row, from the unrounded compute.
bool is_state_of_the_art(const EntryNumbers& numbers, const std::optional<LowEnvelope>& envelope);

/// One row of efficiency_sota.csv, without a line end. The file has no quoted cells: throws
/// EntryError for a word that would need them.
std::string openai_row(const EntryWords& words, const EntryNumbers& numbers);

/// The row of the table in that repository's README.
std::string readme_row(const EntryWords& words, const EntryNumbers& numbers);

/// Baseline over new, from unrounded values.
double reduction_factor(const EntryWords& words, const EntryNumbers& numbers);

/// M/D/YYYY without zeros in front.
std::string openai_date(std::chrono::year_month_day date);

}  // namespace flopprof::to_accuracy
