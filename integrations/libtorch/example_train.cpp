// A C++ training job: a small network on made-up data. C++ optimisers name no scope of theirs, so
// the job says what a step is. Attached or not, it runs the same:
//   flopprof run -o run.db -- flopprof_example_train
#include <torch/torch.h>

#include <cstdint>
#include <cstdio>

#include "flopprof/mark.h"

namespace {

constexpr std::int64_t kBatch = 32;
constexpr std::int64_t kInputs = 64;
constexpr std::int64_t kHidden = 128;
constexpr std::int64_t kClasses = 10;
constexpr int kSteps = 20;

torch::nn::Sequential make_network() {
  return torch::nn::Sequential(torch::nn::Linear(kInputs, kHidden), torch::nn::ReLU(),
                               torch::nn::Linear(kHidden, kClasses));
}

}  // namespace

int main() {
  torch::manual_seed(1);
  torch::nn::Sequential network = make_network();
  torch::optim::SGD optimizer(network->parameters(), 0.1);
  double loss_of_last_step = 0;
  for (int i = 0; i < kSteps; ++i) {
    const flopprof::StepScope step;
    const torch::Tensor inputs = torch::randn({kBatch, kInputs});
    const torch::Tensor labels = torch::randint(kClasses, {kBatch});
    optimizer.zero_grad();
    const torch::Tensor loss = torch::cross_entropy_loss(network->forward(inputs), labels);
    loss.backward();
    optimizer.step();
    loss_of_last_step = loss.item<double>();
  }
  {
    const torch::NoGradGuard evaluation;
    network->forward(torch::randn({kBatch, kInputs}));
  }
  std::printf("loss %.4f after %d steps\n", loss_of_last_step, kSteps);
}
