#include "profiler/to_accuracy/judge.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace flopprof::to_accuracy {
namespace {

constexpr double kAgrees = 0.01;
constexpr double kExplains = 0.005;
/// The linear layers at the end do not grow with the image, and sides are rounded at every stride.
constexpr double kScaledExplains = 0.03;
constexpr double kGibi = 1.073741824;  // 2^30 / 1e9
constexpr double kFlopsPerMac = 2;

double macs_of(const MeasuredNetwork& network) {
  return static_cast<double>(network.flops.count) / kFlopsPerMac;
}

bool reaches(const PrintedFigure& figure, double expected, double tolerance) {
  return std::abs(figure.value - expected) <= figure.half_unit + tolerance * expected;
}

/// How a counter of operations counts, and the giga it divides by.
struct CountingRule {
  std::string_view words;
  double (*added)(const CountedBeside&);
  double giga = 1;
};

double of(std::int64_t count) { return static_cast<double>(count); }
double of(Flops macs) { return static_cast<double>(macs.count); }

/// The first counts what we count.
constexpr std::array kRules = {
    CountingRule{"in units of 2^30", [](const CountedBeside&) { return 0.0; }, kGibi},
    CountingRule{"the products of attention left out",
                 [](const CountedBeside& b) { return -of(b.attention_macs); }},
    CountingRule{"logits left out", [](const CountedBeside& b) { return -of(b.logits_macs); }},
    CountingRule{"the products of attention and logits left out",
                 [](const CountedBeside& b) { return -of(b.attention_macs) - of(b.logits_macs); }},
    CountingRule{"normalisation counted, as fvcore does",
                 [](const CountedBeside& b) {
                   return 2 * of(b.batch_norm_elements) + 5 * of(b.layer_norm_elements);
                 }},
    CountingRule{
        "bias and batch-norm counted and linear layers twice, as THOP did in September 2019",
        [](const CountedBeside& b) {
          return of(b.conv_bias_outputs) + of(b.linear_macs) + 4 * of(b.batch_norm_elements);
        }},
    CountingRule{"bias and batch-norm counted, linear layers twice, and in GiMAC, as THOP did in "
                 "August 2019",
                 [](const CountedBeside& b) {
                   return of(b.conv_bias_outputs) + of(b.linear_macs) +
                          4 * of(b.batch_norm_elements);
                 },
                 kGibi},
    CountingRule{
        "bias once an input channel, batch-norm, ReLU and linear layers twice counted, and "
        "in GiMAC, as THOP did in July 2019",
        [](const CountedBeside& b) {
          return of(b.conv_bias_inputs) + of(b.linear_macs) + 4 * of(b.batch_norm_elements) +
                 of(b.relu_elements);
        },
        kGibi}};

std::string_view mac_called_flop(const PublishedFigure& figure) {
  return figure.unit == ClaimedUnit::kFlops ? "; a MAC called FLOP" : "";
}

class Judge {
 public:
  Judge(const PublishedFigure& figure, const MeasuredNetwork& measured)
      : figure_(figure), measured_(measured), macs_(macs_of(measured)) {}

  Judgement judge(const std::optional<MeasuredNetwork>& variant) const {
    const auto explained = [&](Verdict verdict, std::string reason) {
      return Judgement{.verdict = verdict, .ratio = ratio(), .reason = std::move(reason)};
    };
    const bool is_macs = figure_.unit == ClaimedUnit::kMacs;
    const double claimed = is_macs ? macs_ : kFlopsPerMac * macs_;
    if (reaches(figure_.value, claimed, kAgrees)) return explained(Verdict::kAgrees, "");
    if (const auto reason = resolution()) return explained(Verdict::kResolution, *reason);
    if (variant && holds_of(macs_of(*variant), kAgrees))
      return explained(Verdict::kVariant, of_variant());
    if (!is_macs && reaches(figure_.value, macs_, kAgrees))
      return explained(Verdict::kAgreesAsMacs, "a MAC called FLOP");
    if (const auto rule = counting_rule()) return *rule;
    return explained(Verdict::kDiffers, difference());
  }

 private:
  double ratio() const {
    const double claimed = figure_.unit == ClaimedUnit::kMacs ? macs_ : kFlopsPerMac * macs_;
    return claimed / figure_.value.value;
  }

  /// As it was claimed, or with MACs called FLOPs.
  bool holds_of(double macs, double tolerance) const {
    if (reaches(figure_.value, macs, tolerance)) return true;
    return figure_.unit == ClaimedUnit::kFlops &&
           reaches(figure_.value, kFlopsPerMac * macs, tolerance);
  }

  std::string_view as_macs(double macs) const {
    return figure_.value.value < 1.5 * macs ? mac_called_flop(figure_) : "";
  }

