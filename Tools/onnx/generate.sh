#!/bin/bash
# generate.sh PLUGIN: writes Sources/ModelImport/ONNX/Generated/onnx.pb.swift with protoc (Debian's protobuf-compiler) and swift-protobuf's
# protoc-gen-swift, built once by `swift build --product protoc-gen-swift` in a checkout of swift-protobuf.
set -euo pipefail
cd "$(dirname "$0")/../.."
mkdir -p Sources/ModelImport/ONNX/Generated
protoc --proto_path=Tools/onnx --plugin=protoc-gen-swift="$1" --swift_opt=Visibility=Internal \
  --swift_out=Sources/ModelImport/ONNX/Generated Tools/onnx/onnx.proto
