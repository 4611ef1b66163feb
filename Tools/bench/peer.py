"""`peer.py MODEL.gguf`: llama.cpp behind commands like those of probity-bench: `prefill ROWS THREADS`, `decode PROMPT COUNT THREADS`, `memory`.

`peer.py --requantise SOURCE TARGET` makes the 8-bit file that a user of llama.cpp would run."""

import ctypes
import json
import sys
import time

import llama_cpp as llama
import numpy as np

CONTEXT, BATCH = 1024, 512


@llama.llama_log_callback
def quiet(level, text, data):
    pass


class Peer:
    def __init__(self, path):
        parameters = llama.llama_model_default_params()
        self.model = llama.llama_model_load_from_file(path.encode(), parameters)
        self.vocabulary = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(self.model))
        settings = llama.llama_context_default_params()
        settings.n_ctx, settings.n_batch, settings.n_ubatch = CONTEXT, BATCH, BATCH
        settings.n_threads = settings.n_threads_batch = 1
        self.context = llama.llama_init_from_model(self.model, settings)
        self.batch = llama.llama_batch_init(BATCH, 0, 1)

    def sample(self, count):
        """The tokens that probity-bench takes."""
        return [1000 + index * 7919 % (self.vocabulary - 1000) for index in range(count)]

    def clear(self):
        llama.llama_memory_clear(llama.llama_get_memory(self.context), True)

    def append(self, tokens, position):
        """Runs rows and returns the argmax of the last."""
        self.batch.n_tokens = len(tokens)
        for index, token in enumerate(tokens):
            self.batch.token[index] = token
            self.batch.pos[index] = position + index
            self.batch.n_seq_id[index] = 1
            self.batch.seq_id[index][0] = 0
            self.batch.logits[index] = index == len(tokens) - 1
        if llama.llama_decode(self.context, self.batch) != 0:
            raise SystemExit("llama_decode failed")
        logits = llama.llama_get_logits_ith(self.context, len(tokens) - 1)
        return int(np.argmax(np.ctypeslib.as_array(logits, shape=(self.vocabulary,))))

    def answer(self, command, *arguments):
        if command == "memory":
            fields = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
            return {"residentKilobytes": int(fields["VmRSS"].split()[0]), "peakKilobytes": int(fields["VmHWM"].split()[0])}
        self.clear()
        threads = int(arguments[-1])
        llama.llama_set_n_threads(self.context, threads, threads)
        if command == "prefill":
            tokens = self.sample(int(arguments[0]))
            start = time.perf_counter()
            output = [self.append(tokens, 0)]
        elif command == "decode":
            prompt, count = int(arguments[0]), int(arguments[1])
            output = [self.append(self.sample(prompt), 0)]
            start = time.perf_counter()
            for index in range(count):
                output.append(self.append([output[-1]], prompt + index))
        else:
            raise SystemExit(f"unknown command {command}")
        return {"seconds": time.perf_counter() - start, "tokens": output}


def requantise(source, target):
    parameters = llama.llama_model_quantize_default_params()
    parameters.ftype = llama.LLAMA_FTYPE_MOSTLY_Q8_0
    parameters.allow_requantize = True
    if llama.llama_model_quantize(source.encode(), target.encode(), ctypes.byref(parameters)) != 0:
        raise SystemExit("requantising failed")


def main():
    llama.llama_log_set(quiet, ctypes.c_void_p(0))
    llama.llama_backend_init()
    if sys.argv[1] == "--requantise":
        return requantise(*sys.argv[2:])
    engine = Peer(sys.argv[1])
    for line in sys.stdin:
        print(json.dumps(engine.answer(*line.split())), flush=True)


main()