  std::string of_variant() const {
    return fmt::format("the figure is of {}{}", figure_.network, as_macs(figure_.value.value));
  }

  std::optional<std::string> resolution() const {
    if (figure_.input == 0 || measured_.input == 0 || figure_.input == measured_.input)
      return std::nullopt;
    const double scale =
        std::pow(static_cast<double>(figure_.input) / static_cast<double>(measured_.input), 2);
    if (!holds_of(macs_ * scale, kScaledExplains)) return std::nullopt;
    return fmt::format("measured at input {}, the figure is for {}{}", measured_.input,
                       figure_.input, as_macs(macs_ * scale));
  }

  /// How far the figure is from `macs` or, where FLOPs were claimed, from their two FLOPs each.
  double distance(double macs) const {
    const double as_macs = std::abs(figure_.value.value - macs);
    if (figure_.unit == ClaimedUnit::kMacs) return as_macs;
    return std::min(as_macs, std::abs(figure_.value.value - kFlopsPerMac * macs));
  }

  /// A figure that names no counter, as a paper's, is not explained by the habits of a later one.
  bool may_have_counted(const CountingRule& rule) const {
    return rule.words.find("THOP") == std::string_view::npos || figure_.model.empty() ||
           figure_.source.find("THOP") != std::string::npos;
  }

  /// The rule that comes closest, of those that reach the figure.
  std::optional<Judgement> counting_rule() const {
    std::optional<Judgement> closest;
    double least = 0;
    for (const CountingRule& rule : kRules) {
      if (!may_have_counted(rule)) continue;
      const double added = rule.added(measured_.beside);
      if (added == 0 && &rule != &kRules.front()) continue;
      const double counted = (macs_ + added) / rule.giga;
      if (!holds_of(counted, kExplains) || (closest && distance(counted) >= least)) continue;
      least = distance(counted);
      closest = Judgement{.verdict = rule.giga == 1 ? Verdict::kVariant : Verdict::kGiMac,
                          .ratio = ratio(),
                          .reason = fmt::format("{}{}", rule.words, as_macs(counted))};
    }
    return closest;
  }

  std::string difference() const {
    const double published = figure_.value.value;
    for (const double passes : {3.0, 6.0}) {
      if (reaches(figure_.value, passes * macs_, kExplains))
        return fmt::format("{} MACs for every one measured: forward and backward, {} passes",
                           passes, passes == 6 ? "two FLOP a MAC, three" : "three");
    }
    if (figure_.unit == ClaimedUnit::kMacs && reaches(figure_.value, kFlopsPerMac * macs_, kAgrees))
      return "a FLOP called MAC";
    const double off_macs = 100 * (published / macs_ - 1);
    const double off_flops = 100 * (published / (kFlopsPerMac * macs_) - 1);
    const bool nearer_macs =
        figure_.unit == ClaimedUnit::kMacs || std::abs(off_macs) < std::abs(off_flops);
    return fmt::format("published {:+.1f} % off the measured {}; no known way to count explains it",
                       nearer_macs ? off_macs : off_flops, nearer_macs ? "MACs" : "FLOPs");
  }

  const PublishedFigure& figure_;
  const MeasuredNetwork& measured_;
  double macs_;
};

}  // namespace

std::string_view name_of(Verdict verdict) {
  constexpr std::array<std::string_view, 6> kNames = {"agrees", "agrees as MACs", "resolution",
                                                      "GiMAC",  "variant",        "differs"};
  return kNames.at(static_cast<std::size_t>(verdict));
}

Judgement judged(const PublishedFigure& figure, const MeasuredNetwork& measured,
                 const std::optional<MeasuredNetwork>& variant) {
  return Judge(figure, measured).judge(variant);
}

Judgement judged_by_catalogue(const PublishedFigure& figure, const MeasuredNetwork& measured) {
  Judgement judgement = judged(figure, measured);
  if (judgement.verdict == Verdict::kAgrees || judgement.verdict == Verdict::kAgreesAsMacs)
    return judgement;
  for (const PublishedFigure& known : catalogue()) {
    const bool same = known.value.value == figure.value.value && known.unit == figure.unit;
    if (!same || known.network.empty()) continue;
    const auto is_the_model = [&](const PublishedFigure& other) {
      return other.model == known.model && other.network.empty() &&
             reaches(other.value, macs_of(measured), 0) &&
             other.value.half_unit < kExplains / 10 * other.value.value;
    };
    if (std::ranges::none_of(catalogue(), is_the_model)) continue;
    judgement.verdict = Verdict::kVariant;
    judgement.reason = fmt::format("the run is {}, and the figure {} of {}", known.model,
                                   known.network, known.source);
    return judgement;
  }
  return judgement;
}

}  // namespace flopprof::to_accuracy
