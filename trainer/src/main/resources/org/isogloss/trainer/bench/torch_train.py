"""The peer of `isogloss bench train`: the same training step in plain PyTorch, as a Python user would write it (padded batches of
similar length, scaled_dot_product_attention, torch.optim.AdamW, fp32).

    torch_train.py WORK.json

Prints the loss of the first batch before anything is learnt, then a rate for each round. Needs torch alone.
"""
import json
import mmap
import struct
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

MATRICES = {
    "query": "attention.self.query",
    "key": "attention.self.key",
    "value": "attention.self.value",
    "attention_output": "attention.output.dense",
    "intermediate": "intermediate.dense",
    "output": "output.dense",
}


def checkpoint(path, layers):
    with open(path, "rb") as f:
        raw = mmap.mmap(f.fileno(), 0, access=mmap.ACCESS_COPY)
    begin = 8 + struct.unpack("<Q", raw[:8])[0]
    tensors = {}
    for name, entry in json.loads(raw[8:begin]).items():
        beyond = name.startswith("encoder.layer.") and int(name.split(".")[2]) >= layers
        if name != "__metadata__" and not beyond and not name.startswith("pooler"):
            at, end = entry["data_offsets"]
            flat = torch.frombuffer(raw, dtype=torch.float32, count=(end - at) // 4, offset=begin + at)
            tensors[name] = flat.reshape(entry["shape"]).clone()
    return tensors


class Encoder:
    def __init__(self, work):
        self.layers = work["layers"]
        config = json.loads((Path(work["model"]) / "config.json").read_text())
        self.heads, self.size = config["num_attention_heads"], config["hidden_size"]
        self.wide = config["intermediate_size"]
        self.epsilon = config.get("layer_norm_eps", 1e-12)
        self.w = checkpoint(Path(work["model"]) / "model.safetensors", self.layers)

    def norm(self, x, name):
        return F.layer_norm(x, (self.size,), self.w[name + ".weight"], self.w[name + ".bias"], self.epsilon)

    def linear(self, x, layer, part, lora):
        name = f"encoder.layer.{layer}.{MATRICES[part]}"
        y = F.linear(x, self.w[name + ".weight"], self.w[name + ".bias"])
        if lora:
            y = y + F.linear(F.linear(x, lora[f"{layer}.{part}.a"]), lora[f"{layer}.{part}.b"])
        return y

    def states(self, sentences, lora=None, adapter=None, scale=1.0, table=None):
        longest = max(map(len, sentences))
        ids = torch.zeros(len(sentences), longest, dtype=torch.long)
        mask = torch.zeros(len(sentences), longest)
        for row, sentence in enumerate(sentences):
            ids[row, : len(sentence)], mask[row, : len(sentence)] = torch.tensor(sentence), 1
        words = self.w["embeddings.word_embeddings.weight"] if table is None else table
        h = F.embedding(ids, words) + self.w["embeddings.position_embeddings.weight"][:longest]
        h = self.norm(h + self.w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
        split = lambda t: t.view(len(sentences), longest, self.heads, -1).transpose(1, 2)
        for i in range(self.layers):
            p = f"encoder.layer.{i}."
            q, k, v = (split(self.linear(h, i, part, lora)) for part in ("query", "key", "value"))
            a = F.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :].bool())
            a = a.transpose(1, 2).reshape(len(sentences), longest, self.size)
            h = self.norm(self.linear(a, i, "attention_output", lora) + h, p + "attention.output.LayerNorm")
            f = self.linear(F.gelu(self.linear(h, i, "intermediate", lora)), i, "output", lora)
            if adapter:
                inner = F.relu(F.linear(h, adapter[f"{i}.down.weight"], adapter[f"{i}.down.bias"]))
                f = f + scale * F.linear(inner, adapter[f"{i}.up.weight"], adapter[f"{i}.up.bias"])
            h = self.norm(f + h, p + "output.LayerNorm")
        return h, mask


