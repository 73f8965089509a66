"""Trains and exports the network of this benchmark. By hand, with PyTorch 1.13 (Debian's python3-torch), one thread:

    python3 train.py ../../../../shared/data/models/mnist ../mnist-pgd.onnx

PGD training (Madry et al. 2018): eps grows to 0.3 over the first quarter, five steps of eps / 3. The schedule is that of six epochs; the network
here is the one after the fifth.
"""
import gzip, sys, numpy as np, torch, torch.nn as nn, torch.nn.functional as F

torch.set_num_threads(1)
folder, out = sys.argv[1], sys.argv[2]
EPOCHS, STOP_AFTER = 6, 5


def images(name):
    raw = np.frombuffer(gzip.open(f'{folder}/{name}').read(), np.uint8, offset=16)
    return torch.from_numpy(raw.reshape(-1, 1, 28, 28).astype(np.float32) / 255)


def labels(name):
    return torch.from_numpy(np.frombuffer(gzip.open(f'{folder}/{name}').read(), np.uint8, offset=8).astype(np.int64))


def network():
    return nn.Sequential(
        nn.Conv2d(1, 16, 4, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 4, 2, 1), nn.ReLU(), nn.Flatten(),
        nn.Linear(32 * 7 * 7, 100), nn.ReLU(), nn.Linear(100, 10))


def pgd(model, x, y, eps, step, iterations):
    d = torch.empty_like(x).uniform_(-eps, eps)
    d = (x + d).clamp(0, 1) - x
    for _ in range(iterations):
        d.requires_grad_()
        gradient = torch.autograd.grad(F.cross_entropy(model(x + d), y, reduction='sum'), d)[0]
        d = (d.detach() + step * gradient.sign()).clamp(-eps, eps)
        d = (x + d).clamp(0, 1) - x
    return (x + d).detach()


if __name__ == '__main__':
    x, y = images('train-images-idx3-ubyte.gz'), labels('train-labels-idx1-ubyte.gz')
    torch.manual_seed(0)
    model = network()
    optimiser = torch.optim.Adam(model.parameters(), 2e-3)
    batches = len(x) // 100
    total, step = EPOCHS * batches, 0
    for epoch in range(STOP_AFTER):
        order = torch.randperm(len(x))
        for i in range(batches):
            for group in optimiser.param_groups:
                group['lr'] = 3e-3 * min((step + 1) / (0.2 * total), (total - step) / (0.8 * total))
            step += 1
            rows = order[i * 100:i * 100 + 100]
            grown = min(1, step / (0.25 * total))
            attacked = pgd(model, x[rows], y[rows], 0.3 * grown, 0.1 * grown, 5)
            loss = F.cross_entropy(model(attacked), y[rows])
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
    torch.save(model.state_dict(), 'mnist-pgd.pt')
    torch.onnx.export(model, x[:2], out, input_names=['input'], output_names=['logits'],
                      dynamic_axes={'input': {0: 'n'}, 'logits': {0: 'n'}}, opset_version=13)
