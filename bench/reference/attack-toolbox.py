"""Attacks of the Adversarial Robustness Toolbox (adversarial-robustness-toolbox from PyPI, its PyTorchClassifier) on the MNIST network of
`npm run bench:attacks`, with the same weights and images, Linf eps 0.3. By hand, from the root of the repository:

    python3 bench/reference/attack-toolbox.py ../shared/data/models/mnist THREADS [pgd,square,hopskipjump]

Prints accuracy under attack, samples that went through the network, processor and wall seconds. HopSkipJump, which is without a bound, says
the median Linf distance. DecisionTreeAttack is not here: it takes one decision tree of scikit-learn, and no ensemble.
"""
import gzip, sys, time
from pathlib import Path
import numpy as np, onnx, torch, torch.nn as nn
from onnx import numpy_helper
from art import __version__
from art.attacks.evasion import HopSkipJump, ProjectedGradientDescentPyTorch, SquareAttack
from art.estimators.classification import PyTorchClassifier

folder, threads = Path(sys.argv[1]), int(sys.argv[2])
chosen = (sys.argv[3] if len(sys.argv) > 3 else 'pgd,square,hopskipjump').split(',')
torch.set_num_threads(threads)
torch.manual_seed(0)
np.random.seed(0)

class Single(nn.Module):
    """HopSkipJump hands in float64."""
    def forward(self, x):
        return x.float()

net = nn.Sequential(
    nn.Conv2d(1, 16, 4, 2, 1), nn.ReLU(), nn.Conv2d(16, 32, 4, 2, 1), nn.ReLU(), nn.Flatten(),
    nn.Linear(32 * 7 * 7, 100), nn.ReLU(), nn.Linear(100, 10))
arrays = {one.name: numpy_helper.to_array(one) for one in onnx.load(Path(__file__).parents[1] / 'attacks' / 'mnist-pgd.onnx').graph.initializer}
net.load_state_dict({name: torch.from_numpy(arrays[name].copy()) for name in net.state_dict()})
spent = 0
def count(module, given, output):
    global spent
    spent += len(output)
net.register_forward_hook(count)
whole = nn.Sequential(Single(), net).eval()

x = np.frombuffer(gzip.open(folder / 't10k-images-idx3-ubyte.gz').read(), np.uint8, offset=16)[:200 * 784]
x = x.reshape(-1, 1, 28, 28).astype(np.float32) / 255
y = np.frombuffer(gzip.open(folder / 't10k-labels-idx1-ubyte.gz').read(), np.uint8, offset=8)[:200].astype(np.int64)
classifier = PyTorchClassifier(whole, nn.CrossEntropyLoss(), (1, 28, 28), 10, clip_values=(0, 1), device_type='cpu')
attacks = {
    'pgd': (200, lambda: ProjectedGradientDescentPyTorch(classifier, np.inf, 0.3, 0.01, max_iter=40, num_random_init=1, batch_size=200, verbose=False)),
    'square': (200, lambda: SquareAttack(classifier, np.inf, max_iter=300, eps=0.3, p_init=0.8, batch_size=200, verbose=False)),
    'hopskipjump': (2, lambda: HopSkipJump(classifier, norm=np.inf, max_iter=10, max_eval=1000, init_eval=100, batch_size=200, verbose=False)),
}
for name in chosen:
    images, make = attacks[name]
    spent, cpu, wall = 0, time.process_time(), time.perf_counter()
    found = make().generate(x[:images], y[:images])
    cpu, wall, used = time.process_time() - cpu, time.perf_counter() - wall, spent
    correct = (classifier.predict(found).argmax(1) == y[:images]).mean()
    distance = np.median(np.abs(found - x[:images]).max((1, 2, 3)))
    print(f'ART {__version__}, PyTorch {torch.__version__}, {threads} thread(s): {name}, {images} images: accuracy {100 * correct:.1f} %, '
          f'distance {distance:.3f}, {used} samples, cpu {cpu:.2f} s, wall {wall:.2f} s', flush=True)
