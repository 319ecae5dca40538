#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "integrations/accuracy_logs/metric_name.h"
#include "profiler/to_accuracy/entry_append.h"
#include "profiler/to_accuracy/entry_epoch.h"
#include "profiler/to_accuracy/entry_openai.h"
#include "profiler/to_accuracy/entry_page.h"
#include "tools/flopprof/commands.h"
#include "tools/flopprof/convert_options.h"

namespace flopprof::tools {
namespace {

using to_accuracy::analysis_page;
using to_accuracy::append_row;
using to_accuracy::check_level;
using to_accuracy::curve_svg;
using to_accuracy::DataSetFile;
using to_accuracy::EntryError;
using to_accuracy::EntryNumbers;
using to_accuracy::EntryWords;
using to_accuracy::epoch_cells;
using to_accuracy::epoch_header;
using to_accuracy::epoch_row;
using to_accuracy::EpochCells;
using to_accuracy::is_state_of_the_art;
using to_accuracy::kOpenaiHeader;
using to_accuracy::Level;
using to_accuracy::level_of;
using to_accuracy::low_envelope;
using to_accuracy::LowEnvelope;
using to_accuracy::openai_row;
using to_accuracy::PageFacts;
using to_accuracy::parse_date;
using to_accuracy::Quoting;
using to_accuracy::read_data_set;
using to_accuracy::readme_row;
using to_accuracy::replace_file;
using to_accuracy::SeedSummary;
using to_accuracy::summary_of;
using to_accuracy::TargetResult;
using to_accuracy::tfs_days;

EntryNumbers numbers_of(const ConvertOptions& options, const std::vector<TargetResult>& results) {
  const SeedSummary seeds = summary_of(results);
  return {.flops = seeds.mean,
          .convention = convention_of(options),
          .nominal = options.runs.empty(),
          .seeds = seeds};
}

/// The user's own level: the first network of it is its own baseline.
Level own_level_of(const ConvertOptions& options, const EntryNumbers& numbers) {
  return {
      .name = options.level,
      .metric = accuracy_logs::canonical_metric(options.metric),
      .target = options.target,
      .baseline_tfs_days = options.baseline.value_or(tfs_days(numbers.flops, numbers.convention)),
      .convention = numbers.convention,
      .task = options.own_level,
      .dataset = options.own_level};
}

EntryWords words_of(const ConvertOptions& options, const EntryNumbers& numbers) {
  EntryWords words{.level = options.level,
                   .publication = options.publication,
                   .link = options.link,
                   .date = parse_date(options.date),
                   .analysis = options.analysis,
                   .analysis_link = options.analysis_link};
  if (!options.own_level.empty()) words.own_level = own_level_of(options, numbers);
  return words;
}

/// What the Analysis column says where the user gave no words.
std::string analysis_of(const EntryNumbers& numbers, const std::optional<DataSetFile>& file,
                        const std::optional<LowEnvelope>& envelope) {
  if (numbers.nominal) return "flopprof (nominal)";
  if (file && !is_state_of_the_art(numbers, envelope)) return "flopprof (measured; not SOTA)";
  return "flopprof";
}

/// A word of this program's command line as a shell takes it.
std::string shell_word(const std::string& word) {
  if (!word.empty() &&
      word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                             "-_./=:,@%+") == std::string::npos) {
    return word;
  }
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

std::string own_command() {
  std::ifstream file("/proc/self/cmdline", std::ios::binary);
  std::string command = "flopprof";
  std::string word;
  std::getline(file, word, '\0');
  while (std::getline(file, word, '\0')) command += " " + shell_word(word);
  return command;
}

void tell_standing(const EntryNumbers& numbers, const std::optional<LowEnvelope>& envelope) {
  const double own = tfs_days(numbers.flops, numbers.convention);
  if (!envelope) {
    fmt::print(stderr, "flopprof: the file has no earlier row of this level\n");
  } else if (is_state_of_the_art(numbers, envelope)) {
    fmt::print(stderr,
               "flopprof: state of the art at its date: {:.4g} tf-s/days, below {} ({:.4g})\n", own,
               envelope->publication, envelope->tfs_days);
  } else {
    fmt::print(stderr, "flopprof: {}, not state of the art: {:.4g} tf-s/days, {} has {:.4g}\n",
               numbers.nominal ? "nominal" : "measured", own, envelope->publication,
               envelope->tfs_days);
  }
}

/// The page and, beside it, the curve it shows.
void write_page(const std::filesystem::path& path, const EntryWords& words,
                const EntryNumbers& numbers, const std::vector<TargetResult>& results,
                PageFacts facts) {
  const std::filesystem::path picture = std::filesystem::path(path).replace_extension(".svg");
  facts.picture = fmt::format("![accuracy against {}]({})", results.front().drawn_over,
                              picture.filename().string());
  replace_file(picture, curve_svg(results));
  replace_file(path, analysis_page(words, numbers, results, facts));
}

}  // namespace

void write_openai(const ConvertOptions& options, const std::vector<TargetResult>& results) {
  const EntryNumbers numbers = numbers_of(options, results);
  EntryWords words = words_of(options, numbers);
  check_level(level_of(words), accuracy_logs::canonical_metric(options.metric), results);
  std::optional<DataSetFile> file;
  std::optional<LowEnvelope> envelope;
  if (!options.append_to.empty()) {
    file = read_data_set(options.append_to, kOpenaiHeader, "\r\n", Quoting::kNone);
    envelope = low_envelope(file->bytes, options.level, words.date);
  }
  if (words.analysis.empty()) words.analysis = analysis_of(numbers, file, envelope);
  const std::string row = openai_row(words, numbers);
  PageFacts facts{.command = own_command(),
                  .flopprof_version = FLOPPROF_VERSION,
                  .picture = curve_svg(results),
                  .envelope = envelope,
                  .has_data_set = file.has_value()};
  if (file) append_row(*file, row);
  fmt::print("{}\r\n\n{}\n", row, readme_row(words, numbers));
  if (options.page.empty()) {
    fmt::print("\n{}", analysis_page(words, numbers, results, facts));
  } else {
    write_page(options.page, words, numbers, results, facts);
  }
  if (file) tell_standing(numbers, envelope);
}

void write_epoch(const ConvertOptions& options, const std::vector<TargetResult>& results) {
  const EntryNumbers numbers = numbers_of(options, results);
  if (!options.level.empty()) {
    check_level(level_of(words_of(options, numbers)),
                accuracy_logs::canonical_metric(options.metric), results);
  }
  if (numbers.flops.count == 0)
    throw EntryError("no FLOPs: give a run, or --nominal --macs-per-image");
  EpochCells cells = epoch_cells(words_of(options, numbers), numbers, results);
  for (const std::string& cell : options.cells) {
    const std::size_t equals = cell.find('=');
    if (equals == std::string::npos)
      throw ExitWith{2, "--cell " + cell + " is not written COLUMN=TEXT"};
    cells[cell.substr(0, equals)] = cell.substr(equals + 1);
  }
  const std::string row = epoch_row(cells);
  if (!options.append_to.empty()) {
    append_row(read_data_set(options.append_to, epoch_header(), "", Quoting::kAllowed), row);
  }
  fmt::print("{}\n{}\n", epoch_header(), row);
}

}  // namespace flopprof::tools
