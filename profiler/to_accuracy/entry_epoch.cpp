#include "profiler/to_accuracy/entry_epoch.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace flopprof::to_accuracy {
namespace {

constexpr std::array<std::string_view, kEpochColumns> kColumns = {
    "Model",
    "Domain",
    "Task",
    "Organization",
    "Authors",
    "Publication date",
    "Reference",
    "Link",
    "Citations",
    "Notability criteria",
    "Notability criteria notes",
    "Parameters",
    "Parameters notes",
    "Training compute (FLOP)",
    "Training compute notes",
    "Training dataset",
    "Training dataset notes",
    "Training dataset size (datapoints)",
    "Dataset size notes",
    "Training time (hours)",
    "Training time notes",
    "Training hardware",
    "Approach",
    "Confidence",
    "Abstract",
    "Epochs",
    "Benchmark data",
    "Model accessibility",
    "Country (of organization)",
    "Base model",
    "Finetune compute (FLOP)",
    "Finetune compute notes",
    "Hardware quantity",
    "Hardware utilization (MFU)",
    "Last modified",
    "Training cloud compute vendor",
    "Training data center",
    "Archived links",
    "Batch size",
    "Batch size notes",
    "Organization categorization",
    "Foundation model",
    "Training compute lower bound",
    "Training compute upper bound",
    "Training chip-hours",
    "Training code accessibility",
    "Accessibility notes",
    "Organization categorization (from Organization)",
    "Training compute cost (2023 USD)",
    "Utilization notes",
    "Numerical format",
    "Training power draw (W)",
    "Training compute estimation method",
    "Hugging Face developer id",
    "Post-training compute (FLOP)",
    "Post-training compute notes",
    "Compute rank when published"};

struct Vocabulary {
  std::string_view column;
  std::vector<std::string_view> words;
};

const std::array<Vocabulary, 4>& vocabularies() {
  static const std::array<Vocabulary, 4> kVocabularies = {{
      {"Training compute estimation method",
       {"Operation counting", "Hardware", "Reported", "Third-party estimation",
        "Comparison with other models", "Benchmarks", "Other", "Cost"}},
      {"Confidence", {"Confident", "Likely", "Speculative", "Unknown"}},
      {"Numerical format", {"BF16", "FP32", "FP16", "FP8", "TF32"}},
      {"Notability criteria",
       {"SOTA improvement", "Highly cited", "Historical significance", "Training cost",
        "Significant use"}},
  }};
  return kVocabularies;
}

/// Several words stand in one cell, with commas between.
void check_words(std::string_view column, std::string_view cell) {
  for (const Vocabulary& vocabulary : vocabularies()) {
    if (vocabulary.column != column) continue;
    while (!cell.empty()) {
      const std::size_t end = std::min(cell.find(','), cell.size());
      const std::string_view word = cell.substr(0, end);
      if (std::find(vocabulary.words.begin(), vocabulary.words.end(), word) ==
          vocabulary.words.end()) {
        throw EntryError(fmt::format("'{}' is no {}; there are: {}", word, column,
                                     fmt::join(vocabulary.words, ", ")));
      }
      cell.remove_prefix(std::min(end + 1, cell.size()));
    }
  }
}

std::string quoted(const std::string& cell) {
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string text = "\"";
  for (const char c : cell) text += c == '"' ? "\"\"" : std::string(1, c);
  return text + "\"";
}

/// As Python writes a float: "6.7e+22", "12.0".
std::string as_float(double value) {
  std::string text = fmt::format("{}", value);
  if (text.find_first_of(".en") == std::string::npos) text += ".0";
  return text;
}

std::string compute_notes(const EntryNumbers& numbers, const TargetResult& result) {
  std::string notes;
  if (numbers.nominal) {
    notes = fmt::format(
        "{:.6g} multiply-adds per image x 2 FLOP x 3 (nominal, forward and backward) x images",
        result.nominal->macs_per_image);
  } else {
    notes = fmt::format(
        "Training FLOPs of the job's steps, measured by flopprof ({}); evaluation left out",
        source_of(result));
  }
  notes += fmt::format("; up to {} {:.6g}", result.metric, result.target);
  if (numbers.seeds.reached > 1) notes += fmt::format("; mean of {} runs", numbers.seeds.reached);
  return notes + "; a multiply-add is two FLOP";
}

void put_run(EpochCells& cells, const TargetResult& result) {
  if (!result.work) return;
  const WorkToStep& work = *result.work;
  cells["Training time (hours)"] = as_float(work.wall_seconds / 3600);
  cells["Training time notes"] = "Wall time of the training steps up to the target";
  cells["Training hardware"] = result.run->hardware;
  cells["Training compute lower bound"] = as_float(work.flops_min.as_double());
  cells["Training compute upper bound"] = as_float(work.flops_max.as_double());
}

}  // namespace

const std::array<std::string_view, kEpochColumns>& epoch_columns() { return kColumns; }

std::string epoch_header() { return fmt::format("{}", fmt::join(kColumns, ",")); }

EpochCells epoch_cells(const EntryWords& words, const EntryNumbers& numbers,
                       const std::vector<TargetResult>& results) {
  const auto reached =
      std::find_if(results.begin(), results.end(), [](const TargetResult& r) { return r.reached; });
  if (reached == results.end()) throw EntryError("no run reached the target");
  EpochCells cells;
  cells["Model"] = words.publication;
  cells["Publication date"] = fmt::format("{:04}-{:02}-{:02}", static_cast<int>(words.date.year()),
                                          static_cast<unsigned>(words.date.month()),
                                          static_cast<unsigned>(words.date.day()));
  cells["Reference"] = words.publication;
  cells["Link"] = words.link;
  cells["Training compute (FLOP)"] = as_float(numbers.flops.as_double());
  cells["Training compute notes"] = compute_notes(numbers, *reached);
  cells["Training compute estimation method"] = "Operation counting";
  cells["Confidence"] = numbers.nominal ? "Likely" : "Confident";
  if (reached->position->epochs) cells["Epochs"] = as_float(*reached->position->epochs);
  if (!words.level.empty()) {
    const Level& level = level_of(words);
    cells["Domain"] = level.metric == "bleu" ? "Language" : "Vision";
    cells["Task"] = level.task;
    cells["Training dataset"] = level.dataset;
  }
  put_run(cells, *reached);
  return cells;
}

std::string epoch_row(const EpochCells& cells) {
  for (const auto& [column, cell] : cells) {
    if (std::find(kColumns.begin(), kColumns.end(), column) == kColumns.end()) {
      throw EntryError(fmt::format("Epoch's table has no column '{}'", column));
    }
    check_words(column, cell);
  }
  std::string row;
  for (const std::string_view column : kColumns) {
    const auto cell = cells.find(column);
    if (column != kColumns.front()) row += ',';
    if (cell != cells.end()) row += quoted(cell->second);
  }
  return row;
}

}  // namespace flopprof::to_accuracy
