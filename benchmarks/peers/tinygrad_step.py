"""The shipped recipe `mnist` in tinygrad, jitted, on the OpenCL device that it finds first: milliseconds of a training step.

    pip install tinygrad && DEV=CL python3 tinygrad_step.py
"""
import statistics
import time

from tinygrad import Context, Device, Tensor, TinyJit, nn

BATCH = 100


class Generator:
    def __init__(self):
        self.layers = [nn.Linear(100, 1200), nn.Linear(1200, 1200), nn.Linear(1200, 784)]

    def __call__(self, z):
        return self.layers[2](self.layers[1](self.layers[0](z).relu()).relu()).sigmoid()


class Discriminator:
    def __init__(self):
        self.layers = [nn.Linear(784, 1200), nn.Linear(240, 1200), nn.Linear(240, 1)]

    def __call__(self, x):
        for layer, keep in zip(self.layers[:2], (0.8, 0.5)):
            x = layer(x.dropout(1 - keep)).reshape(x.shape[0], 5, 240).max(1)
        return self.layers[2](x.dropout(0.5))


generator, discriminator = Generator(), Discriminator()
g_optimiser = nn.optim.SGD(nn.state.get_parameters(generator), lr=1e-4, momentum=0.5)
d_optimiser = nn.optim.SGD(nn.state.get_parameters(discriminator), lr=1e-4, momentum=0.5)
pictures = Tensor.rand(2000, 784).realize()


def noise():
    return (Tensor.rand(BATCH, 100) * 2 - 1) * 3 ** 0.5


@TinyJit
def d_step():
    real = pictures[Tensor.randint(BATCH, high=2000)]
    fake = generator(noise()).detach()
    d_optimiser.zero_grad()
    logits = discriminator(real.cat(fake))
    loss = ((-logits[:BATCH]).softplus().mean() + logits[BATCH:].softplus().mean()) / 2
    loss.backward()
    d_optimiser.step()
    return loss.realize()


@TinyJit
def g_step():
    g_optimiser.zero_grad()
    loss = (-discriminator(generator(noise()))).softplus().mean()
    loss.backward()
    g_optimiser.step()
    return loss.realize()


times = []
with Context(TRAINING=1):
    for i in range(25):
        start = time.perf_counter()
        d_step().item()
        g_step().item()
        times.append(1e3 * (time.perf_counter() - start))
times = times[5:]  # the first ones compile
print(f"tinygrad on {Device.DEFAULT}, mnist, batch {BATCH}, alternating: "
      f"median {statistics.median(times):.2f} ms, min {min(times):.2f} ms")
