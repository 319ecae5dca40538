"""Trains a small convolutional network on scikit-learn's 1,797 handwritten digits."""

import argparse

import torch
from sklearn.datasets import load_digits
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

TRAINING_IMAGES = 1437  # four fifths; the rest is for validation
BATCH = 64


def load():
    """(training set, validation set): images of 1x8x8 in [0, 1], labels 0 to 9."""
    digits = load_digits()
    images = torch.tensor(digits.images, dtype=torch.float32).unsqueeze(1) / 16
    labels = torch.tensor(digits.target, dtype=torch.int64)
    order = torch.randperm(len(images), generator=torch.Generator().manual_seed(0))
    training, validation = order[:TRAINING_IMAGES], order[TRAINING_IMAGES:]
    return (
        TensorDataset(images[training], labels[training]),
        TensorDataset(images[validation], labels[validation]),
    )


def network():
    return nn.Sequential(
        nn.Conv2d(1, 32, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(32, 64, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(64 * 4 * 4, 128),
        nn.ReLU(),
        nn.Linear(128, 10),
    )


def train(model, loader, optimizer):
    model.train()
    for images, labels in loader:
        optimizer.zero_grad()
        nn.functional.cross_entropy(model(images), labels).backward()
        optimizer.step()


def accuracy(model, loader):
    """The share of images whose digit is told right, in percent."""
    model.eval()
    right = 0
    with torch.no_grad():
        for images, labels in loader:
            right += (model(images).argmax(dim=1) == labels).sum().item()
    return 100 * right / len(loader.dataset)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()

    torch.manual_seed(arguments.seed)
    training, validation = load()
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), lr=1e-3)
    training_loader = DataLoader(training, batch_size=BATCH, shuffle=True)
    validation_loader = DataLoader(validation, batch_size=BATCH)
    for epoch in range(1, arguments.epochs + 1):
        train(model, training_loader, optimizer)
        print(f"epoch {epoch}: accuracy {accuracy(model, validation_loader):.2f} %", flush=True)


if __name__ == "__main__":
    main()
