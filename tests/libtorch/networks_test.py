"""Published networks, unmodified, against the multiply-adds that their shapes make by hand."""

import unittest

from observed_job import JobTest, is_modern

# Of one image of 224 x 224. torchvision's own table gives the same figures, rounded.
MACS = {
    "alexnet": 714188480,
    "resnet18": 1814073344,
    "resnet50": 4089184256,
    "vgg16": 15470264320,
    "mobilenet_v2": 300774272,
    "googlenet": 1498376192,
    "efficientnet_b0": 385814752,
}

EVALUATE = """
import sys, torch, torchvision, flopprof
for name in sys.argv[1:]:
    more = {"init_weights": False} if name == "googlenet" else {}
    net = getattr(torchvision.models, name)(**more).eval()
    with torch.no_grad(), flopprof.layer(name):
        net(torch.randn(1, 3, 224, 224))
"""

TRAIN = """
import torch, torchvision

def train(name, batch, wants_gradient):
    net = getattr(torchvision.models, name)()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    images = torch.randn(batch, 3, 224, 224, requires_grad=wants_gradient)
    torch.nn.functional.cross_entropy(net(images), torch.zeros(batch, dtype=torch.long)).backward()
    optimizer.step()

train("alexnet", 1, False)
train("alexnet", 1, True)
train("resnet50", 2, False)
train("resnet50", 2, True)
"""

# PyPI's PyTorch comes without torchvision, so AlexNet is written out: five convolutions, three
# linear layers (Krizhevsky's "one weird trick", as torchvision has it).
ALEXNET = """
import sys, torch
from torch import nn

net = nn.Sequential(
    nn.Conv2d(3, 64, 11, 4, 2), nn.ReLU(True), nn.MaxPool2d(3, 2),
    nn.Conv2d(64, 192, 5, padding=2), nn.ReLU(True), nn.MaxPool2d(3, 2),
    nn.Conv2d(192, 384, 3, padding=1), nn.ReLU(True),
    nn.Conv2d(384, 256, 3, padding=1), nn.ReLU(True),
    nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(True), nn.MaxPool2d(3, 2),
    nn.AdaptiveAvgPool2d((6, 6)), nn.Flatten(),
    nn.Dropout(), nn.Linear(9216, 4096), nn.ReLU(True),
    nn.Dropout(), nn.Linear(4096, 4096), nn.ReLU(True), nn.Linear(4096, 1000))
"""

# A bottleneck network of ResNet-50's shape.
RESNET50 = """
import sys, torch
from torch import nn

def convolution(inputs, outputs, kernel, stride=1):
    return [nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(outputs)]

class Bottleneck(nn.Module):
    def __init__(self, inputs, width, stride):
        super().__init__()
        self.path = nn.Sequential(*convolution(inputs, width, 1), nn.ReLU(),
                                  *convolution(width, width, 3, stride), nn.ReLU(),
                                  *convolution(width, 4 * width, 1))
        plain = stride == 1 and inputs == 4 * width
        self.shortcut = nn.Identity() if plain else nn.Sequential(*convolution(inputs, 4 * width, 1, stride))

    def forward(self, x):
        return torch.relu(self.path(x) + self.shortcut(x))

blocks, inputs = [], 64
for width, count, stride in (64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2):
    for i in range(count):
        blocks.append(Bottleneck(inputs, width, stride if i == 0 else 1))
        inputs = 4 * width
net = nn.Sequential(*convolution(3, 64, 7, 2), nn.ReLU(), nn.MaxPool2d(3, 2, 1), *blocks,
                    nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 1000))
"""

BY_HAND = """
with torch.no_grad():
    net.eval()(torch.randn(1, 3, 224, 224))
net.train()
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
for wants_gradient in False, True:
    images = torch.randn(2, 3, 224, 224, requires_grad=wants_gradient)
    nn.functional.cross_entropy(net(images), torch.zeros(2, dtype=torch.long)).backward()
    optimizer.step()
"""

# What the first layer would need for the gradient of the images: a forward pass of its own.
FIRST_LAYER_MACS = {"alexnet": 70276800, "resnet50": 118013952}


@unittest.skipIf(is_modern, "PyPI's PyTorch comes without torchvision")
class Torchvision(JobTest):
    def test_evaluates_with_the_published_multiply_adds(self):
        run = self.run_job(EVALUATE, arguments=list(MACS))
        self.assertEqual({name: evaluation for name, (_, _, evaluation) in run.cases().items() if evaluation},
                         {name: 2 * macs for name, macs in MACS.items()})
        self.assertEqual(run.phases(), {"evaluation": 2 * sum(MACS.values())})
        self.assertEqual((run.total(), run.faults()), ((0, 0, 0), []))

    def test_trains_at_3_times_its_forward_pass_less_the_gradient_of_the_images(self):
        run = self.run_job(TRAIN)
        alexnet, resnet50 = 2 * MACS["alexnet"], 2 * 2 * MACS["resnet50"]
        self.assertEqual(run.steps(), [
            3 * alexnet - 2 * FIRST_LAYER_MACS["alexnet"], 3 * alexnet,
            3 * resnet50 - 2 * 2 * FIRST_LAYER_MACS["resnet50"], 3 * resnet50])
        self.assertEqual(run.phases(), {
            "forward": 2 * (alexnet + resnet50),
            "backward": sum(run.steps()) - 2 * (alexnet + resnet50)})
        self.assertEqual(round(run.steps()[0] / alexnet, 3), 2.902)
        self.assertEqual(round(run.steps()[2] / resnet50, 3), 2.971)
        self.assertEqual(run.faults(), [])


class WrittenOut(JobTest):
    def trained(self, network, macs, first_layer_macs):
        run = self.run_job(network + BY_HAND)
        self.assertEqual(run.phases(), {"evaluation": 2 * macs, "forward": 2 * 2 * 2 * macs,
                                        "backward": 2 * 2 * (4 * macs - first_layer_macs)})
        self.assertEqual(run.steps(), [2 * 2 * (3 * macs - first_layer_macs), 2 * 2 * 3 * macs])
        self.assertEqual(run.faults(), [])

    def test_alexnet(self):
        self.trained(ALEXNET, 714188480, 70276800)

    def test_resnet50(self):
        self.trained(RESNET50, 4089184256, 118013952)


if __name__ == "__main__":
    unittest.main()
