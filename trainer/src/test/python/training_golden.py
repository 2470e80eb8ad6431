#!/usr/bin/env python3
"""Ten training steps of each stage in plain PyTorch, float64, for PyTorchGoldenTest.

    training_golden.py BACKBONE OUT.json

BACKBONE is the folder of the tiny random backbone (`isogloss ... --model tiny` makes it under ~/.isogloss/models/tiny).
Everything is written out here by hand, without a transformer library; the file holds inputs and losses. Needs torch and
safetensors (or none: the reader below is enough).
"""
import json
import struct
import sys
from pathlib import Path

import torch
from torch.nn.functional import gelu, layer_norm, log_softmax, normalize

LAYERS, HEADS, STEPS, BOTTLENECK, RANK, SENTENCES = 2, 2, 10, 4, 2, 8
ADAPTER_SCALE, LORA_ALPHA, RATE, SCALE, SAME = 4.0, 6.0, 0.01, 20.0, 0.9
PIECES, MASK = 60, 4
torch.set_default_dtype(torch.float64)


def read(path):
    raw = path.read_bytes()
    length = struct.unpack("<Q", raw[:8])[0]
    header = json.loads(raw[8 : 8 + length])
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            data = bytearray(raw[8 + length + begin : 8 + length + end])
            tensors[name] = torch.frombuffer(data, dtype=torch.float32).reshape(entry["shape"]).double()
    return tensors


def single(tensor):
    """Values that float32 holds exactly."""
    return tensor.float().double()


class Encoder:
    def __init__(self, w):
        self.w = w

    def linear(self, x, name, low_rank=None, tensors=None):
        y = x @ self.w[name + ".weight"].T + self.w[name + ".bias"]
        if tensors and low_rank + ".a" in tensors:
            y = y + LORA_ALPHA / RANK * (x @ tensors[low_rank + ".a"].T @ tensors[low_rank + ".b"].T)
        return y

    def norm(self, x, name):
        return layer_norm(x, [x.shape[-1]], self.w[name + ".weight"], self.w[name + ".bias"], 1e-12)

    def states(self, ids, adapter=None, lora=None, stage="sentence_encoding", table=None):
        w = self.w
        x = (w["embeddings.word_embeddings.weight"] if table is None else table)[ids]
        x = x + w["embeddings.position_embeddings.weight"][: len(ids)] + w["embeddings.token_type_embeddings.weight"][0]
        x = self.norm(x, "embeddings.LayerNorm")
        for i in range(LAYERS):
            p, low = f"encoder.layer.{i}.", f"{stage}.{i}."
            projected = []
            for part in ("query", "key", "value"):
                y = self.linear(x, p + "attention.self." + part, low + part, lora)
                projected.append(y.reshape(len(ids), HEADS, -1).transpose(0, 1))
            q, k, v = projected
            scores = torch.softmax(q @ k.transpose(1, 2) / q.shape[-1] ** 0.5, -1)
            context = (scores @ v).transpose(0, 1).reshape(len(ids), -1)
            attended = self.linear(context, p + "attention.output.dense", low + "attention_output", lora)
            h = self.norm(attended + x, p + "attention.output.LayerNorm")
            inner = gelu(self.linear(h, p + "intermediate.dense", low + "intermediate", lora))
            f = self.linear(inner, p + "output.dense", low + "output", lora)
            if adapter:
                inner = torch.relu(h @ adapter[f"adapter.{i}.down.weight"].T + adapter[f"adapter.{i}.down.bias"])
                f = f + ADAPTER_SCALE * (inner @ adapter[f"adapter.{i}.up.weight"].T + adapter[f"adapter.{i}.up.bias"])
            x = self.norm(f + h, p + "output.LayerNorm")
        return x

    def pooled(self, ids, **modules):
        return self.states(ids, **modules).mean(0)


def masked(encoder, sentences, modules, head):
    """Mean cross-entropy of the hidden pieces: W, layer normalisation, and the table itself as output."""
    losses = []
    table = modules["embeddings.weight"]
    for sentence in sentences:
        ids = torch.tensor(sentence["ids"])
        x = encoder.states(ids, lora=modules, stage="language_adaptation", table=table)[sentence["places"]]
        x = x @ head["dense.weight"].T + head["dense.bias"]
        x = layer_norm(x, [x.shape[-1]], head["norm.weight"], head["norm.bias"], 1e-12)
        logits = x @ table.T + head["bias"]
        losses.append(-log_softmax(logits, 1)[torch.arange(len(x)), sentence["pieces"]])
    return torch.cat(losses).mean()


def whole_bank(x, bank, targets):
    y = bank[targets]
    own = SCALE * (x * y).sum(1, keepdim=True)
    others = SCALE * x @ bank.T
    others = others.masked_fill(y @ bank.T >= SAME, -1e9)
    return -log_softmax(torch.cat([own, others], 1), 1)[:, 0].mean() + (1 - (x * y).sum(1)).mean()


def in_batch(x, y):
    scores = SCALE * x @ y.T
    excluded = (y @ y.T >= SAME) & ~torch.eye(len(x), dtype=torch.bool)
    diagonal = torch.arange(len(x))
    forth = -log_softmax(scores.masked_fill(excluded, -1e9), 1)[diagonal, diagonal].mean()
    back = -log_softmax(scores.T.masked_fill(excluded, -1e9), 1)[diagonal, diagonal].mean()
    return (forth + back) / 2


