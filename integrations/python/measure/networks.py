"""Networks that published figures are of and that torchvision does not have, as their papers
describe them."""

import torch
from torch import nn


def _conv_bn(inputs, outputs, kernel, stride=1, groups=1):
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )


def alexnet_original():
    """Krizhevsky et al. 2012: two groups, input 227."""
    features = nn.Sequential(
        nn.Conv2d(3, 96, 11, 4), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(96, 256, 5, padding=2, groups=2), nn.ReLU(), nn.MaxPool2d(3, 2),
        nn.Conv2d(256, 384, 3, padding=1), nn.ReLU(),
        nn.Conv2d(384, 384, 3, padding=1, groups=2), nn.ReLU(),
        nn.Conv2d(384, 256, 3, padding=1, groups=2), nn.ReLU(), nn.MaxPool2d(3, 2),
    )
    classifier = nn.Sequential(
        nn.Linear(9216, 4096), nn.ReLU(), nn.Linear(4096, 4096), nn.ReLU(), nn.Linear(4096, 1000)
    )
    return nn.Sequential(features, nn.Flatten(), classifier)


def _resnet_v1(name):
    """He et al. 2015: the stride stands in the 1x1 convolution, torchvision has it in the 3x3."""
    import torchvision

    model = getattr(torchvision.models, name)()
    for block in model.modules():
        if isinstance(block, torchvision.models.resnet.Bottleneck):
            block.conv1.stride, block.conv2.stride = block.conv2.stride, block.conv1.stride
    return model


def googlenet_5x5():
    """Szegedy et al. 2014: 5x5 convolutions where torchvision has 3x3."""
    import torchvision
    from torchvision.models.googlenet import Inception

    model = torchvision.models.googlenet(init_weights=False)
    for block in model.modules():
        if isinstance(block, Inception):
            conv = block.branch3[1].conv
            block.branch3[1].conv = nn.Conv2d(
                conv.in_channels, conv.out_channels, 5, padding=2, bias=False
            )
    return model


def mobilenet_v1():
    """Howard et al. 2017."""
    layers = [_conv_bn(3, 32, 3, 2)]
    channels = 32
    for outputs, stride in [(64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2)] + [
        (512, 1)
    ] * 5 + [(1024, 2), (1024, 1)]:
        layers += [_conv_bn(channels, channels, 3, stride, channels), _conv_bn(channels, outputs, 1)]
        channels = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1024, 1000))


class _ShuffleUnit(nn.Module):
    def __init__(self, inputs, outputs, groups, stride, first_groups):
        super().__init__()
        self.groups = groups
        self.stride = stride
        middle = outputs // 4
        added = outputs - inputs if stride == 2 else outputs
        self.compress = _conv_bn(inputs, middle, 1, groups=first_groups)
        self.depthwise = _conv_bn(middle, middle, 3, stride, middle)[:2]
        self.expand = _conv_bn(middle, added, 1, groups=groups)[:2]
        self.pool = nn.AvgPool2d(3, 2, 1)

    def forward(self, x):
        y = self.compress(x)
        n, c, h, w = y.shape
        y = y.view(n, self.groups, c // self.groups, h, w).transpose(1, 2).reshape(n, c, h, w)
        y = self.expand(self.depthwise(y))
        y = torch.cat([self.pool(x), y], 1) if self.stride == 2 else x + y
        return torch.relu(y)


def shufflenet_v1_x1_g3():
    """Zhang et al. 2017: 1x, three groups."""
    layers = [_conv_bn(3, 24, 3, 2), nn.MaxPool2d(3, 2, 1)]
    channels = 24
    for outputs, repeats in [(240, 4), (480, 8), (960, 4)]:
        for index in range(repeats):
            first_groups = 1 if channels == 24 else 3
            layers.append(_ShuffleUnit(channels, outputs, 3, 2 if index == 0 else 1, first_groups))
            channels = outputs
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(960, 1000))


class Attention(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.qkv = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x):
        n, tokens, width = x.shape
        q, k, v = (
            part.view(n, tokens, self.heads, width // self.heads).transpose(1, 2)
            for part in self.qkv(x).chunk(3, -1)
        )
        weights = torch.softmax(q @ k.transpose(2, 3) * (width // self.heads) ** -0.5, -1)
        return self.out((weights @ v).transpose(1, 2).reshape(n, tokens, width))


class _Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.norms = nn.ModuleList([nn.LayerNorm(width), nn.LayerNorm(width)])
        self.attention = Attention(width, heads)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, x):
        x = x + self.attention(self.norms[0](x))
        return x + self.mlp(self.norms[1](x))


class Transformer(nn.Module):
    """Vectors of tokens in, `logits` of each token out, or the vectors (0: no logits)."""

    def __init__(self, layers, width, heads, logits):
        super().__init__()
        self.blocks = nn.Sequential(*[_Block(width, heads) for _ in range(layers)])
        self.head = nn.Linear(width, logits, bias=False) if logits else nn.Identity()
        self.width = width

    def forward(self, x):
        return self.head(self.blocks(x))


NETWORKS = {
    "alexnet_original": alexnet_original,
    "resnet50_v1": lambda: _resnet_v1("resnet50"),
    "resnet101_v1": lambda: _resnet_v1("resnet101"),
    "resnet152_v1": lambda: _resnet_v1("resnet152"),
    "googlenet_5x5": googlenet_5x5,
    "mobilenet_v1": mobilenet_v1,
    "shufflenet_v1_x1_g3": shufflenet_v1_x1_g3,
    "gpt2": lambda: Transformer(12, 768, 12, 50257),
    "bert_large": lambda: Transformer(24, 1024, 16, 0),
}
