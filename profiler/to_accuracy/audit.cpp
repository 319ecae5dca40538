#include "profiler/to_accuracy/audit.h"

#include <fmt/format.h>

#include <cmath>
#include <limits>

#include "profiler/to_accuracy/arxiv_number.h"
#include "profiler/to_accuracy/published.h"

namespace flopprof::to_accuracy {
namespace {

/// The paper's training estimate: 1.28e6 images an epoch, and three passes (forward, and backward
/// counted twice), of which its formula prints only the first factor.
constexpr double kImagesPerEpoch = 1.28e6;
constexpr double kPasses = 3;
/// How far a counter that also counts biases and normalisation lies from the exact count of the
/// convolutions and linear layers; beyond it, another network was counted.
constexpr double kCountersDiffer = 0.15;

/// The least and the most that a figure can stand for.
struct Range {
  double least = 0;
  double most = 0;
};

Range range_of(const PrintedFigure& figure) {
  return {figure.value - figure.half_unit, figure.value + figure.half_unit};
}

Range exactly(double value) { return {value, value}; }

Range quotient(Range a, Range b) {
  return {a.least / b.most,
          b.least > 0 ? a.most / b.least : std::numeric_limits<double>::infinity()};
}

/// A millionth is forgiven: 0.15 is not a binary number.
bool can_agree(Range a, Range b) {
  return a.least <= b.most * (1 + 1e-6) && b.least <= a.most * (1 + 1e-6);
}

std::string three_digits(double value) {
  if (value >= 100) return fmt::format("{:.0f}", value);
  return fmt::format("{:.3g}", value);
}

PublishedParts parts_of(const DatasetRow& row) {
  PublishedParts parts =
      published_parts(row.levels.front(), row.publication, row.analysis).value_or(PublishedParts{});
  if (row.epochs) parts.epochs = row.epochs;
  if (row.gmacs_per_image) parts.gmacs_per_image = row.gmacs_per_image;
  return parts;
}

double nominal_operations(double gmacs_per_image, double epochs) {
  return gmacs_per_image * 1e9 * kImagesPerEpoch * kPasses * epochs;
}

/// The operations that `parts` make, with the rounding of the per-image figure; epochs are whole.
std::optional<Range> operations_of(const PublishedParts& parts) {
  if (parts.operations) return range_of(*parts.operations);
  if (!parts.epochs || !parts.gmacs_per_image) return std::nullopt;
  const Range gmacs = range_of(*parts.gmacs_per_image);
  return Range{nominal_operations(gmacs.least, parts.epochs->value),
               nominal_operations(gmacs.most, parts.epochs->value)};
}

double middle(Range range) { return (range.least + range.most) / 2; }

Range in_units_of(const DatasetRow& row, Range operations) {
  return {operations.least / row.operations_per_unit, operations.most / row.operations_per_unit};
}

/// The unrounded compute of `row` in its unit, when its parts are known and make what it prints.
std::optional<double> unrounded_compute(const DatasetRow& row) {
  const auto operations = operations_of(parts_of(row));
  if (!operations) return std::nullopt;
  const Range computed = in_units_of(row, *operations);
  if (!can_agree(computed, range_of(row.compute))) return std::nullopt;
  return middle(computed);
}

class Auditor {
 public:
  explicit Auditor(const Dataset& dataset) : dataset_(dataset) {
    audit_.rows = static_cast<std::int64_t>(dataset.rows.size() + dataset.unreadable.size());
  }

  Audit audit() {
    auto unreadable = dataset_.unreadable.begin();
    const auto report_unreadable_before = [&](std::int64_t row) {
      for (; unreadable != dataset_.unreadable.end() && unreadable->row < row; ++unreadable) {
        audit_.problems.push_back(*unreadable);
      }
    };
    for (const DatasetRow& row : dataset_.rows) {
      report_unreadable_before(row.number);
      check_date(row);
      check_link(row, "publication", row.publication, row.link);
      check_link(row, "analysis", row.analysis, row.analysis_link);
      check_compute(row);
      check_exact_count(row);
      check_factor(row);
    }
    report_unreadable_before(std::numeric_limits<std::int64_t>::max());
    return audit_;
  }

