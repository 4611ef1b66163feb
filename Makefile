# All targets work from a clean clone on Debian 12 with Swift 6.3, as root or with sudo, and may be run again at any time.
# Everything is built once, in the release configuration: the programs, the tests and the benchmarks share the objects.

CACHE := $(or $(PROBITY_CACHE),$(HOME)/.cache/probity)
export PROBITY_CACHE := $(CACHE)

MODEL := SmolLM2-135M-Instruct
GGUF := $(CACHE)/$(MODEL).Q4_1.gguf
BUNDLE := $(CACHE)/$(MODEL).probity
# The version of the importer is the digest of its sources; a bundle that another version made is made anew.
IMPORTER := $(shell find Sources/ModelImport Sources/Inference/Bundle Sources/Inference/Graph Sources/Text -name '*.swift' | \
  LC_ALL=C sort | xargs cat | sha256sum | cut -c 1-16)
IMPORTED := $(CACHE)/$(MODEL).importer-$(IMPORTER)

SWIFT_BUILD := swift build -c release
SWIFT_TEST := swift test -c release --disable-testable-imports
BIN := .build/release
VENV := $(CACHE)/venv
PYTHON := $(VENV)/bin/python3 -B
NUMPY := numpy==2.2.6
OPENAI := openai==3.54.0
PLAYWRIGHT := playwright==1.65.2
PEER := gguf==0.19.0 llama-cpp-python==0.3.36
ENCODER := all-MiniLM-L6-v2
ENCODER_BUNDLE := $(CACHE)/$(ENCODER).probity
ENCODER_PEER := onnx==1.23.2 onnxruntime==1.32.0
VISION := efficientnet-lite0
VISION_BUNDLE := $(CACHE)/$(VISION).probity
PILLOW := pillow==13.0.0

SWIFT_SOURCES := Package.swift Sources Tests Tools

.DEFAULT_GOAL := help
.PHONY: help setup build demo bundle walkthrough openai-test browser-test test test-debug crash-test fuzz check model soak format bench bench-short transition-fuzz transition-fuzz-short tosa tosa-short clean

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 12

setup: ## install the Debian packages that are missing
	@Tools/setup/debian.sh

build: setup ## build the programs
	$(SWIFT_BUILD) --product probity
	$(SWIFT_BUILD) --product probity-verify

demo: build $(BUNDLE) ## a network on this machine: honest and cheating providers, a watchtower, a receipt checked offline
	$(BIN)/probity devnet --model $(BUNDLE)

$(GGUF): | setup
	Tools/setup/model.sh $(CACHE)

$(IMPORTED):
	mkdir -p $(CACHE)
	rm -f $(CACHE)/$(MODEL).importer-*
	touch $@

$(BUNDLE): $(GGUF) $(IMPORTED) | build
	$(BIN)/probity model import $(GGUF) --output $(BUNDLE).new
	mv $(BUNDLE).new $(BUNDLE)

$(CACHE)/$(ENCODER)/model.safetensors: | setup
	Tools/setup/encoder.sh $(CACHE)

$(ENCODER_BUNDLE): $(CACHE)/$(ENCODER)/model.safetensors $(IMPORTED) | build
	$(BIN)/probity model import $(CACHE)/$(ENCODER) --output $(ENCODER_BUNDLE).new
	mv $(ENCODER_BUNDLE).new $(ENCODER_BUNDLE)

$(CACHE)/$(VISION)/qdq.onnx: | setup
	Tools/setup/onnx.sh $(CACHE)

$(VISION_BUNDLE): $(CACHE)/$(VISION)/qdq.onnx $(IMPORTED) | build
	$(BIN)/probity model import $(CACHE)/$(VISION)/qdq.onnx --output $(VISION_BUNDLE).new
	mv $(VISION_BUNDLE).new $(VISION_BUNDLE)

bundle: $(BUNDLE) $(ENCODER_BUNDLE) $(VISION_BUNDLE) ## fetch and import the models

walkthrough: build $(BUNDLE) ## the same with each role a process of its own: docs/walkthrough.md by script
	python3 -B Tools/try/walkthrough.py --model $(BUNDLE)

openai-test: build $(BUNDLE) ## hold a provider to what the openai package expects of one
	Tools/setup/venv.sh $(VENV) $(OPENAI)
	$(PYTHON) Tools/try/openai_client.py --model $(BUNDLE)

browser-test: build $(BUNDLE) ## read the explorer page in Chromium while a network runs
	Tools/setup/debian.sh chromium
	Tools/setup/venv.sh $(VENV) $(PLAYWRIGHT)
	$(PYTHON) Tools/try/explorer.py --model $(BUNDLE)

test: $(BUNDLE) $(ENCODER_BUNDLE) ## run all tests
	$(SWIFT_TEST)

test-debug: $(BUNDLE) $(ENCODER_BUNDLE) ## run all tests in the debug configuration, which also checks the bounds of unsafe buffers (slow)
	swift test

