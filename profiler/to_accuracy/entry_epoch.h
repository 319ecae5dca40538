#pragma once

#include <array>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "profiler/to_accuracy/entry.h"

namespace flopprof::to_accuracy {

inline constexpr std::size_t kEpochColumns = 57;

/// The columns of Epoch AI's full view of all models, in its order.
const std::array<std::string_view, kEpochColumns>& epoch_columns();
std::string epoch_header();

/// Cells by column name.
using EpochCells = std::map<std::string, std::string, std::less<>>;

/// What the results say of Epoch's columns: FLOPs count a multiply-add as two there.
EpochCells epoch_cells(const EntryWords& words, const EntryNumbers& numbers,
                       const std::vector<TargetResult>& results);

/// One row without a line end, cells quoted where they need it. Throws EntryError for a column that
/// the table does not have, or a word outside a column's vocabulary.
std::string epoch_row(const EpochCells& cells);

}  // namespace flopprof::to_accuracy
