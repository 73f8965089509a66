"""Input gradients of ONNX networks by PyTorch's autograd, beside those that bench/network-gradients.ts wrote.

By hand, not part of the product: pip install torch onnx onnx2torch (CPU). Each network is converted by onnx2torch, cut at the value that the
engine takes for the scores, and run in double precision and in single. Prints a table: the largest difference of scores and of the gradient
as shares of their largest element.

    python3 bench/reference/network-gradients.py OUT
"""
import json
import os
import sys

import onnx
import torch
from onnx2torch import convert

torch.set_num_threads(1)


def cut(model, inputs, output):
    """The part of a model from its inputs to one value."""
    producers = {name: node for node in model.graph.node for name in node.output}
    stack = [output]
    seen = set()
    while stack:
        name = stack.pop()
        node = producers.get(name)
        if name in inputs or node is None or id(node) in seen:
            continue
        seen.add(id(node))
        stack.extend(node.input)
    nodes = [node for node in model.graph.node if id(node) in seen]
    read = {name for node in nodes for name in node.input}
    part = onnx.ModelProto()
    part.CopyFrom(model)
    del part.graph.node[:]
    part.graph.node.extend(nodes)
    del part.graph.output[:]
    part.graph.output.append(onnx.helper.make_tensor_value_info(output, onnx.TensorProto.FLOAT, None))
    weights = {one.name for one in model.graph.initializer}
    kept = [one for one in model.graph.input if one.name in read and one.name not in weights]
    del part.graph.input[:]
    part.graph.input.extend(kept)
    return part


def lift(model):
    """Weights that are kept in Constant nodes (Paddle) as initializers, where onnx2torch looks for them."""
    lifted = onnx.ModelProto()
    lifted.CopyFrom(model)
    del lifted.graph.node[:]
    for node in model.graph.node:
        values = [one.t for one in node.attribute if one.name == "value"]
        if node.op_type == "Constant" and values:
            tensor = lifted.graph.initializer.add()
            tensor.CopyFrom(values[0])
            tensor.name = node.output[0]
        else:
            lifted.graph.node.add().CopyFrom(node)
    return lifted


def share(found, wanted):
    return float((found - wanted).abs().max() / wanted.abs().max())


def main(folder):
    print("| network | scores, float64 | gradient, float64 | gradient, PyTorch's own in float32 |\n|---|--:|--:|--:|")
    for name in sorted(os.listdir(folder), key=lambda one: int(one.split(" ")[0])):
        with open(os.path.join(folder, name)) as file:
            probe = json.load(file)
        label = name.split(" ", 1)[1].removesuffix(".json")
        try:
            model = lift(onnx.load(probe["file"]))
            part = cut(model, {probe["input"]}, probe["output"])
            names = [one.name for one in part.graph.input]
            if names != [probe["input"]]:
                raise ValueError(f"inputs {names}")
            made = {}
            for kind in (torch.float64, torch.float32):
                network = convert(part).to(kind).eval()
                x = torch.tensor(probe["x"], dtype=kind).reshape(probe["shape"]).requires_grad_()
                scores = network(x).reshape(-1)
                (scores * torch.tensor(probe["weights"], dtype=kind)).sum().backward()
                made[kind] = (scores.detach().double(), x.grad.reshape(-1).double())
            exact = made[torch.float64]
            own = torch.tensor(probe["scores"], dtype=torch.float64)
            gradient = torch.tensor(probe["gradient"], dtype=torch.float64)
            print(
                f"| {label} | {share(own, exact[0]):.1e} | {share(gradient, exact[1]):.1e} | {share(made[torch.float32][1], exact[1]):.1e} |",
                flush=True,
            )
        except Exception as error:  # what onnx2torch cannot convert is left out, and said
            print(f"| {label} | not converted: {type(error).__name__} {str(error)[:90]} | | |", flush=True)


main(sys.argv[1])
