#include "profiler/views/roofline_plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "profiler/views/label_places.h"

namespace flopprof::views {
namespace {

constexpr double kWidth = 960;
constexpr double kHeight = 600;
constexpr Box kArea = {.left = 84, .top = 136, .right = 930, .bottom = 530};

/// A logarithmic axis from one place of the sheet to another.
class LogAxis {
 public:
  LogAxis(double from, double to) : from_(from), to_(to) {}

  void take_in(double value) {
    lowest_ = std::min(lowest_, std::log10(value));
    highest_ = std::max(highest_, std::log10(value));
  }
  /// Room on both sides, and a decade at least.
  void widen() {
    const double margin = std::max(0.15, (1 - (highest_ - lowest_)) / 2);
    lowest_ -= margin;
    highest_ += margin;
  }
  double at(double value) const {
    return from_ + (std::log10(value) - lowest_) / (highest_ - lowest_) * (to_ - from_);
  }
  double lowest() const { return std::pow(10, lowest_); }
  double highest() const { return std::pow(10, highest_); }
  std::vector<double> decades() const {
    std::vector<double> decades;
    for (int exponent = int(std::ceil(lowest_)); exponent <= highest_; ++exponent) {
      decades.push_back(std::pow(10, exponent));
    }
    return decades;
  }

