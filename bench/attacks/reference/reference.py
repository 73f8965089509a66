"""Survivors of the reference AutoAttack (github.com/fra31/auto-attack, commit a39220048b3c9f2cca9a4d3a54604793c68eca7e) on the network
of this benchmark, recorded by hand. Needs the repository on PYTHONPATH and the weights that train.py leaves:

    python3 reference.py ../../../../shared/data/models/mnist Linf 0.3 200 apgd-ce,apgd-t,fab-t,square >> reference.jsonl

One line of JSON an attack; reference.json beside this file holds them, and the samples that all four left as `autoattack`.
"""
import json, sys, time, torch
from autoattack import AutoAttack
from train import images, labels, network

folder, norm, eps, count = sys.argv[1], sys.argv[2], float(sys.argv[3]), int(sys.argv[4])
x, y = images('t10k-images-idx3-ubyte.gz')[:count], labels('t10k-labels-idx1-ubyte.gz')[:count]
model = network()
model.load_state_dict(torch.load('mnist-pgd.pt'))
model.eval()
for attack in sys.argv[5].split(','):
    start = time.time()
    whole = AutoAttack(model, norm=norm, eps=eps, version='standard', device='cpu', verbose=False, seed=0)
    whole.attacks_to_run, whole.version = [attack], 'custom'
    adversarial = whole.run_standard_evaluation(x, y, bs=250)
    survived = (model(adversarial).argmax(1) == y).int().tolist()
    print(json.dumps({'norm': norm, 'eps': eps, 'attack': attack, 'seconds': time.time() - start, 'survivors': survived}))
