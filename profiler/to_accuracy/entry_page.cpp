#include "profiler/to_accuracy/entry_page.h"

#include <fmt/format.h>

namespace flopprof::to_accuracy {
namespace {

std::string conventions(const EntryNumbers& numbers) {
  const bool macs = numbers.convention == Convention::kMac;
  return fmt::format(
      "| convention | operations | tf-s/days |\n| --- | --- | --- |\n"
      "| a multiply-add is two operations (FLOPs) | {} | {:.6g} |\n"
      "| {} | {:.6g} | {:.6g} |\n\n",
      numbers.flops.digits(), tfs_days(numbers.flops, Convention::kFlop),
      macs ? "a multiply-add is one operation (this row of the data set)"
           : "this row of the data set: the same",
      numbers.flops.as_double() / (macs ? 2 : 1), tfs_days(numbers.flops, numbers.convention));
}

std::string seeds_text(const EntryNumbers& numbers) {
  const SeedSummary& seeds = numbers.seeds;
  if (seeds.reached + seeds.not_reached < 2) return {};
  return fmt::format(
      "{} of {} runs reached the target ({} did not). The entry is the mean of those that did: "
      "standard "
      "deviation {:.4g} FLOPs, least {}, most {}.\n\n",
      seeds.reached, seeds.reached + seeds.not_reached, seeds.not_reached, seeds.standard_deviation,
      seeds.least.digits(), seeds.most.digits());
}

std::string standing(const EntryNumbers& numbers, const PageFacts& facts) {
  if (numbers.nominal) return "A nominal estimate: it is not called state of the art.\n\n";
  if (!facts.has_data_set) return "Not compared with the data set: no file of it was given.\n\n";
  if (!facts.envelope) return "The data set has no earlier row of this level.\n\n";
  const double own = tfs_days(numbers.flops, numbers.convention);
  if (is_state_of_the_art(numbers, facts.envelope)) {
    return fmt::format("State of the art at its date: {:.4g} tf-s/days, below {} ({}, {:.4g}).\n\n",
                       own, facts.envelope->publication, facts.envelope->date,
                       facts.envelope->tfs_days);
  }
  return fmt::format(
      "Measured, not state of the art: {:.4g} tf-s/days, and {} ({}) has {:.4g}.\n\n", own,
      facts.envelope->publication, facts.envelope->date, facts.envelope->tfs_days);
}

template <typename Value>
std::string or_unknown(const std::optional<Value>& value, const char* format) {
  return value ? fmt::format(fmt::runtime(format), *value) : "not known";
}

std::string run_text(const TargetResult& result) {
  const TrainingRun& run = *result.run;
  std::string text = fmt::format(
      "- run: {}, {} steps, {} process(es) on {}\n- hardware: {}\n- command of the run: `{}`\n"
      "- versions: flopprof {}, LibTorch {}\n",
      run.path, run.steps, run.ranks, run.host, run.hardware, run.command, run.flopprof_version,
      run.libtorch.empty() ? "not seen" : run.libtorch);
  if (result.work) {
    text += fmt::format("- FLOPs to the target: {} ({}), {:.6g} s\n", result.work->flops.digits(),
                        result.work->source, result.work->wall_seconds);
    if (const auto gpu = result.work->whole_gpu_seconds()) {
      text += fmt::format("- GPU-seconds to the target: {:.6g}\n", *gpu);
    } else if (result.work->gpu_seconds) {
      text += fmt::format("- GPU-seconds to the target: not known, for {} steps have none\n",
                          result.work->steps_without_gpu_time);
    }
    text += fmt::format("- left out: training after the target, {} FLOPs\n",
                        (run.flops - result.work->flops).digits());
  }
  for (const Excluded& excluded : run.excluded) {
    text += fmt::format("- left out: {}, {} FLOPs\n", excluded.what, excluded.flops.digits());
  }
  if (run.faults.empty()) text += "- faults of the run: none\n";
  for (const std::string& fault : run.faults)
    text += fmt::format("- fault of the run: {}\n", fault);
  return text;
}

std::string nominal_text(const Nominal& nominal) {
  std::string text =
      fmt::format("- nominal estimate: {:.6g} multiply-adds per image x 3 x images = {} FLOPs\n",
                  nominal.macs_per_image, nominal.flops.digits());
  if (nominal.true_multiplier) {
    text += fmt::format(
        "- measured training work over one forward pass of every image: x {:.4f}, where the "
        "estimate has "
        "x 3\n",
        *nominal.true_multiplier);
  }
  return text;
}

std::string result_text(const TargetResult& result) {
  std::string text = fmt::format("### {}\n\n", result.log);
  if (result.reached) {
    const Position& at = *result.position;
    text += fmt::format("- reached {:.6g} at {} completed epochs, {} steps, {} images\n",
                        result.accuracy, or_unknown(at.epochs, "{:.6g}"),
                        or_unknown(at.steps, "{}"), or_unknown(at.images, "{:.0f}"));
  } else {
    text += fmt::format("- did not reach the target; best {:.6g}\n", result.accuracy);
  }
  text += fmt::format("- log format: {}, metric {}\n", result.format, result.metric);
  if (result.run) text += run_text(result);
  if (result.nominal) text += nominal_text(*result.nominal);
  for (const std::string& note : result.notes) text += fmt::format("- note: {}\n", note);
  return text + "\n";
}

}  // namespace

std::string analysis_page(const EntryWords& words, const EntryNumbers& numbers,
                          const std::vector<TargetResult>& results, const PageFacts& facts) {
  const Level& level = level_of(words);
  std::string page = fmt::format("# {}: {}-level performance\n\n", words.publication, words.level);
  if (!words.link.empty())
    page += fmt::format("Publication: <{}>, {}.\n\n", words.link, openai_date(words.date));
  page += fmt::format("Target: {} of {} or better on {}.\n\n", level.metric, results.front().target,
                      level.dataset);
  page += fmt::format(
      "## Compute\n\n{} training FLOPs up to the first evaluation that reached the target{}. "
      "Evaluation and "
      "work outside the training steps are not in it.\n\n",
      numbers.flops.digits(),
      numbers.nominal ? ", **nominal**: estimated, not measured" : ", measured");
  page += conventions(numbers) + seeds_text(numbers) + standing(numbers, facts);
  page += fmt::format(
      "Reduction factor against the level's first network ({:.5g} tf-s/days): {:.4g}.\n\n",
      level.baseline_tfs_days, reduction_factor(words, numbers));
  page += "## Accuracy\n\n" + facts.picture + "\n\n## Runs\n\n";
  for (const TargetResult& result : results) page += result_text(result);
  page += fmt::format("## To repeat it\n\n```sh\n{}\n```\n\nflopprof {}\n", facts.command,
                      facts.flopprof_version);
  return page;
}

}  // namespace flopprof::to_accuracy
