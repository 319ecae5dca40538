"""The networks of the training jobs, in torch alone."""
import torch
from torch import nn

from training_flops import RESNET50_STAGES


def conv(channels_in, channels, kernel, stride=1):
    return [nn.Conv2d(channels_in, channels, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(channels)]


class Residual(nn.Module):
    def __init__(self, main, channels_in, channels, stride):
        super().__init__()
        self.main = nn.Sequential(*main)
        same = stride == 1 and channels_in == channels
        self.short = nn.Identity() if same else nn.Sequential(*conv(channels_in, channels, 1, stride))

    def forward(self, x):
        return torch.relu(self.main(x) + self.short(x))


def basic(channels_in, channels, stride):
    main = conv(channels_in, channels, 3, stride) + [nn.ReLU()] + conv(channels, channels, 3)
    return Residual(main, channels_in, channels, stride)


def bottleneck(channels_in, width, stride):
    main = (conv(channels_in, width, 1) + [nn.ReLU()] + conv(width, width, 3, stride) + [nn.ReLU()]
            + conv(width, 4 * width, 1))
    return Residual(main, channels_in, 4 * width, stride)


def resnet(blocks, channels, classes):
    stem = conv(3, 64, 7, 2) + [nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    return nn.Sequential(*stem, *blocks, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(channels, classes))


def resnet18():
    blocks = [basic(channels_in, channels, stride) for channels_in, channels, stride in
              [(64, 64, 1), (64, 64, 1), (64, 128, 2), (128, 128, 1), (128, 256, 2), (256, 256, 1),
               (256, 512, 2), (512, 512, 1)]]
    return resnet(blocks, 512, 1000)


def resnet50(size):
    blocks, channels = [], 64
    for count, width, first_stride in RESNET50_STAGES:
        for stride in [first_stride] + [1] * (count - 1):
            blocks.append(bottleneck(channels, width, stride))
            channels = 4 * width
    return resnet(blocks, channels, size.classes)


def mlp():
    return nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 32), nn.ReLU(), nn.Linear(32, 4))


class Attention(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.heads = size.heads
        self.inputs, self.output = nn.Linear(size.width, 3 * size.width), nn.Linear(size.width, size.width)

    def forward(self, x):
        q, k, v = (part.unflatten(2, (self.heads, -1)).transpose(1, 2) for part in self.inputs(x).chunk(3, dim=2))
        if hasattr(nn.functional, "scaled_dot_product_attention"):
            y = nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
        else:  # before torch 2
            scores = q @ k.transpose(2, 3) / q.shape[3] ** 0.5
            later = torch.ones(x.shape[1], x.shape[1], dtype=torch.bool, device=x.device).triu(1)
            y = scores.masked_fill(later, float("-inf")).softmax(3) @ v
        return self.output(y.transpose(1, 2).flatten(2))


class Layer(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.before, self.attention = nn.LayerNorm(size.width), Attention(size)
        self.mlp = nn.Sequential(nn.LayerNorm(size.width), nn.Linear(size.width, 4 * size.width), nn.GELU(),
                                 nn.Linear(4 * size.width, size.width))

    def forward(self, x):
        x = x + self.attention(self.before(x))
        return x + self.mlp(x)


class Gpt(nn.Module):
    """Of GPT-2's shape: what it reads with and what it writes with are the same weights."""

    def __init__(self, size):
        super().__init__()
        self.words, self.places = nn.Embedding(size.vocabulary, size.width), nn.Embedding(size.context, size.width)
        self.layers = nn.Sequential(*[Layer(size) for _ in range(size.layers)])
        self.last = nn.LayerNorm(size.width)
        self.logits = nn.Linear(size.width, size.vocabulary, bias=False)
        self.logits.weight = self.words.weight

    def forward(self, tokens):
        x = self.words(tokens) + self.places.weight[:tokens.shape[1]]
        return self.logits(self.last(self.layers(x))).flatten(0, 1)
