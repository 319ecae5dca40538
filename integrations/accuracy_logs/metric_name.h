#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace flopprof::accuracy_logs {

/// "top5" for eval_top5, val/acc@5, Prec@5, top5Accuracy, val_acc5; errors keep an `err` in front.
/// Empty for a metric of the training data.
std::string canonical_metric(std::string_view name);

/// Settles which of a log's metrics the user means while they pass by: the one of exactly that
/// name, else the only one with the same canonical name.
class MetricChoice {
 public:
  explicit MetricChoice(std::string wanted);

  /// `name` is the metric asked for. Throws LogError at a second one that could be meant as well.
  bool is(std::string_view name);
  /// The name that was found. Throws LogError listing what the log has instead.
  const std::string& found() const;
  const std::string& wanted() const { return wanted_; }

 private:
  bool decide(std::string_view name);

  std::string wanted_;
  std::string canonical_;
  std::string found_;
  std::vector<std::pair<std::string, bool>> seen_;
};

}  // namespace flopprof::accuracy_logs
