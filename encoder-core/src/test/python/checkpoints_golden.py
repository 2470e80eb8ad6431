"""Small random checkpoints of each kind, and what plain PyTorch makes of sentences with them.

    python3 encoder-core/src/test/python/checkpoints_golden.py encoder-core/src/test/resources/org/isogloss/encoder/checkpoints

Writes one folder for each kind, in the layout of the hub, with golden.json (text, ids, unit vector) beside the weights:
  xlm-r  XLM-R: Unigram tokenizer.json, positions after the padding id, one token type, weights in two shards, prefix "roberta."
  e5     multilingual-e5: the same with sentence-transformers' files (mean, unit length) and "query: " in isogloss.json
  labse  LaBSE: WordPiece vocab.txt, first token, dense layer with tanh, unit length
Needs torch. Everything is written down here once more: tokenizers (Viterbi; greedy longest match), the forward
pass in float64, the file format. The same seed gives the same bytes.
"""

import json
import math
import struct
import sys
import unicodedata
from pathlib import Path

import torch

HIDDEN, LAYERS, HEADS, INNER, POSITIONS = 24, 2, 3, 40, 48
TEXTS = [
    "the children play in the school yard every evening",
    "Die Kinder spielen auf dem Schulhof.",
    "a",
    "yes , no",
    "two  spaces and a strange \u2603 sign",
    "caf\u00e9 na\u00efve \ufb01ne",
]
WORDS = "the chil dren play in school yard every even ing die kinder spiel en auf dem hof yes no two space s and strange sign".split()


def letters():
    ascii_letters = [chr(c) for c in range(ord("a"), ord("z") + 1)]
    return ascii_letters + [c.upper() for c in ascii_letters] + list(".,:'\u00e9\u00ef")


def write_safetensors(path, tensors):
    header, at = {"__metadata__": {"format": "pt"}}, 0
    for name, tensor in tensors.items():
        size = tensor.numel() * 4
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [at, at + size]}
        at += size
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for tensor in tensors.values():
            out.write(tensor.to(torch.float32).numpy().astype("<f4").tobytes())


def random_weights(generator, vocabulary, token_types):
    def normal(*shape, around=0.0):
        return (around + 0.3 * torch.randn(*shape, generator=generator)).to(torch.float32)

    weights = {
        "embeddings.word_embeddings.weight": normal(vocabulary, HIDDEN),
        "embeddings.position_embeddings.weight": normal(POSITIONS, HIDDEN),
        "embeddings.token_type_embeddings.weight": normal(token_types, HIDDEN),
        "embeddings.LayerNorm.weight": normal(HIDDEN, around=1.0),
        "embeddings.LayerNorm.bias": normal(HIDDEN),
    }
    for layer in range(LAYERS):
        begin = f"encoder.layer.{layer}."
        for name, out, into in [
            ("attention.self.query", HIDDEN, HIDDEN),
            ("attention.self.key", HIDDEN, HIDDEN),
            ("attention.self.value", HIDDEN, HIDDEN),
            ("attention.output.dense", HIDDEN, HIDDEN),
            ("intermediate.dense", INNER, HIDDEN),
            ("output.dense", HIDDEN, INNER),
        ]:
            weights[begin + name + ".weight"] = normal(out, into)
            weights[begin + name + ".bias"] = normal(out)
        for name in ["attention.output.LayerNorm", "output.LayerNorm"]:
            weights[begin + name + ".weight"] = normal(HIDDEN, around=1.0)
            weights[begin + name + ".bias"] = normal(HIDDEN)
    return weights


def forward(weights, ids, offset, epsilon):
    """The states of the last layer, [tokens][hidden], in float64."""
    w = {name: tensor.to(torch.float64) for name, tensor in weights.items()}

    def norm(x, name):
        return torch.nn.functional.layer_norm(x, [HIDDEN], w[name + ".weight"], w[name + ".bias"], epsilon)

    def dense(x, name):
        return x @ w[name + ".weight"].T + w[name + ".bias"]

    tokens = torch.tensor(ids)
    positions = torch.arange(len(ids)) + offset
    h = w["embeddings.word_embeddings.weight"][tokens] + w["embeddings.position_embeddings.weight"][positions]
    h = norm(h + w["embeddings.token_type_embeddings.weight"][0], "embeddings.LayerNorm")
    size = HIDDEN // HEADS
    for layer in range(LAYERS):
        begin = f"encoder.layer.{layer}."

        def split(x):
            return x.reshape(len(ids), HEADS, size).transpose(0, 1)

        q, k, v = (split(dense(h, begin + "attention.self." + name)) for name in ("query", "key", "value"))
        context = torch.softmax(q @ k.transpose(1, 2) / math.sqrt(size), -1) @ v
        context = context.transpose(0, 1).reshape(len(ids), HIDDEN)
        h = norm(dense(context, begin + "attention.output.dense") + h, begin + "attention.output.LayerNorm")
        inner = torch.nn.functional.gelu(dense(h, begin + "intermediate.dense"))
        h = norm(dense(inner, begin + "output.dense") + h, begin + "output.LayerNorm")
    return h


