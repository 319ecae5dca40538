#include "profiler/capture/counter_host.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <stdexcept>

#include "profiler/capture/libtorch.h"
#include "profiler/capture/quiet_child.h"

namespace flopprof::capture {
namespace {

using nlohmann::json;
using Bytes = std::vector<std::uint8_t>;

/// Memory that two processes share, as a file that has no name.
class SharedFile {
 public:
  SharedFile() : descriptor_(memfd_create("flopprof", MFD_CLOEXEC)) {
    // A job's own 0, 1 or 2 may be closed.
    constexpr int kOutOfTheWay = 10;
    const int moved = descriptor_ < 0 ? -1 : fcntl(descriptor_, F_DUPFD_CLOEXEC, kOutOfTheWay);
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = moved;
    if (descriptor_ < 0)
      throw std::runtime_error(std::string("memory to share: ") + std::strerror(errno));
  }
  ~SharedFile() { close(descriptor_); }
  SharedFile(const SharedFile&) = delete;
  SharedFile& operator=(const SharedFile&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

void write_all(int file, const Bytes& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const ssize_t count =
        pwrite(file, bytes.data() + done, bytes.size() - done, static_cast<off_t>(done));
    if (count <= 0) throw std::runtime_error("shared memory cannot be written");
    done += static_cast<std::size_t>(count);
  }
}

Bytes read_all(int file) {
  constexpr std::size_t kBlock = 64 * 1024;
  Bytes bytes;
  while (true) {
    const std::size_t done = bytes.size();
    bytes.resize(done + kBlock);
    const ssize_t count = pread(file, bytes.data() + done, kBlock, static_cast<off_t>(done));
    if (count < 0) throw std::runtime_error("shared memory cannot be read");
    bytes.resize(done + static_cast<std::size_t>(count));
    if (count == 0) return bytes;
  }
}

json json_of(const CounterQuestion& question) {
  return {{"values", question.about == CounterQuestion::About::kValues},
          {"chip", question.chip},
          {"metrics", question.metrics},
          {"image", json::binary(question.image)}};
}

CounterAnswer answer_from(const json& answer) {
  return {.error = answer.at("error").get<std::string>(),
          .config = answer.at("config").get_binary(),
          .values = answer.at("values").get<std::vector<double>>()};
}

}  // namespace

std::vector<CounterAnswer> ask_counter_host(const std::string& libcupti,
                                            std::span<const CounterQuestion> questions,
                                            std::chrono::milliseconds at_most) {
  json asked = json::array();
  for (const CounterQuestion& question : questions) asked.push_back(json_of(question));
  const SharedFile input;
  const SharedFile output;
  write_all(input.descriptor(), json::to_cbor(asked));
  const QuietChild child{.path = library_folder() + "/../libexec/flopprof/counter_host",
                         .arguments = {libcupti},
                         .forget = {"LD_PRELOAD", "CUDA_INJECTION64_PATH", "NVTX_INJECTION64_PATH",
                                    "PYTHONPATH", "FLOPPROF_*"},
                         .input = input.descriptor(),
                         .output = output.descriptor()};
  const bool ran = run_quietly(child, at_most);
  const Bytes said = read_all(output.descriptor());
  if (!ran || said.empty())
    throw std::runtime_error(child.path + " gave no answer about the counters of " + libcupti);
  std::vector<CounterAnswer> answers;
  try {
    for (const json& answer : json::from_cbor(said)) answers.push_back(answer_from(answer));
  } catch (const json::exception& error) {
    throw std::runtime_error(child.path + " answered in words of its own: " + error.what());
  }
  if (answers.size() != questions.size())
    throw std::runtime_error(child.path + " left questions unanswered");
  return answers;
}

}  // namespace flopprof::capture
