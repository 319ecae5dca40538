#include "tests/simgpu/range_session.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "tests/simgpu/faults.h"
#include "tests/simgpu/taped_ranges.h"

namespace simgpu {
namespace {

constexpr double kNotCounted = std::numeric_limits<double>::quiet_NaN();

/// With SIMGPU_RECORDS=drop_range=n, whether this one is lost.
bool is_lost() {
  static std::uint64_t ranges = 0;
  const std::uint64_t each = record_faults().drop_range_each;
  return each != 0 && ++ranges % each == 0;
}

double value_in(const Counts& counts, std::string_view base) {
  const auto found = counts.find(base);
  return found == counts.end() ? 0 : found->second;
}

}  // namespace

CUptiResult RangeSession::size_image(const CUpti_RangeProfiler_GetCounterDataSize_Params& params,
                                     std::size_t& bytes) {
  if (params.pMetricNames == nullptr || params.numMetrics == 0 || params.maxNumOfRanges == 0 ||
      params.maxNumRangeTreeNodes < params.maxNumOfRanges)
    return CUPTI_ERROR_INVALID_PARAMETER;
  metrics_.assign(params.pMetricNames, params.pMetricNames + params.numMetrics);
  most_ranges_ = params.maxNumOfRanges;
  bytes = taped_ranges() != nullptr ? taped_ranges()->bytes(metrics_)
                                    : CounterImage::bytes(metrics_.size(), most_ranges_);
  return bytes == 0 ? CUPTI_ERROR_INVALID_METRIC_NAME : CUPTI_SUCCESS;  // not on the tape
}

CUptiResult RangeSession::make_image(std::uint8_t* memory, std::size_t bytes) const {
  if (metrics_.empty()) return CUPTI_ERROR_INVALID_OPERATION;
  if (taped_ranges() != nullptr) {
    std::fill_n(memory, bytes, std::uint8_t{0});
    return CUPTI_SUCCESS;
  }
  if (memory == nullptr || bytes != CounterImage::bytes(metrics_.size(), most_ranges_))
    return CUPTI_ERROR_INVALID_PARAMETER;
  CounterImage::made(memory, metrics_, most_ranges_);
  return CUPTI_SUCCESS;
}

CUptiResult RangeSession::configure(const CUpti_RangeProfiler_SetConfig_Params& params,
                                    std::string_view chip) {
  if (started_) return CUPTI_ERROR_INVALID_OPERATION;
  auto config = ConfigImage::read(params.pConfig, params.configSize, chip);
  memory_ = {params.pCounterDataImage, params.counterDataImageSize};
  const bool taped = taped_ranges() != nullptr;
  auto image = taped ? std::nullopt : CounterImage::at(memory_.data(), memory_.size());
  const bool kept = params.range == CUPTI_UserRange &&  // the stand-in replays nothing
                    params.replayMode == CUPTI_UserReplay;
  if (!config || (!image && !taped) || params.maxRangesPerPass == 0 ||
      params.numNestingLevels == 0 || params.passIndex >= config->passes())
    return CUPTI_ERROR_INVALID_PARAMETER;
  if (!kept) return CUPTI_ERROR_NOT_SUPPORTED;
  config_ = std::move(config);
  image_ = image;
  most_of_pass_ = params.maxRangesPerPass;
  most_nested_ = params.numNestingLevels;
  pass_ = params.passIndex;
  first_range_ = image_ ? image_->ranges() : 0;
  stopped_ = false;
  done_.clear();
  lost_ = 0;
  return CUPTI_SUCCESS;
}

CUptiResult RangeSession::start() {
  if (started_ || !config_ || pass_ >= config_->passes()) return CUPTI_ERROR_INVALID_OPERATION;
  started_ = true;
  stopped_ = false;
  return CUPTI_SUCCESS;
}

CUptiResult RangeSession::push(const char* name) {
  if (name == nullptr) return CUPTI_ERROR_INVALID_PARAMETER;
  if (!started_ || open_.size() == most_nested_) return CUPTI_ERROR_INVALID_OPERATION;
  const std::string outer = open_.empty() ? "" : open_.back().name + "/";
  open_.push_back({.name = outer + name, .before = counts_of(context_)});
  return CUPTI_SUCCESS;
}

CountedRange RangeSession::difference(const Open& range) const {
  const Counts after = counts_of(context_);
  CountedRange counted{.name = range.name, .values = {}};
  for (const std::string& metric : image_->metrics()) {
    const std::string_view base = base_of(metric);
    counted.values.push_back(config_->counts(metric)
                                 ? value_in(after, base) - value_in(range.before, base)
                                 : kNotCounted);
  }
  return counted;
}

CUptiResult RangeSession::pop() {
  if (!started_ || open_.empty()) return CUPTI_ERROR_INVALID_OPERATION;
  if (done_.size() == most_of_pass_ || is_lost())
    ++lost_;
  else if (image_)
    done_.push_back(difference(open_.back()));
  open_.pop_back();
  return CUPTI_SUCCESS;
}

CUptiResult RangeSession::stop(std::size_t& next_pass, bool& was_last) {
  if (!started_ || !open_.empty()) return CUPTI_ERROR_INVALID_OPERATION;
  started_ = false;
  stopped_ = true;
  was_last = ++pass_ >= config_->passes();
  next_pass = pass_;
  return CUPTI_SUCCESS;
}

void RangeSession::put_counted() {
  const bool complete = pass_ >= config_->passes();
  std::size_t at = first_range_;
  for (CountedRange& range : done_) {
    if (!complete) range.values.assign(range.values.size(), kNotCounted);
    if (!image_->put(at++, range)) ++lost_;
  }
  done_.clear();
}

void RangeSession::put_taped() {
  const TapedRange* range = taped_ranges()->next(metrics_);
  if (range == nullptr || range->image.size() > memory_.size()) {
    ++lost_;
    return;
  }
  std::copy(range->image.begin(), range->image.end(), memory_.begin());
  lost_ += range->told.dropped;
}

CUptiResult RangeSession::decode(std::size_t& dropped) {
  if (!stopped_) return CUPTI_ERROR_INVALID_OPERATION;
  image_ ? put_counted() : put_taped();
  stopped_ = false;
  dropped = std::exchange(lost_, 0);
  return CUPTI_SUCCESS;
}

}  // namespace simgpu
