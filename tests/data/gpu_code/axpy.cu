// What the files beside this one were compiled from, with nvcc 13.0.88:
//   A="-gencode=arch=compute_90a,code=sm_90a" B="-gencode=arch=compute_80,code=sm_80"
//   nvcc $A -cubin -o axpy.cubin axpy.cu
//   nvcc $A $B -fatbin -compress-mode=size -Xfatbin=-compress-all -o zstd.fatbin axpy.cu
//   nvcc $A $B -fatbin -compress-mode=speed -Xfatbin=-compress-all -o lz4.fatbin axpy.cu
//   nvcc $A -c -o axpy.o axpy.cu
//   nvcc -gencode=arch=compute_80,code=compute_80 -fatbin -o ptx_only.fatbin axpy.cu
extern "C" __global__ void axpy(float* y, const float* x, float a, int n) {
#pragma unroll 1
  for (int i = threadIdx.x; i < n; i += blockDim.x) y[i] = __fmaf_rn(a, x[i], y[i]);
}
