"""EfficientNet-Lite0 beside ONNX Runtime on the same QDQ file, on squares of photographs: the most likely class, and the time."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import engine
import numpy as np
import onnxruntime
import report

TOOLS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TOOLS / "onnx"))

import images  # noqa: E402  (its folder has to be named first)
from make_efficientnet import feed  # noqa: E402

PROBITY = TOOLS.parent / ".build" / "release" / "probity"
FOLDER = engine.CACHE / "efficientnet-lite0"
BUNDLE = engine.CACHE / "efficientnet-lite0.probity"


def session(path, optimised):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    if not optimised:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def main():
    crops = images.crops(FOLDER / "photos", 224)
    plain, optimised = session(FOLDER / "qdq.onnx", False), session(FOLDER / "qdq.onnx", True)
    floating = session(FOLDER / "float.onnx", True)
    ours, times, peer_times = [], [], []
    results = {"plain": [], "optimised": [], "float": []}
    with tempfile.TemporaryDirectory() as folder:
        for crop in crops:
            path = f"{folder}/image.npy"
            np.save(path, crop)
            answer = json.loads(subprocess.run(
                [PROBITY, "infer", "--model", BUNDLE, "--input", path, "--json"], check=True, capture_output=True).stdout)
            ours.append(answer["top"][0]["index"])
            times.append(answer["milliseconds"])
            results["plain"].append(int(plain.run(None, feed(crop))[0].argmax()))
            results["float"].append(int(floating.run(None, feed(crop))[0].argmax()))
            start = time.perf_counter()
            results["optimised"].append(int(optimised.run(None, feed(crop))[0].argmax()))
            peer_times.append((time.perf_counter() - start) * 1000)

    def agreement(a, b):
        return sum(x == y for x, y in zip(a, b)) / len(a)

    rows = [
        report.row("vision-top1", f"EfficientNet-Lite0, top-1 as ONNX Runtime on the same QDQ model, its nodes as written ({len(crops)} crops); "
                   "peer: its own optimised nodes", "of 1", agreement(ours, results["plain"]), agreement(results["optimised"], results["plain"]),
                   ("ours", ">=", 0.95)),
        report.row("vision-float", "EfficientNet-Lite0, top-1 as the float model; peer: ONNX Runtime's nodes as written", "of 1",
                   agreement(ours, results["float"]), agreement(results["plain"], results["float"])),
        report.row("vision-time", "EfficientNet-Lite0, one image on one thread; peer: ONNX Runtime", "ms", float(np.median(times)),
                   float(np.median(peer_times))),
    ]
    report.save(rows)
    print(report.table(rows))


if __name__ == "__main__":
    main()
