#include "profiler/flops/instruction.h"

#include <gtest/gtest.h>

namespace flopprof::flops {
namespace {

// The words are of ptxas 13.0, and the names beside them of its disassembler.
struct Known {
  int capability;
  MachineWord word;
  std::string name;
  std::int64_t flops;  ///< of a thread, or of a warp for a matrix
};

void PrintTo(const Known& known, std::ostream* out) {
  *out << known.name << " of " << known.capability;
}

class KnownInstruction : public testing::TestWithParam<Known> {};

TEST_P(KnownInstruction, HasTheNameAndTheFlops) {
  const Instruction instruction = decoded(GetParam().word, GetParam().capability);
  EXPECT_EQ(name_of(instruction), GetParam().name);
  EXPECT_EQ(flops_of(instruction), GetParam().flops);
}

INSTANTIATE_TEST_SUITE_P(
    Scalar, KnownInstruction,
    testing::Values(Known{100, {0x0000004700007221, 0x000000000000c000}, "FADD", 1},
                    Known{100, {0x0000000047007221, 0x0000000000020000}, "FHADD", 1},
                    Known{100, {0x0000004747007223, 0x0000000000120000}, "FHFMA", 2},
                    Known{90, {0x20000000ff477230, 0x0000000000004100}, "HADD2.F32", 2},
                    Known{90, {0x0000004700007235, 0x008fe20000200049}, "HFMA2.MMA.BF16_V2", 4},
                    Known{80, {0x00000004ff437435, 0x000fe200000001ff}, "HFMA2.MMA", 4},
                    Known{100, {0x0000004700007231, 0x0000000000000049}, "HFMA2", 4},
                    Known{100, {0x0000004700007231, 0x0000000000200049}, "HFMA2.BF16_V2", 4}));

INSTANTIATE_TEST_SUITE_P(
    WarpMatrix, KnownInstruction,
    testing::Values(
        Known{75, {0x0000000a08047236, 0x000f680000000404}, "HMMA.884.F16", 1024},
        Known{75, {0x0000004d0804723c, 0x004f620000001004}, "HMMA.1688.F32", 2048},
        Known{80, {0x000000020408723c, 0x004fe20000041808}, "HMMA.16816.F32.BF16", 4096},
        Known{80, {0x00000008040a723c, 0x004fe2000000080a}, "HMMA.16816.F16", 4096},
        Known{80, {0x0000004d0204723c, 0x004fe20000085004}, "HMMA.1684.F32.TF32", 1024},
        Known{90, {0x000000020408723c, 0x008fe20000081008}, "HMMA.1688.F32.TF32", 2048},
        Known{80, {0x00005304080c723c, 0x004fe20000005a0c}, "HMMA.SP.16832.F32", 4096},
        Known{80, {0x00004f020804723c, 0x004fe20000081204}, "HMMA.SP.1688.F32.TF32", 1024},
        Known{90, {0x000000080a04723f, 0x008e220000000004}, "DMMA.8x8x4", 512},
        Known{90, {0x000000081020723f, 0x008e220000003020}, "DMMA.16x8x16", 4096},
        Known{89, {0x000000020408727a, 0x004fe20000002c08}, "QMMA.16832.F32.E4M3.E4M3", 8192},
        Known{89, {0x0000004d0204727a, 0x004fe2000000a404}, "QMMA.16816.F32.E4M3.E5M2", 4096},
        Known{120, {0x000000020408727a, 0x010fe2000028ac08}, "QMMA.16832.F32.E2M3.E2M1", 8192},
        Known{120, {0x70b00a080c10747f, 0x000fc60000083e10}, "OMMA.SF.16864.F32.E2M1.E2M1", 16384},
        Known{90, {0x0000000204087237, 0x008fe20000401c08}, "IMMA.16832.S8.U8", 0},
        Known{75, {0x0000000908047237, 0x0c1e220000385404}, "IMMA.8832.S4.S4", 0}));

INSTANTIATE_TEST_SUITE_P(
    WarpGroupMatrix, KnownInstruction,
    testing::Values(
        Known{90, {0x03e00000041879f0, 0x000fe20008001818}, "HGMMA.64x256x16.F32.BF16", 131072},
        Known{90, {0x07e00000041879f0, 0x000fe20008002818}, "HGMMA.64x256x8.F32.TF32", 65536},
        Known{90, {0x01e00000041879f0, 0x000fe20008001818}, "HGMMA.64x128x16.F32.BF16", 65536},
        Known{90, {0x00000000044a79f0, 0x000fe2000800004a}, "HGMMA.64x8x16.F16", 4096},
        Known{90, {0x08e08f00041879f0, 0x000fe20008001a18}, "HGMMA.SP.64x64x32.F32.BF16", 32768},
        Known{
            90, {0x03e00000041879f3, 0x000fe20008001018}, "QGMMA.64x256x32.F16.E5M2.E4M3", 262144},
        Known{90, {0x06600000041879f1, 0x000fe20008041018}, "IGMMA.64x256x32.S8.S8", 0},
        Known{90, {0x01800000041879f1, 0x000fe60008041018}, "IGMMA.64x48x32.S8.S8", 0}));

TEST(Instruction, HasNoCountWhereTheShapeStandsInARegister) {
  const Instruction tcgen05 = decoded({0x00ff040c0a0075ea, 0x00e1d80008000008}, 100);
  EXPECT_EQ(name_of(tcgen05), "UTCHMMA");
  EXPECT_EQ(flops_of(tcgen05), std::nullopt);
}

TEST(Instruction, MeansAnotherThingOnAnotherGpu) {
  const MachineWord word{0x00000004ff437435, 0x000fe200000001ff};
  EXPECT_EQ(decoded(word, 90).opcode, "HFMA2");
  EXPECT_EQ(decoded(word, 100).kind, InstructionKind::kOther);
}

TEST(Instruction, IsConditionalUnderAPredicate) {
  EXPECT_FALSE(is_unconditional({0xffffffb000008947, 0x000fea000383ffff}));  // @!P0 BRA
  EXPECT_TRUE(is_unconditional({0x0000004700007221, 0x000000000000c000}));
}

TEST(BranchOffset, IsReadAsEachGenerationWritesIt) {
  EXPECT_EQ(branch_offset({0xffffffb000008947, 0x000fea000383ffff}, 75), -0x50);
  EXPECT_EQ(branch_offset({0xfffffffc00f08947, 0x001fea000383ffff}, 100), -0x40);
  EXPECT_EQ(branch_offset({0xfffffffc00fc7947, 0x000fc0000383ffff}, 90), -0x10);
  EXPECT_EQ(branch_offset({0x0000004700007221, 0}, 90), std::nullopt);
}

}  // namespace
}  // namespace flopprof::flops