def alignment(encoder, work):
    bank = torch.from_file(work["bank"], size=work["bank_size"] * encoder.size).reshape(-1, encoder.size)
    bank = F.normalize(bank)
    adapter = {}
    for i in range(encoder.layers):
        adapter[f"{i}.down.weight"] = (torch.rand(work["bottleneck"], encoder.size) - 0.5) * 2 / encoder.size**0.5
        adapter[f"{i}.down.bias"] = torch.zeros(work["bottleneck"])
        adapter[f"{i}.up.weight"] = torch.zeros(encoder.size, work["bottleneck"])
        adapter[f"{i}.up.bias"] = torch.zeros(encoder.size)
    temperature, same = work["temperature"], work["same_from"]

    def loss(batch):
        h, mask = encoder.states(batch["ids"], adapter=adapter, scale=work["adapter_scale"])
        x = F.normalize((h * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True))
        y = bank[batch["targets"]]
        own = (x * y).sum(1, keepdim=True)
        others = (x @ bank.T / temperature).masked_fill(y @ bank.T >= same, -1e9)
        first = torch.zeros(len(x), dtype=torch.long)
        return F.cross_entropy(torch.cat([own / temperature, others], 1), first) + (1 - own).mean()

    return adapter, loss


def adaptation(encoder, work):
    table = torch.from_file(work["table"], size=work["pieces"] * encoder.size).reshape(-1, encoder.size).clone()
    lora, rank = {}, work["rank"]
    for i in range(encoder.layers):
        for part in MATRICES:
            inputs = encoder.wide if part == "output" else encoder.size
            outputs = encoder.wide if part == "intermediate" else encoder.size
            lora[f"{i}.{part}.a"] = (torch.rand(rank, inputs) - 0.5) * 2 / inputs**0.5
            lora[f"{i}.{part}.b"] = torch.zeros(outputs, rank)
    head = {
        "weight": torch.eye(encoder.size),
        "bias": torch.zeros(encoder.size),
        "norm": torch.ones(encoder.size),
        "offset": torch.zeros(encoder.size),
        "pieces": torch.zeros(work["pieces"]),
    }

    def loss(batch):
        h, _ = encoder.states(batch["ids"], lora=lora, table=table)
        rows = [row for row, places in enumerate(batch["places"]) for _ in places]
        columns = [place for places in batch["places"] for place in places]
        x = F.linear(h[rows, columns], head["weight"], head["bias"])
        x = F.layer_norm(x, (encoder.size,), head["norm"], head["offset"], 1e-12)
        pieces = torch.tensor([piece for of in batch["pieces"] for piece in of])
        return F.cross_entropy(F.linear(x, table, head["pieces"]), pieces)

    return {**lora, **{"head." + k: v for k, v in head.items()}, "table": table}, loss


def main(path):
    work = json.loads(Path(path).read_text())
    torch.set_num_threads(work["threads"])
    torch.manual_seed(1)
    encoder = Encoder(work)
    learning, loss = {"align": alignment, "adapt": adaptation}[work["stage"]](encoder, work)
    with torch.no_grad():
        print(f"first loss {loss(work['batches'][0]).item():.6f}", flush=True)
    for tensor in learning.values():
        tensor.requires_grad_()
    optimiser = torch.optim.AdamW(learning.values(), lr=3e-4, weight_decay=0.01)
    tokens = sum(len(ids) for batch in work["batches"] for ids in batch["ids"])
    for round_number in (1, 2):
        begin = time.perf_counter()
        for batch in work["batches"]:
            optimiser.zero_grad()
            value = loss(batch)
            value.backward()
            torch.nn.utils.clip_grad_norm_(learning.values(), 1.0)
            optimiser.step()
            value.item()
        seconds = time.perf_counter() - begin
        print(f"round {round_number}: {seconds:.2f} s, {tokens / seconds:.1f} tokens/s", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
