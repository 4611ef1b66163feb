"""The linear kernels beside the processor's own limits, decode beside the memory's, and the cost of a token as the context grows."""

import report

LENGTHS = (128, 256, 512, 1024, 2048)
DECODE = 64


def kernels(bench):
    answer = bench.ours.ask("kernels")
    speeds = {kernel["name"]: kernel["operationsPerSecond"] / 1e9 for kernel in answer["kernels"]}
    made = []
    for name, peak in (("a16", "peak16"), ("h8", "peak8"), ("w16", "peak16")):
        limit = speeds.get(peak, speeds.get("peak16"))
        made.append(
            report.row(
                f"gemm-{name}", f"{name}, 128 x 576 x 1536, {answer['instructionSet']}; peer a loop in registers", "G ops/s", speeds[name], limit))
    return made


def bandwidth(bench):
    weights, memory = bench.ours.ask("weights")["bytes"], bench.ours.ask("bandwidth")["bytes"]
    decode, read = bench.medians(bench.seconds("decode", 1, DECODE, "plain", 1), bench.seconds("bandwidth"))
    return report.row(
        "decode-bandwidth", "weights read in decoding, 1 thread; peer memory read", "GB/s", weights * DECODE / decode / 1e9, memory / read / 1e9)


def growth(bench):
    """Tokens a second by length; the peer of each is ours at the shortest."""
    lengths = LENGTHS[:2] if bench.short else LENGTHS
    times = bench.medians(*(bench.seconds("prefill", length, "plain", 1) for length in lengths))
    speeds = [length / time for length, time in zip(lengths, times)]
    return [
        report.row(f"growth-{length}", f"prefill of {length}, 1 thread; peer ours at {lengths[0]}", "tokens/s", speed, speeds[0])
        for length, speed in zip(lengths, speeds)]


def rows(bench):
    return kernels(bench) + [bandwidth(bench)] + growth(bench)
