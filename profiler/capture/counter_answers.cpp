// The side of counter_host.h that runs outside the job.

#include <unistd.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "profiler/capture/counter_host.h"
#include "profiler/capture/counter_scheduler.h"

namespace flopprof::capture {
namespace {

using nlohmann::json;
using Bytes = std::vector<std::uint8_t>;

Bytes read_to_the_end(int file) {
  Bytes bytes;
  while (true) {
    constexpr std::size_t kBlock = 64 * 1024;
    const std::size_t done = bytes.size();
    bytes.resize(done + kBlock);
    const ssize_t count = pread(file, bytes.data() + done, kBlock, static_cast<off_t>(done));
    bytes.resize(done + static_cast<std::size_t>(count > 0 ? count : 0));
    if (count <= 0) return bytes;
  }
}

json answer(const CounterScheduler& scheduler, const json& question) {
  json answer = {{"error", ""}, {"config", json::binary({})}, {"values", json::array()}};
  const auto chip = question.at("chip").get<std::string>();
  const auto metrics = question.at("metrics").get<std::vector<std::string>>();
  const Bytes image = question.at("image").get_binary();
  try {
    if (question.at("values").get<bool>())
      answer["values"] = scheduler.values(chip, metrics, image);
    else
      answer["config"] = json::binary(scheduler.config_image(chip, metrics, image));
  } catch (const std::runtime_error& error) {
    answer["error"] = error.what();
  }
  return answer;
}

}  // namespace

void answer_counter_questions(const std::string& libcupti, int input, int output) {
  const json questions = json::from_cbor(read_to_the_end(input));
  const CounterScheduler scheduler(libcupti);
  json answers = json::array();
  for (const json& question : questions) answers.push_back(answer(scheduler, question));
  const Bytes bytes = json::to_cbor(answers);
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t count =
        pwrite(output, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (count <= 0) throw std::runtime_error("the answers cannot be written");
    done += static_cast<std::size_t>(count);
  }
}

}  // namespace flopprof::capture
