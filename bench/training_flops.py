"""The FLOPs of the training jobs, worked out by hand from their shapes: what flopprof's figures stand beside.

A multiply-add is 2. A training step is three times the forward pass, less the gradient of the input, which
nobody asks for.
"""
import dataclasses


@dataclasses.dataclass(frozen=True)
class ResNetSize:
    batch: int
    pixels: int = 224
    classes: int = 1000


@dataclasses.dataclass(frozen=True)
class GptSize:
    batch: int
    layers: int = 12
    width: int = 768
    heads: int = 12
    context: int = 1024
    vocabulary: int = 50304  # 50257, and on to whole tiles


SIZES = {
    "resnet50": {"full": ResNetSize(batch=512), "tiny": ResNetSize(batch=2, pixels=64, classes=10)},
    "gpt2": {"full": GptSize(batch=32),
             "tiny": GptSize(batch=2, layers=2, width=64, heads=2, context=32, vocabulary=256)},
}
RESNET50_STAGES = ((3, 64, 1), (4, 128, 2), (6, 256, 2), (3, 512, 2))  # blocks, width, stride of the first


def conv_pixels(pixels, kernel, stride):
    return (pixels + 2 * (kernel // 2) - kernel) // stride + 1


def resnet50_macs(size):
    """Of one image: of the first convolution, and of all with the classifier."""
    pixels = conv_pixels(size.pixels, 7, 2)
    first = 3 * 64 * 49 * pixels * pixels
    pixels = conv_pixels(pixels, 3, 2)  # the pooling
    macs, channels = first, 64
    for blocks, width, first_stride in RESNET50_STAGES:
        for stride in [first_stride] + [1] * (blocks - 1):
            narrow = conv_pixels(pixels, 3, stride)
            macs += channels * width * pixels**2 + 9 * width**2 * narrow**2 + 4 * width**2 * narrow**2
            if stride != 1 or channels != 4 * width:
                macs += 4 * channels * width * narrow**2
            channels, pixels = 4 * width, narrow
    return first, macs + channels * size.classes


def gpt_parameters(size):
    a_layer = 12 * size.width**2 + 13 * size.width
    return (size.vocabulary + size.context) * size.width + size.layers * a_layer + 2 * size.width


def of_step(job, size):
    """{rule: FLOPs of a training step}; `model` is what the operators' shapes require."""
    if job == "resnet50":
        first, macs = resnet50_macs(size)
        return {"model": 2 * (3 * macs - first) * size.batch, "6 MACs an image": 6 * macs * size.batch}
    tokens = size.batch * size.context
    products = 12 * size.layers * size.width**2 + size.vocabulary * size.width
    attention = 12 * size.layers * size.context * size.width * tokens
    return {"model": 6 * products * tokens + attention, "attention in it": attention,
            "6ND": 6 * gpt_parameters(size) * tokens}
