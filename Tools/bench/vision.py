"""vision.py PROBITY DIRECTORY: EfficientNet-Lite0 beside ONNX Runtime on the same QDQ file; adds rows to .build/bench.json.

DIRECTORY is the one that Tools/setup/onnx.sh filled; run with its onnx-venv.
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import onnxruntime

TOOLS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TOOLS / "bench"), str(TOOLS / "onnx")]

import images  # noqa: E402
import report  # noqa: E402
from make_efficientnet import feed  # noqa: E402


def session(path, optimised):
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    if not optimised:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def main():
    probity, directory = sys.argv[1], Path(sys.argv[2])
    crops = images.crops(directory / "photos", 224)
    quantised = directory / "efficientnet-lite0.onnx"
    plain, optimised = session(quantised, False), session(quantised, True)
    floating = session(directory / "efficientnet-lite0-float.onnx", True)
    ours, times, peer_times = [], [], []
    results = {"plain": [], "optimised": [], "float": []}
    with tempfile.TemporaryDirectory() as folder:
        bundle = f"{folder}/model.probity"
        subprocess.run([probity, "model", "import", str(quantised), "--output", bundle], check=True, stdout=subprocess.DEVNULL)
        for crop in crops:
            path = f"{folder}/image.npy"
            np.save(path, crop)
            answer = json.loads(subprocess.run(
                [probity, "infer", "--model", bundle, "--input", path, "--json"], check=True, capture_output=True).stdout)
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
                   ("ours", ">=", 0.9)),
        report.row("vision-float", "EfficientNet-Lite0, top-1 as the float model; peer: ONNX Runtime's nodes as written", "of 1",
                   agreement(ours, results["float"]), agreement(results["plain"], results["float"])),
        report.row("vision-time", "EfficientNet-Lite0, one image on one thread; peer: ONNX Runtime", "ms", float(np.median(times)),
                   float(np.median(peer_times))),
    ]
    report.save(rows)
    print(report.table(rows))


if __name__ == "__main__":
    main()
