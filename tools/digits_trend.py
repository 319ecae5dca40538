"""Trains one architecture on scikit-learn's handwritten digits to a fixed held-out accuracy.

    digits_trend.py ARCHITECTURE SEED LOG.csv [--target 97] [--epochs 60]

A plain training script: it knows nothing of flopprof. The log has a row an epoch: the epoch, the
optimiser steps so far, and the top-1 accuracy in percent on the fixed 360 held-out digits. Training
goes on for one epoch after the target, so that the log shows that it holds."""

import argparse

import numpy
import torch
from sklearn.datasets import load_digits
from torch import nn

HELD_OUT = 360
BATCH = 32


def mlp():
    """A perceptron with one hidden layer, as of the 1980s."""
    return nn.Sequential(nn.Flatten(), nn.Linear(64, 512), nn.Tanh(), nn.Linear(512, 10))


def lenet5():
    """LeNet-5's two convolutions and three linear layers, the first without its margin."""
    return nn.Sequential(
        nn.Conv2d(1, 6, 5, padding=2), nn.Tanh(), nn.AvgPool2d(2),
        nn.Conv2d(6, 16, 3, padding=1), nn.Tanh(), nn.AvgPool2d(2),
        nn.Flatten(), nn.Linear(64, 120), nn.Tanh(), nn.Linear(120, 84), nn.Tanh(), nn.Linear(84, 10),
    )


def alexnet():
    """AlexNet's five convolutions, three linear layers, ReLU and dropout, an eighth as wide."""
    return nn.Sequential(
        nn.Conv2d(1, 12, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2),
        nn.Conv2d(12, 32, 5, padding=2), nn.ReLU(),
        nn.Conv2d(32, 48, 3, padding=1), nn.ReLU(),
        nn.Conv2d(48, 48, 3, padding=1), nn.ReLU(),
        nn.Conv2d(48, 32, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2),
        nn.Flatten(), nn.Dropout(), nn.Linear(128, 256), nn.ReLU(),
        nn.Dropout(), nn.Linear(256, 256), nn.ReLU(), nn.Linear(256, 10),
    )


class _Residual(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
            nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False), nn.BatchNorm2d(outputs),
        )
        self.shortcut = nn.Sequential()
        if stride != 1 or inputs != outputs:
            self.shortcut = nn.Sequential(
                nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs)
            )

    def forward(self, x):
        return torch.relu(self.body(x) + self.shortcut(x))


def resnet():
    """Three residual blocks with batch normalisation."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        _Residual(16, 16, 1), _Residual(16, 32, 2), _Residual(32, 64, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10),
    )


def _separable(inputs, outputs, stride):
    return [
        nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs, bias=False), nn.BatchNorm2d(inputs),
        nn.ReLU(), nn.Conv2d(inputs, outputs, 1, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(),
    ]


def mobilenet():
    """Depthwise-separable convolutions, as in MobileNet."""
    return nn.Sequential(
        nn.Conv2d(1, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(),
        *_separable(16, 32, 2), *_separable(32, 32, 1), *_separable(32, 64, 2),
        nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10),
    )


ARCHITECTURES = {
    "mlp": (mlp, 0.1),
    "lenet5": (lenet5, 0.05),
    "alexnet": (alexnet, 0.02),
    "resnet": (resnet, 0.05),
    "mobilenet": (mobilenet, 0.05),
}


def digits():
    """Training and held-out images and labels; the split is the same for every run."""
    data = load_digits()
    order = numpy.random.RandomState(0).permutation(len(data.target))
    images = torch.tensor(data.images[order] / 16, dtype=torch.float32).unsqueeze(1)
    labels = torch.tensor(data.target[order])
    return images[HELD_OUT:], labels[HELD_OUT:], images[:HELD_OUT], labels[:HELD_OUT]


def accuracy(model, images, labels):
    model.eval()
    with torch.no_grad():
        right = (model(images).argmax(1) == labels).sum().item()
    model.train()
    return 100 * right / len(labels)


def start_as_he_did(model):
    """Without normalisation, deep ReLU networks start from weights of variance 2/inputs."""
    for module in model.modules():
        if isinstance(module, (nn.Conv2d, nn.Linear)):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return model


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("architecture", choices=sorted(ARCHITECTURES))
    parser.add_argument("seed", type=int)
    parser.add_argument("log")
    parser.add_argument("--target", type=float, default=97.0)
    parser.add_argument("--epochs", type=int, default=60)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(options.seed)
    build, rate = ARCHITECTURES[options.architecture]
    model = build()
    if options.architecture == "alexnet":
        start_as_he_did(model)
    optimizer = torch.optim.SGD(model.parameters(), rate, momentum=0.9, weight_decay=1e-4)
    images, labels, held_images, held_labels = digits()
    steps = 0
    epochs_left = None
    with open(options.log, "w") as log:
        log.write("epoch,step,top1\n")
        for epoch in range(1, options.epochs + 1):
            for batch in torch.randperm(len(labels)).split(BATCH):
                optimizer.zero_grad()
                nn.functional.cross_entropy(model(images[batch]), labels[batch]).backward()
                optimizer.step()
                steps += 1
            top1 = accuracy(model, held_images, held_labels)
            log.write("%d,%d,%.4f\n" % (epoch, steps, top1))
            if epochs_left is None and top1 >= options.target:
                epochs_left = 2
            if epochs_left is not None:
                epochs_left -= 1
                if epochs_left == 0:
                    break


main()
