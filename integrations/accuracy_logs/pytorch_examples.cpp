#include <charconv>
#include <optional>
#include <vector>

#include "integrations/accuracy_logs/accuracy_log.h"
#include "integrations/accuracy_logs/log_lines.h"
#include "integrations/accuracy_logs/metric_name.h"

namespace flopprof::accuracy_logs {
namespace {

constexpr std::size_t kLongestLine = 1 << 16;

struct Progress {
  double epoch = 0;
  double batches = 0;
};

std::string_view after_spaces(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  return begin == std::string_view::npos ? std::string_view() : text.substr(begin);
}

/// Takes a number off the front of `text`.
std::optional<double> take_number(std::string_view& text) {
  text = after_spaces(text);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc()) return {};
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

/// "Epoch: [3][  10/5005]"
std::optional<Progress> progress_in(std::string_view line) {
  const std::size_t at = line.find("Epoch: [");
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at + 8);
  const auto epoch = take_number(line);
  if (!epoch || !line.starts_with("][")) return {};
  line.remove_prefix(2);
  if (!take_number(line) || !line.starts_with("/")) return {};
  line.remove_prefix(1);
  const auto batches = take_number(line);
  if (!batches) return {};
  return Progress{.epoch = *epoch, .batches = *batches};
}

/// What follows the star of " * Prec@1 56.522 Prec@5 79.066".
std::string_view results_in(std::string_view line) {
  const std::size_t at = line.find("* ");
  if (at == std::string_view::npos || line.find("@", at) == std::string_view::npos) return {};
  const std::string_view rest = after_spaces(line.substr(at + 2));
  return rest.starts_with("Prec@") || rest.starts_with("Acc@") ? rest : std::string_view();
}

bool recognises(std::string_view head) {
  return head.find("* Prec@1 ") != std::string_view::npos ||
         head.find("* Acc@1 ") != std::string_view::npos ||
         head.find("Epoch: [0][") != std::string_view::npos;
}

std::optional<double> value_in(std::string_view results, MetricChoice& metric) {
  std::optional<double> chosen;
  while (!(results = after_spaces(results)).empty()) {
    const std::string_view name = results.substr(0, results.find_first_of(" \t"));
    results.remove_prefix(name.size());
    const auto value = take_number(results);
    if (!value) break;
    if (metric.is(name)) chosen = value;
  }
  return chosen;
}

to_accuracy::LogTraits read(std::istream& log, const LogRequest& request, const PointSink& sink) {
  using to_accuracy::CountsFrom;
  to_accuracy::LogTraits traits{.scale = to_accuracy::Scale::kPercent,
                                .epochs_from = CountsFrom::kZero};
  MetricChoice metric(request.metric);
  LogLines lines(log, kLongestLine);
  std::optional<Progress> progress;
  double evaluations = 0;
  while (lines.next()) {
    if (const auto now = progress_in(lines.text())) {
      progress = now;
      traits.batches_per_epoch = now->batches;
    }
    const std::string_view results = results_in(lines.text());
    if (results.empty()) continue;
    const double epoch = progress ? progress->epoch : evaluations;
    ++evaluations;
    if (const auto value = value_in(results, metric)) {
      sink({.value = *value, .epoch = epoch, .line = lines.number()});
    }
  }
  traits.metric = metric.found();
  if (!progress)
    traits.notes.push_back("the log shows no epochs: its evaluations are taken as one an epoch");
  return traits;
}

}  // namespace

const LogFormat kPytorchExamples{.name = "pytorch", .recognises = recognises, .read = read};

}  // namespace flopprof::accuracy_logs
