#include "integrations/accuracy_logs/metric_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "integrations/accuracy_logs/accuracy_log.h"

namespace flopprof::accuracy_logs {
namespace {

constexpr std::size_t kMostListed = 40;
constexpr std::size_t kLongestListed = 60;

/// Lower case, letters and digits only.
std::string plain(std::string_view name) {
  std::string text;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte)) text.push_back(static_cast<char>(std::tolower(byte)));
  }
  return text;
}

void drop_prefix(std::string& text, std::string_view prefix) {
  if (text.size() > prefix.size() && text.starts_with(prefix)) text.erase(0, prefix.size());
}

bool take_out(std::string& text, std::string_view word) {
  const std::size_t at = text.find(word);
  if (at == std::string::npos) return false;
  text.erase(at, word.size());
  return true;
}

}  // namespace

std::string canonical_metric(std::string_view name) {
  std::string text = plain(name);
  if (text.starts_with("train")) return {};
  for (const std::string_view prefix : {"validation", "valid", "val", "eval", "test"})
    drop_prefix(text, prefix);
  const bool error = take_out(text, "error") || take_out(text, "err");
  bool accuracy = false;
  for (const std::string_view word : {"accuracy", "acc", "precision", "prec"})
    accuracy = take_out(text, word) || accuracy;
  accuracy = take_out(text, "top") || accuracy;
  drop_prefix(text, "at");
  const bool rank = text == "1" || text == "5" || text == "10";
  if (rank) text = "top" + text;
  if (text.empty() && (accuracy || error)) text = "accuracy";
  return error ? "err " + text : text;
}

MetricChoice::MetricChoice(std::string wanted)
    : wanted_(std::move(wanted)), canonical_(canonical_metric(wanted_)) {}

bool MetricChoice::is(std::string_view name) {
  for (const auto& [seen, wanted] : seen_) {
    if (seen == name) return wanted;
  }
  if (seen_.size() > 10000) return false;
  const bool wanted = decide(name);
  seen_.emplace_back(name, wanted);
  return wanted;
}

bool MetricChoice::decide(std::string_view name) {
  const bool exact = name == wanted_;
  // An error rate is the same metric seen from the other side.
  const std::string canonical = canonical_metric(name);
  const bool alike =
      !canonical.empty() && (canonical == canonical_ || canonical == "err " + canonical_);
  if (!exact && (!alike || found_ == wanted_)) return false;
  if (!found_.empty() && found_ != name) {
    throw LogError(fmt::format("has both {} and {}: say which with --metric", found_, name));
  }
  found_ = name;
  return true;
}

const std::string& MetricChoice::found() const {
  if (!found_.empty()) return found_;
  std::string list;
  for (std::size_t i = 0; i < std::min(seen_.size(), kMostListed); ++i) {
    list += (i == 0 ? "" : ", ") + seen_[i].first.substr(0, kLongestListed);
  }
  if (seen_.size() > kMostListed) list += fmt::format(" and {} more", seen_.size() - kMostListed);
  throw LogError(fmt::format("has no metric {}; {}", wanted_,
                             list.empty() ? "it has none" : "it has: " + list));
}

}  // namespace flopprof::accuracy_logs