 private:
  void report(const DatasetRow& row, std::string problem, std::string printed,
              std::string expected) {
    audit_.problems.push_back({.row = row.number,
                               .problem = std::move(problem),
                               .printed = std::move(printed),
                               .expected = std::move(expected)});
  }

  void check_date(const DatasetRow& row) {
    const auto paper = arxiv_number_in(row.link);
    if (!paper || paper->submitted == row.date.year() / row.date.month()) return;
    const auto expected = fmt::format("{:04}-{:02}", int(paper->submitted.year()),
                                      unsigned(paper->submitted.month()));
    report(row, fmt::format("date: arXiv {} was submitted in another month", paper->number),
           row.date_printed, expected);
  }

  void check_link(const DatasetRow& row, std::string_view column, const std::string& title,
                  const std::string& link) {
    const auto linked = arxiv_number_in(link);
    const std::string expected = arxiv_number_of_title(title);
    if (!linked || expected.empty() || linked->number == expected) return;
    report(row, fmt::format("link: the {} link is not the paper \"{}\"", column, title), link,
           "https://arxiv.org/abs/" + expected);
  }

  void check_compute(const DatasetRow& row) {
    const PublishedParts parts = parts_of(row);
    const auto operations = operations_of(parts);
    if (!operations) return;
    ++audit_.rows_with_known_parts;
    const Range computed = in_units_of(row, *operations);
    if (can_agree(computed, range_of(row.compute))) return;
    std::string problem = "compute: its parts make another sum";
    if (!parts.operations) {
      problem +=
          fmt::format(" ({} epochs x {} GMAC x {} images x {} passes)", parts.epochs->printed,
                      parts.gmacs_per_image->printed, "1.28e6", kPasses);
      const Range one_pass{computed.least / kPasses, computed.most / kPasses};
      if (std::abs(middle(one_pass) / row.compute.value - 1) < 0.05) {
        problem += "; the backward pass was left out";
      }
    }
    report(row, problem, row.compute.printed, three_digits(middle(computed)));
  }

  /// The per-image figure against the network itself, whatever the sum says.
  void check_exact_count(const DatasetRow& row) {
    const PublishedParts parts = parts_of(row);
    if (!parts.gmacs_per_image || !parts.exact_gmacs_per_image || !parts.epochs) return;
    const double exact = parts.exact_gmacs_per_image->value;
    const double off = parts.gmacs_per_image->value / exact - 1;
    if (std::abs(off) <= kCountersDiffer) return;
    const double expected =
        nominal_operations(exact, parts.epochs->value) / row.operations_per_unit;
    report(row,
           fmt::format("compute: counts {} GMAC an image where the network has {:.3f} ({:+.0f} %)",
                       parts.gmacs_per_image->printed, exact, 100 * off),
           row.compute.printed, three_digits(expected));
  }

  /// The row that a level's factors refer to: the one that prints the factor 1, else the first.
  const DatasetRow& baseline_of(const DatasetRow& row) const {
    const DatasetRow* earliest = &row;
    for (const DatasetRow& other : dataset_.rows) {
      if (other.levels != row.levels) continue;
      if (other.reduction_factor && other.reduction_factor->value == 1) return other;
      if (std::chrono::sys_days(other.date) < std::chrono::sys_days(earliest->date)) {
        earliest = &other;
      }
    }
    return *earliest;
  }

  void check_factor(const DatasetRow& row) {
    if (!row.reduction_factor) return;
    const DatasetRow& baseline = baseline_of(row);
    const auto from = unrounded_compute(baseline);
    const auto to = unrounded_compute(row);
    const bool unrounded = from.has_value() && to.has_value();
    const Range factor = unrounded ? exactly(*from / *to)
                                   : quotient(range_of(baseline.compute), range_of(row.compute));
    if (can_agree(factor, range_of(*row.reduction_factor))) return;
    const double expected = unrounded ? factor.least : baseline.compute.value / row.compute.value;
    report(
        row,
        fmt::format("factor: {} / {} gives another", baseline.compute.printed, row.compute.printed),
        row.reduction_factor->printed, three_digits(expected));
  }

  const Dataset& dataset_;
  Audit audit_;
};

}  // namespace

Audit audit_of(const Dataset& dataset) { return Auditor(dataset).audit(); }

}  // namespace flopprof::to_accuracy