def ranking(x, pairs, texts):
    scores = SCALE * x[:pairs] @ x[pairs:].T
    for anchor in range(pairs):
        for candidate in range(len(texts) - pairs):
            text = texts[pairs + candidate]
            if candidate != anchor and text in (texts[anchor], texts[pairs + anchor]):
                scores[anchor, candidate] = -1e9
    diagonal = torch.arange(pairs)
    return -log_softmax(scores, 1)[diagonal, diagonal].mean()


def train(learning, loss):
    optimiser = torch.optim.AdamW(learning.values(), lr=RATE, weight_decay=0.01)
    losses = []
    for _ in range(STEPS):
        optimiser.zero_grad()
        value = loss()
        value.backward()
        torch.nn.utils.clip_grad_norm_(learning.values(), 1.0)
        optimiser.step()
        losses.append(value.item())
    return losses


def main(backbone, out):
    encoder = Encoder(read(Path(backbone) / "model.safetensors"))
    hidden = encoder.w["embeddings.LayerNorm.weight"].shape[0]
    generator = torch.Generator().manual_seed(11)
    random = lambda *shape: torch.randn(*shape, generator=generator)
    sentences = []
    for i in range(SENTENCES):
        length = 3 + int(torch.randint(0, 6, (1,), generator=generator))
        sentences.append([2] + torch.randint(5, 900, (length,), generator=generator).tolist() + [3])
    sentences[6] = sentences[5]
    targets = single(random(SENTENCES + 4, hidden))
    targets[5] = targets[1]
    unit = normalize(targets)
    adapter, lora = {}, {}
    for i in range(LAYERS):
        adapter[f"adapter.{i}.down.weight"] = single(0.3 * random(BOTTLENECK, hidden))
        adapter[f"adapter.{i}.down.bias"] = torch.zeros(BOTTLENECK)
        adapter[f"adapter.{i}.up.weight"] = torch.zeros(hidden, BOTTLENECK)
        adapter[f"adapter.{i}.up.bias"] = torch.zeros(hidden)
        for part in ("query", "value"):
            lora[f"sentence_encoding.{i}.{part}.a"] = single(0.3 * random(RANK, hidden))
            lora[f"sentence_encoding.{i}.{part}.b"] = torch.zeros(hidden, RANK)
    document = {
        "sentences": sentences,
        "targets": targets.tolist(),
        "adapter": {name: t.tolist() for name, t in adapter.items()},
        "lora": {name: t.tolist() for name, t in lora.items()},
        "ranking_texts": [0, 1, 2, 3, 4, 5, 5, 6],
        "torch": torch.__version__,
        "losses": {},
    }

    def begin(tensors):
        return {name: t.clone().requires_grad_() for name, t in tensors.items()}

    def encode(**modules):
        return normalize(torch.stack([encoder.pooled(torch.tensor(s), **modules) for s in sentences]))

    own = torch.arange(SENTENCES)
    a = begin(adapter)
    document["losses"]["whole_bank_and_cosine"] = train(a, lambda: whole_bank(encode(adapter=a), unit, own))
    b = begin(adapter)
    document["losses"]["in_batch"] = train(b, lambda: in_batch(encode(adapter=b), unit[own]))
    c = begin(lora)
    document["losses"]["ranking"] = train(c, lambda: ranking(encode(lora=c), 4, document["ranking_texts"]))
    # The sentences above in a language of its own pieces, two of each hidden.
    adaptation = {"embeddings.weight": single(0.3 * random(PIECES, hidden))}
    wide = encoder.w["encoder.layer.0.intermediate.dense.bias"].shape[0]
    for i in range(LAYERS):
        for part in ("query", "key", "value", "attention_output", "intermediate", "output"):
            inputs, outputs = wide if part == "output" else hidden, wide if part == "intermediate" else hidden
            adaptation[f"language_adaptation.{i}.{part}.a"] = single(0.3 * random(RANK, inputs))
            adaptation[f"language_adaptation.{i}.{part}.b"] = torch.zeros(outputs, RANK)
    hidden_sentences = []
    for sentence in sentences:
        ids = [sentence[0]] + [5 + i % (PIECES - 5) for i in sentence[1:-1]] + [sentence[-1]]
        places = [1, len(ids) - 2]
        pieces = [ids[place] for place in places]
        ids[places[0]] = MASK
        hidden_sentences.append({"ids": ids, "places": places, "pieces": pieces})
    document["adaptation"] = {name: t.tolist() for name, t in adaptation.items()}
    document["masked"] = hidden_sentences
    head = {
        "dense.weight": torch.eye(hidden),
        "dense.bias": torch.zeros(hidden),
        "norm.weight": torch.ones(hidden),
        "norm.bias": torch.zeros(hidden),
        "bias": torch.zeros(PIECES),
    }
    d = begin({**adaptation, **{"head." + name: t for name, t in head.items()}})
    heads = {name: d["head." + name] for name in head}
    document["losses"]["masked"] = train(d, lambda: masked(encoder, hidden_sentences, d, heads))
    Path(out).write_text(json.dumps(document) + "\n")
    for name, losses in document["losses"].items():
        print(name, losses[0], losses[-1])


if __name__ == "__main__":
    main(*sys.argv[1:])
