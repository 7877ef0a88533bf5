"""The shipped recipe `mnist` in PyTorch on the CPU: milliseconds of a training step, to hold clgan against.

    pip install torch && python3 pytorch_step.py [THREADS, default 2]
"""
import statistics
import sys
import time

import torch
from torch import nn

BATCH = 100
torch.set_num_threads(int(sys.argv[1]) if len(sys.argv) > 1 else 2)


class Maxout(nn.Module):
    def __init__(self, inputs, units, pieces):
        super().__init__()
        self.linear, self.pieces = nn.Linear(inputs, units * pieces), pieces

    def forward(self, x):
        return self.linear(x).view(x.shape[0], self.pieces, -1).max(1).values


generator = nn.Sequential(
    nn.Linear(100, 1200), nn.ReLU(), nn.Linear(1200, 1200), nn.ReLU(), nn.Linear(1200, 784), nn.Sigmoid())
discriminator = nn.Sequential(
    nn.Dropout(0.2), Maxout(784, 240, 5), nn.Dropout(0.5), Maxout(240, 240, 5), nn.Dropout(0.5), nn.Linear(240, 1))
g_optimiser = torch.optim.SGD(generator.parameters(), 1e-4, momentum=0.5)
d_optimiser = torch.optim.SGD(discriminator.parameters(), 1e-4, momentum=0.5)
pictures = torch.randint(0, 256, (2000, 784), dtype=torch.uint8)
loss = nn.BCEWithLogitsLoss()
ones, zeros = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)


def real():
    return pictures[torch.randint(0, 2000, (BATCH,))].float() / 255


def fake():
    return generator((torch.rand(BATCH, 100) * 2 - 1) * 3 ** 0.5)


def alternating():
    d_optimiser.zero_grad()
    with torch.no_grad():
        x = fake()
    logits = discriminator(torch.cat([real(), x]))
    loss(logits, torch.cat([ones, zeros])).backward()
    d_optimiser.step()
    g_optimiser.zero_grad()
    loss(discriminator(fake()), ones).backward()
    g_optimiser.step()


def simultaneous():
    x = fake()
    logits = discriminator(torch.cat([real(), x]))
    d_loss, g_loss = loss(logits, torch.cat([ones, zeros])), loss(logits[BATCH:], ones)
    d_parameters, g_parameters = list(discriminator.parameters()), list(generator.parameters())
    d_gradients = torch.autograd.grad(d_loss, d_parameters, retain_graph=True)
    g_gradients = torch.autograd.grad(g_loss, g_parameters)
    for parameter, gradient in zip(d_parameters + g_parameters, d_gradients + g_gradients):
        parameter.grad = gradient
    d_optimiser.step()
    g_optimiser.step()


for step in alternating, simultaneous:
    times = []
    for i in range(110):
        start = time.perf_counter()
        step()
        times.append(1e3 * (time.perf_counter() - start))
    times = times[10:]
    print(f"pytorch {torch.__version__}, mnist, batch {BATCH}, {step.__name__}: "
          f"median {statistics.median(times):.2f} ms, min {min(times):.2f} ms")