def unit(vector):
    return vector / vector.norm()


def golden(folder, cases):
    lines = [json.dumps({"text": text, "ids": ids, "vector": [float(f"{v:.9g}") for v in vector]}) for text, ids, vector in cases]
    (folder / "golden.json").write_text("[\n" + ",\n".join(lines) + "\n]\n", encoding="utf-8")


def config(model_type, vocabulary, token_types, pad, epsilon):
    return {
        "model_type": model_type,
        "hidden_size": HIDDEN,
        "num_hidden_layers": LAYERS,
        "num_attention_heads": HEADS,
        "intermediate_size": INNER,
        "vocab_size": vocabulary,
        "max_position_embeddings": POSITIONS,
        "type_vocab_size": token_types,
        "pad_token_id": pad,
        "layer_norm_eps": epsilon,
        "hidden_act": "gelu",
    }


def write_json(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value, indent=1) + "\n", encoding="utf-8")


# Unigram, as XLM-R's tokenizer.json has it.

SPACE = "\u2581"
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]


def unigram(generator):
    pieces = [SPACE] + letters() + [SPACE + word for word in WORDS] + WORDS
    scores = (-4 - 8 * torch.rand(len(pieces), generator=generator)).tolist()
    return [(piece, 0.0) for piece in SPECIAL] + [(p, round(s, 4)) for p, s in zip(pieces, scores)]


def unigram_json(vocabulary):
    def token(name):
        return {"SpecialToken": {"id": name, "type_id": 0}}

    sequence = {"Sequence": {"id": "A", "type_id": 0}}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [
            {"id": i, "content": t, "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
            for i, t in enumerate(SPECIAL)
        ],
        "normalizer": {
            "type": "Sequence",
            "normalizers": [{"type": "NFKC"}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}],
        },
        "pre_tokenizer": {
            "type": "Sequence",
            "pretokenizers": [
                {"type": "WhitespaceSplit"},
                {"type": "Metaspace", "replacement": SPACE, "prepend_scheme": "always", "split": True},
            ],
        },
        "post_processor": {
            "type": "TemplateProcessing",
            "single": [token("<s>"), sequence, token("</s>")],
            "pair": [token("<s>"), sequence, token("</s>"), token("</s>"), {"Sequence": {"id": "B", "type_id": 0}}, token("</s>")],
            "special_tokens": {
                "<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]},
                "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]},
            },
        },
        "decoder": {"type": "Metaspace", "replacement": SPACE, "prepend_scheme": "always", "split": True},
        "model": {"type": "Unigram", "unk_id": 3, "vocab": [[p, s] for p, s in vocabulary], "byte_fallback": False},
    }


def unigram_ids(vocabulary, text):
    score = {piece: s for piece, s in vocabulary[len(SPECIAL):]}
    index = {piece: i for i, (piece, _) in enumerate(vocabulary)}
    unknown = min(s for _, s in vocabulary) - 10
    ids = [0]
    for word in unicodedata.normalize("NFKC", text).split():
        word = SPACE + word
        best = [(0.0, None, None)] + [None] * len(word)
        for end in range(1, len(word) + 1):
            for start in range(end):
                piece = word[start:end]
                s = score.get(piece, unknown if end - start == 1 else None)
                if s is not None and (best[end] is None or best[start][0] + s > best[end][0]):
                    best[end] = (best[start][0] + s, start, index[piece] if piece in score else 3)
        pieces, at = [], len(word)
        while at > 0:
            pieces.append(best[at][2])
            at = best[at][1]
        for piece in reversed(pieces):
            # Neighbouring unknown characters of a word are one unknown token.
            if not (piece == 3 and ids[-1] == 3):
                ids.append(piece)
    return ids + [2]