 private:
  double from_, to_;
  double lowest_ = HUGE_VAL, highest_ = -HUGE_VAL;
};

struct Axes {
  LogAxis x{kArea.left, kArea.right};  ///< FLOP/byte
  LogAxis y{kArea.bottom, kArea.top};  ///< FLOP/s
};

Axes axes_of(const RooflinePicture& picture) {
  Axes axes;
  for (const RooflinePoint& point : picture.points) {
    axes.x.take_in(point.flops_per_byte);
    axes.y.take_in(point.flops_per_second);
  }
  for (const Roof& roof : picture.roofs) {
    axes.x.take_in(roof.flops_per_second / roof.bytes_per_second);
    axes.y.take_in(roof.flops_per_second);
  }
  axes.x.widen();
  axes.y.widen();
  return axes;
}

void draw_axes(const Axes& axes, Drawing& drawing) {
  for (const double rate : axes.y.decades()) {
    const double y = axes.y.at(rate);
    drawing.lines.push_back({.x1 = kArea.left, .y1 = y, .x2 = kArea.right, .y2 = y});
    drawing.labels.push_back({.x = kArea.left - 10,
                              .y = y + 4,
                              .size = 13,
                              .ink = Ink::kMuted,
                              .anchor = Anchor::kEnd,
                              .text = fmt::format("{:g}", rate / 1e12)});
  }
  drawing.lines.push_back({.x1 = kArea.left,
                           .y1 = kArea.bottom,
                           .x2 = kArea.right,
                           .y2 = kArea.bottom,
                           .ink = Ink::kMuted});
  for (const double intensity : axes.x.decades()) {
    const double x = axes.x.at(intensity);
    drawing.lines.push_back(
        {.x1 = x, .y1 = kArea.bottom, .x2 = x, .y2 = kArea.bottom + 5, .ink = Ink::kMuted});
    drawing.labels.push_back({.x = x,
                              .y = kArea.bottom + 22,
                              .size = 13,
                              .ink = Ink::kMuted,
                              .anchor = Anchor::kMiddle,
                              .text = fmt::format("{:g}", intensity)});
  }
}

/// The slope of the memory up to the ridge, then the level of the products.
void draw_roof(const Roof& roof, const Axes& axes, Drawing& drawing) {
  const double ridge = roof.flops_per_second / roof.bytes_per_second;
  const double from = std::max(axes.x.lowest(), axes.y.lowest() / roof.bytes_per_second);
  const double level = axes.y.at(roof.flops_per_second);
  drawing.lines.push_back({.x1 = axes.x.at(from),
                           .y1 = axes.y.at(from * roof.bytes_per_second),
                           .x2 = axes.x.at(ridge),
                           .y2 = level,
                           .width = 2,
                           .ink = Ink::kComparator});
  drawing.lines.push_back({.x1 = axes.x.at(ridge),
                           .y1 = level,
                           .x2 = kArea.right,
                           .y2 = level,
                           .width = 2,
                           .ink = Ink::kComparator});
  drawing.labels.push_back({.x = kArea.right,
                            .y = level - 7,
                            .size = 12,
                            .ink = Ink::kMuted,
                            .anchor = Anchor::kEnd,
                            .text = roof.name});
}

void draw_points(const RooflinePicture& picture, const Axes& axes, Drawing& drawing) {
  for (const bool on_top : {false, true}) {
    for (const RooflinePoint& point : picture.points) {
      if (point.above_all != on_top) continue;
      drawing.discs.push_back({.x = axes.x.at(point.flops_per_byte),
                               .y = axes.y.at(point.flops_per_second),
                               .radius = on_top ? 4.5 : 3.5,
                               .ink = on_top ? Ink::kEnvelope : Ink::kOtherPoint,
                               .tooltip = point.tooltip});
    }
  }
}

void draw_legend(const RooflinePicture& picture, Drawing& drawing) {
  constexpr double kY = 96;
  double x = 40;
  const auto entry = [&](Ink ink, double radius, const std::string& text) {
    drawing.discs.push_back({.x = x + radius, .y = kY - 4.5, .radius = radius, .ink = ink});
    const Label label{
        .x = x + 2 * radius + 8, .y = kY, .size = 13, .ink = Ink::kMuted, .text = text};
    drawing.labels.push_back(label);
    x = box_of(label).right + 12;
  };
  entry(Ink::kEnvelope, 4.5, picture.points_are);
  if (!picture.other_points_are.empty()) {
    entry(Ink::kOtherPoint, 3.5, picture.other_points_are);
  }
}

void draw_words(const RooflinePicture& picture, Drawing& drawing) {
  const auto words = [&](double x, double y, double size, Ink ink, Anchor anchor,
                         const std::string& text) {
    drawing.labels.push_back(
        {.x = x, .y = y, .size = size, .ink = ink, .anchor = anchor, .text = text});
  };
  words(40, 42, 22, Ink::kText, Anchor::kStart, picture.title);
  words(40, 68, 14, Ink::kMuted, Anchor::kStart, picture.subtitle);
  words(40, kArea.top - 12, 12, Ink::kMuted, Anchor::kStart, "TFLOP/s, log scale");
  words((kArea.left + kArea.right) / 2, kArea.bottom + 42, 12, Ink::kMuted, Anchor::kMiddle,
        "FLOP/byte of compulsory traffic, log scale");
  words(40, kHeight - 10, 11, Ink::kMuted, Anchor::kStart, picture.source);
}

}  // namespace

std::vector<Roof> roofs_of(const flops::Peaks& peaks,
                           const std::vector<convolution::NumberFormat>& formats) {
  std::vector<Roof> roofs;
  for (const convolution::NumberFormat& format : formats) {
    const convolution::Roofline roof = roofline_of(peaks, format);
    if (!roof.ridge()) continue;
    roofs.push_back({.name = fmt::format("{:.4g} TFLOP/s of {}, dense",
                                         roof.peak->flops_per_second / 1e12, format.class_name),
                     .flops_per_second = roof.peak->flops_per_second,
                     .bytes_per_second = *roof.bytes_per_second});
  }
  return roofs;
}

std::optional<Drawing> roofline_plot(const RooflinePicture& picture) {
  if (picture.roofs.empty() || picture.points.empty()) return std::nullopt;
  Drawing drawing{.width = kWidth, .height = kHeight, .title = picture.title};
  const Axes axes = axes_of(picture);
  draw_axes(axes, drawing);
  for (const Roof& roof : picture.roofs) draw_roof(roof, axes, drawing);
  draw_points(picture, axes, drawing);
  draw_legend(picture, drawing);
  draw_words(picture, drawing);
  return drawing;
}

}  // namespace flopprof::views