CRASHES := --kills 50 --power-cuts 10

crash-test: setup ## kill a node 50 times under load and in its start, cut its power, damage its store: nothing acknowledged is lost
	$(SWIFT_BUILD) --product probity
	$(SWIFT_BUILD) --product probity-crash-test
	python3 -B Tools/crash-test/run.py $(CRASHES)

.PHONY: fuzz-short
FUZZ_RUNS := 10000000
FUZZ_SECONDS := 3

fuzz: setup ## fuzz every reader of outside bytes and the one-step checker: 10 million inputs of each kind (hours; FUZZ_RUNS=, FUZZ_KINDS=)
	python3 -B Tools/fuzz/run.py --runs $(FUZZ_RUNS) $(FUZZ_KINDS)

fuzz-short: setup ## the same for a few seconds of each kind (FUZZ_SECONDS=), under the address sanitizer
	python3 -B Tools/fuzz/run.py --seconds $(FUZZ_SECONDS) $(FUZZ_KINDS)

check: $(BUNDLE) $(ENCODER_BUNDLE) $(VISION_BUNDLE) ## lint, the rules of the tree, the freshness of the vectors, the reference beside the executor on the real models, the kernels of every processor
	swift format lint --strict --parallel --recursive $(SWIFT_SOURCES)
	PYTHONPYCACHEPREFIX=$(CACHE)/pycache python3 -m compileall -q Tools
	Tools/setup/venv.sh $(VENV) $(NUMPY)
	Tools/setup/check-reference.sh $(PYTHON)
	$(PYTHON) Tools/economics/economics.py --check
	$(PYTHON) Tools/reference/agree.py $(BIN)/probity $(BUNDLE) $(ENCODER_BUNDLE) $(VISION_BUNDLE)
	Tools/setup/debian.sh libsimde-dev gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user-static
	Tools/kernel-isa/run
	$(SWIFT_TEST) --filter TidyTests

SOAK := 3600

soak: ## play the simulation of disputes, all pairs of roles over and over, for SOAK seconds (default an hour)
	PROBITY_SOAK=$(SOAK) $(SWIFT_TEST) --filter SimulationTests

DEPTH := 3

model: ## check the model of the dispute rules with Spin, for descents of up to DEPTH questions (default 3, half a minute)
	Tools/setup/debian.sh spin gcc libc6-dev
	Tools/model/check.sh $(DEPTH)

format: ## format the Swift sources in place
	swift format --in-place --parallel --recursive $(SWIFT_SOURCES)

bench: $(BUNDLE) $(ENCODER_BUNDLE) $(VISION_BUNDLE) ## measure beside llama.cpp and ONNX Runtime (compiled once, 15 minutes); prints a table, writes .build/bench.json
	Tools/setup/debian.sh g++ cmake ninja-build
	Tools/setup/venv.sh $(VENV) $(NUMPY) $(PEER) $(ENCODER_PEER) $(PILLOW)
	$(SWIFT_BUILD) --product probity-bench
	$(PYTHON) Tools/bench/speed.py
	$(PYTHON) Tools/bench/quality.py
	$(PYTHON) Tools/bench/formats.py
	$(PYTHON) Tools/bench/disputes.py
	$(PYTHON) Tools/bench/encoder.py
	$(PYTHON) Tools/bench/vision.py
	@$(PYTHON) Tools/bench/report.py

bench-short: $(BUNDLE) $(ENCODER_BUNDLE) ## the benchmarks' short form: ours alone, once
	$(SWIFT_BUILD) --product probity-bench
	python3 -B Tools/bench/speed.py --short
	python3 -B Tools/bench/encoder.py --short
	python3 -B Tools/bench/disputes.py --short

transition-fuzz: TRANSACTIONS := 1000000
transition-fuzz: fuzz-transitions ## a million random transactions through the ledger and its Python reference at once (10 minutes)

transition-fuzz-short: TRANSACTIONS := 5000
transition-fuzz-short: fuzz-transitions ## the same with a few thousand

.PHONY: fuzz-transitions
fuzz-transitions: setup
	Tools/setup/venv.sh $(VENV) $(NUMPY)
	$(SWIFT_BUILD) --product probity-replay
	$(PYTHON) Tools/transition-fuzz/run.py $(BIN)/probity-replay --transactions $(TRANSACTIONS)

TOSA_VENV := $(CACHE)/tosa-venv
TOSA := tosa-tools==2026.8.0

tosa: CASES := 3000
tosa: tosa-cases ## thousands of drawn int8 operations beside Arm's TOSA reference model (2 minutes)

tosa-short: CASES := 60
tosa-short: tosa-cases ## the same with a few

.PHONY: tosa-cases
tosa-cases: setup
	Tools/setup/venv.sh $(TOSA_VENV) $(TOSA)
	Tools/onnx/tosa.sh $(TOSA_VENV) $(CASES)

clean: ## remove what was built; the cache stays
	rm -rf .build
