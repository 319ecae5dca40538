// The stand-in's driver, as a subscriber sees it.

#include <cupti.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/simgpu/profiled.h"

namespace simgpu {
namespace {

using ::testing::ElementsAre;

/// What came of the launches, by the callback.
struct SeenLaunch {
  std::string function;
  std::string symbol;
  Dim3 grid;
  Dim3 block;
  unsigned cluster_x = 0;
  unsigned shared_memory = 0;
  CUcontext context = nullptr;
  std::uint32_t context_id = 0;
  std::uint32_t correlation = 0;
};

std::vector<SeenLaunch> launches;
std::vector<std::string> events;

template <typename Params>
void read(SeenLaunch& launch, const void* params) {
  const auto& given = *static_cast<const Params*>(params);
  launch.grid = {given.gridDimX, given.gridDimY, given.gridDimZ};
  launch.block = {given.blockDimX, given.blockDimY, given.blockDimZ};
  launch.shared_memory = given.sharedMemBytes;
}

void note_launch(CUpti_CallbackId id, const CUpti_CallbackData& call) {
  if (call.callbackSite != CUPTI_API_ENTER) return;
  SeenLaunch launch{.function = call.functionName, .symbol = call.symbolName};
  launch.context = call.context;
  launch.context_id = call.contextUid;
  launch.correlation = call.correlationId;
  if (id == CUPTI_DRIVER_TRACE_CBID_cuLaunchKernel) {
    read<cuLaunchKernel_params>(launch, call.functionParams);
  } else if (id == CUPTI_DRIVER_TRACE_CBID_cuLaunchCooperativeKernel) {
    read<cuLaunchCooperativeKernel_params>(launch, call.functionParams);
  } else {
    const auto* params = static_cast<const cuLaunchKernelEx_params*>(call.functionParams);
    read<CUlaunchConfig>(launch, params->config);
    launch.cluster_x = params->config->attrs[0].value.clusterDim.x;
  }
  launches.push_back(launch);
}

void CUPTIAPI on_callback(void*, CUpti_CallbackDomain domain, CUpti_CallbackId id,
                          const void* details) {
  if (domain == CUPTI_CB_DOMAIN_DRIVER_API)
    return note_launch(id, *static_cast<const CUpti_CallbackData*>(details));
  const auto& resource = *static_cast<const CUpti_ResourceData*>(details);
  std::string event = std::to_string(id);
  if (id == CUPTI_CBID_RESOURCE_MODULE_LOADED || id == CUPTI_CBID_RESOURCE_MODULE_UNLOAD_STARTING) {
    const auto& module = *static_cast<CUpti_ModuleResourceData*>(resource.resourceDescriptor);
    event += " " + std::string(module.pCubin, module.cubinSize);
  }
  events.push_back(event);
}

class Subscribed : public ::testing::Test {
 protected:
  void SetUp() override {
    check(cuInit(0));
    check(cuptiSubscribe(&subscriber_, on_callback, nullptr));
    for (const CUpti_CallbackId id :
         {CUPTI_DRIVER_TRACE_CBID_cuLaunchKernel, CUPTI_DRIVER_TRACE_CBID_cuLaunchKernelEx,
          CUPTI_DRIVER_TRACE_CBID_cuLaunchCooperativeKernel})
      check(cuptiEnableCallback(1, subscriber_, CUPTI_CB_DOMAIN_DRIVER_API, id));
  }
  void TearDown() override {
    check(cuptiUnsubscribe(subscriber_));
    launches.clear();
    events.clear();
  }
  CUpti_SubscriberHandle subscriber_ = nullptr;
};

TEST_F(Subscribed, SeesWhatALaunchWasCalledWith) {
  const Context gpu;
  gpu.launch("gemm", {2, 3, 4});
  ASSERT_EQ(launches.size(), 1);
  const SeenLaunch& seen = launches[0];
  EXPECT_EQ(seen.function, "cuLaunchKernel");
  EXPECT_EQ(seen.symbol, "gemm");
  EXPECT_THAT((std::vector{seen.grid.x, seen.grid.y, seen.grid.z}), ElementsAre(2, 3, 4));
  EXPECT_EQ(seen.block.x, 32);
  EXPECT_EQ(seen.context, gpu.context);
  std::uint32_t id = 0;
  check(cuptiGetContextId(gpu.context, &id));
  EXPECT_EQ(seen.context_id, id);
}

TEST_F(Subscribed, SeesClustersAndSharedMemoryOfAnExtendedLaunch) {
  const Context gpu;
  CUfunction gemm = nullptr;
  check(cuModuleGetFunction(&gemm, gpu.module, "gemm"));
  CUlaunchAttribute cluster{};
  cluster.id = CU_LAUNCH_ATTRIBUTE_CLUSTER_DIMENSION;
  cluster.value.clusterDim.x = 2;
  cluster.value.clusterDim.y = cluster.value.clusterDim.z = 1;
  const CUlaunchConfig config{.gridDimX = 4,
                              .gridDimY = 1,
                              .gridDimZ = 1,
                              .blockDimX = 128,
                              .blockDimY = 1,
                              .blockDimZ = 1,
                              .sharedMemBytes = 4096,
                              .attrs = &cluster,
                              .numAttrs = 1};
  check(cuLaunchKernelEx(&config, gemm, nullptr, nullptr));
  check(cuLaunchCooperativeKernel(gemm, 1, 2, 1, 64, 1, 1, 8, nullptr, nullptr));
  ASSERT_EQ(launches.size(), 2);
  EXPECT_EQ(launches[0].function, "cuLaunchKernelEx");
  EXPECT_EQ(launches[0].cluster_x, 2);
  EXPECT_EQ(launches[0].shared_memory, 4096);
  EXPECT_EQ(launches[1].function, "cuLaunchCooperativeKernel");
  EXPECT_EQ(launches[1].grid.y, 2);
  EXPECT_EQ(launches[1].shared_memory, 8);
  EXPECT_GT(launches[1].correlation, launches[0].correlation);
}

TEST_F(Subscribed, SeesContextsAndModulesComeAndGo) {
  check(cuptiEnableDomain(1, subscriber_, CUPTI_CB_DOMAIN_RESOURCE));
  CUcontext context = nullptr;
  CUmodule module = nullptr;
  check(cuCtxCreate(&context, nullptr, 0, 0));
  check(cuModuleLoadData(&module, "cubin"));
  check(cuModuleUnload(module));
  check(cuCtxDestroy(context));
  EXPECT_THAT(events, ElementsAre("1", "6 cubin", "7 cubin", "2"));
}

TEST_F(Subscribed, IsAlone) {
  CUpti_SubscriberHandle second = nullptr;
  EXPECT_EQ(cuptiSubscribe(&second, on_callback, nullptr),
            CUPTI_ERROR_MULTIPLE_SUBSCRIBERS_NOT_SUPPORTED);
}

TEST(Driver, HasAStackOfContextsForEachThread) {
  const Context first;
  const Context second;
  CUcontext current = nullptr;
  check(cuCtxPushCurrent(first.context));
  check(cuCtxGetCurrent(&current));
  EXPECT_EQ(current, first.context);
  check(cuCtxPopCurrent(&current));
  EXPECT_EQ(current, first.context);
  check(cuCtxGetCurrent(&current));
  EXPECT_EQ(current, second.context);
}

TEST(Driver, HasOnePrimaryContextADevice) {
  check(cuInit(0));
  CUcontext first = nullptr;
  CUcontext again = nullptr;
  check(cuDevicePrimaryCtxRetain(&first, 0));
  check(cuDevicePrimaryCtxRetain(&again, 0));
  EXPECT_EQ(first, again);
  EXPECT_EQ(cuDevicePrimaryCtxRetain(&again, 1), CUDA_ERROR_INVALID_DEVICE);
}

TEST(Driver, TellsNameAndCapabilityOfItsChip) {
  check(cuInit(0));
  char name[64];
  int major = 0;
  check(cuDeviceGetName(name, sizeof name, 0));
  check(cuDeviceGetAttribute(&major, CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR, 0));
  EXPECT_STREQ(name, "Simulated GPU");
  EXPECT_EQ(major, 9);
}

TEST(Driver, CopiesThereAndBack) {
  const Context gpu;
  CUdeviceptr memory = 0;
  check(cuMemAlloc(&memory, 4));
  check(cuMemcpyHtoD(memory, "abcd", 4));
  check(cuMemsetD8(memory, 'x', 2));
  char back[5] = {};
  check(cuMemcpyDtoH(back, memory, 4));
  EXPECT_STREQ(back, "xxcd");
  check(cuMemFree(memory));
}

TEST(Driver, UpdatesAGraphOnlyToOneOfItsShape) {
  const Context gpu;
  CUgraph graphs[2] = {};
  for (int kernels = 0; kernels < 2; ++kernels) {
    check(cuStreamBeginCapture(gpu.stream, CU_STREAM_CAPTURE_MODE_GLOBAL));
    for (int launch = 0; launch <= kernels; ++launch) gpu.launch("gemm", {}, gpu.stream);
    check(cuStreamEndCapture(gpu.stream, &graphs[kernels]));
  }
  CUgraphExec instance = nullptr;
  CUgraphExecUpdateResultInfo info{};
  check(cuGraphInstantiate(&instance, graphs[0], 0));
  EXPECT_EQ(cuGraphExecUpdate(instance, graphs[0], &info), CUDA_SUCCESS);
  EXPECT_EQ(cuGraphExecUpdate(instance, graphs[1], &info), CUDA_ERROR_GRAPH_EXEC_UPDATE_FAILURE);
  EXPECT_EQ(info.result, CU_GRAPH_EXEC_UPDATE_ERROR_TOPOLOGY_CHANGED);
}

}  // namespace
}  // namespace simgpu