def xlm_r(folder, seed, prefix, shards):
    generator = torch.Generator().manual_seed(seed)
    vocabulary = unigram(generator)
    weights = random_weights(generator, len(vocabulary), 1)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "config.json", config("xlm-roberta", len(vocabulary), 1, 1, 1e-5))
    write_json(folder / "tokenizer.json", unigram_json(vocabulary))
    if shards:
        named = {"roberta." + name: tensor for name, tensor in weights.items()}
        names = list(named)
        parts = [names[: len(names) // 2], names[len(names) // 2:]]
        places = {}
        for i, part in enumerate(parts):
            file = f"model-{i + 1:05d}-of-{len(parts):05d}.safetensors"
            write_safetensors(folder / file, {name: named[name] for name in part})
            places.update({name: file for name in part})
        total = sum(tensor.numel() * 4 for tensor in named.values())
        write_json(folder / "model.safetensors.index.json", {"metadata": {"total_size": total}, "weight_map": places})
    else:
        write_safetensors(folder / "model.safetensors", weights)
    cases = []
    for text in TEXTS:
        ids = unigram_ids(vocabulary, prefix + text)
        cases.append((text, ids, unit(forward(weights, ids, 2, 1e-5).mean(0)).tolist()))
    golden(folder, cases)


def pooling(dimension, mode):
    modes = ["cls_token", "mean_tokens", "max_tokens", "mean_sqrt_len_tokens"]
    return {"word_embedding_dimension": dimension, **{"pooling_mode_" + m: m == mode for m in modes}}


def steps(*kinds):
    paths = {"Transformer": ""}
    return [
        {"idx": i, "name": str(i), "path": paths.get(kind, f"{i}_{kind}"), "type": "sentence_transformers.models." + kind}
        for i, kind in enumerate(kinds)
    ]


def e5(folder, seed):
    xlm_r(folder, seed, "query: ", False)
    write_json(folder / "modules.json", steps("Transformer", "Pooling", "Normalize"))
    write_json(folder / "1_Pooling" / "config.json", pooling(HIDDEN, "mean_tokens"))
    write_json(folder / "isogloss.json", {"text_prefix": "query: "})


# WordPiece, as LaBSE's vocab.txt has it.


def word_pieces(vocabulary, text):
    index = {piece: i for i, piece in enumerate(vocabulary)}
    ids = [index["[CLS]"]]
    spaced = "".join(c if c.isalnum() or c.isspace() or c == "\u2603" else f" {c} " for c in text)
    for word in spaced.split():
        pieces, start = [], 0
        while start < len(word):
            end = len(word)
            while end > start and ("##" if start else "") + word[start:end] not in index:
                end -= 1
            if end == start:
                pieces = [index["[UNK]"]]
                break
            pieces.append(index[("##" if start else "") + word[start:end]])
            start = end
        ids += pieces
    return ids + [index["[SEP]"]]


def labse(folder, seed):
    generator = torch.Generator().manual_seed(seed)
    vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    vocabulary += letters() + ["##" + c for c in letters()]
    vocabulary += [w for w in WORDS if len(w) > 1] + ["##" + w for w in WORDS if len(w) > 1]
    weights = random_weights(generator, len(vocabulary), 2)
    weight = 0.5 * torch.randn(HIDDEN, HIDDEN, generator=generator)
    bias = 0.5 * torch.randn(HIDDEN, generator=generator)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / "config.json", config("bert", len(vocabulary), 2, 0, 1e-12))
    write_json(folder / "tokenizer_config.json", {"do_lower_case": False})
    (folder / "vocab.txt").write_text("\n".join(vocabulary) + "\n", encoding="utf-8")
    write_safetensors(folder / "model.safetensors", weights)
    write_json(folder / "modules.json", steps("Transformer", "Pooling", "Dense", "Normalize"))
    write_json(folder / "1_Pooling" / "config.json", pooling(HIDDEN, "cls_token"))
    activation = "torch.nn.modules.activation.Tanh"
    write_json(
        folder / "2_Dense" / "config.json",
        {"in_features": HIDDEN, "out_features": HIDDEN, "bias": True, "activation_function": activation},
    )
    write_safetensors(folder / "2_Dense" / "model.safetensors", {"linear.weight": weight, "linear.bias": bias})
    cases = []
    for text in TEXTS:
        ids = word_pieces(vocabulary, text)
        first = forward(weights, ids, 0, 1e-12)[0]
        head = torch.tanh(weight.to(torch.float64) @ first + bias.to(torch.float64))
        cases.append((text, ids, unit(head).tolist()))
    golden(folder, cases)


def main():
    root = Path(sys.argv[1])
    xlm_r(root / "xlm-r", 11, "", True)
    e5(root / "e5", 12)
    labse(root / "labse", 13)


if __name__ == "__main__":
    main()
