#include "tools/flopprof_conv/cudnn_candidates.h"

#include <fmt/format.h>

#include <stdexcept>

#include "tools/flopprof_conv/gpu.h"

namespace flopprof::tools {
namespace {

using convolution::Analysis;
using convolution_timing::Candidate;
using convolution_timing::Tensors;

Candidate candidate_of(const cudnn::Library& library, const cudnn::Session& session,
                       const cudnn::Plan& plan, const Tensors& tensors) {
  Candidate candidate{.engine = fmt::format("cuDNN {}", plan.engine)};
  candidate.notes = plan.numerical_notes;
  candidate.notes.insert(candidate.notes.end(), plan.behavior_notes.begin(),
                         plan.behavior_notes.end());
  candidate.workspace_bytes = plan.workspace_bytes;
  // Allocated when it is run, because all engines together may want more than there is.
  auto launch = std::make_shared<convolution_timing::Launch>();
  candidate.launch = [&library, &session, plan, tensors, launch,
                      workspace = std::make_shared<std::shared_ptr<void>>()](void* stream) {
    if (!*launch) {
      *workspace = gpu_bytes(static_cast<std::size_t>(plan.workspace_bytes));
      *launch = launch_of(library, session, plan,
                          {tensors.input, tensors.weights, tensors.output, workspace->get()});
    }
    (*launch)(stream);
  };
  return candidate;
}

}  // namespace

convolution_timing::FindCandidates cudnn_candidates(const cudnn::Library& library,
                                                    const cudnn::Session& session,
                                                    const CudnnChoice& choice) {
  return [&library, &session, choice](const Analysis& analysis, const Tensors& tensors) {
    const cudnn::Layout layout = cudnn::usual_layout(analysis.format);
    const cudnn::Plans all =
        plans_of(library, cudnn::Device::of_handle(library, session.handle()),
                 {analysis.layer.shape, analysis.direction, analysis.format, layout});
    const auto chosen = choice.all_engines ? all_under(all.plans, choice.workspace_limits)
                                           : best_under(all.plans, choice.workspace_limits);
    if (chosen.empty()) {
      throw std::runtime_error(
          fmt::format("cuDNN has no engine within the workspace ({} refused)", all.refused));
    }
    std::vector<Candidate> candidates;
    for (const cudnn::Choice& one : chosen) {
      Candidate candidate = candidate_of(library, session, all.plans[one.plan], tensors);
      candidate.layout = name_of(layout);
      candidate.workspace_limits = one.limits;
      candidates.push_back(std::move(candidate));
    }
    return candidates;
  };
}

}  // namespace flopprof::tools
