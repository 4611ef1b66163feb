import Foundation
import Tensors
import TestSupport

/// `tosa.json`: cases that Arm's TOSA reference model computed; `Tools/onnx/tosa_vectors.py` made the file.
struct TOSAVectors: Decodable {
  let convolutions: [Convolution]
  let pools: [Pool]
  let pairs: [Pair]
  let tables: [Table]

  /// The committed cases, or those in the file that `PROBITY_TOSA` names.
  static func load() throws -> TOSAVectors {
    guard let path = ProcessInfo.processInfo.environment["PROBITY_TOSA"] else { return try Vectors.load("tosa") }
    return try JSONDecoder().decode(TOSAVectors.self, from: Data(contentsOf: URL(filePath: path)))
  }

  struct Window: Decodable {
    let height, width, strideY, strideX, top, left, dilationY, dilationX: Int

    var window: Int8Window {
      Int8Window(
        height: height, width: width, strideY: strideY, strideX: strideX, top: top, left: left, dilationY: dilationY, dilationX: dilationX)
    }
  }

  struct Convolution: Decodable {
    let rows, columns, channels, outRows, outColumns, outChannels: Int
    let window: Window
    let depthwise: Bool
    let inputZero, zero, low, high: Int8
    let input, weights, output: Data
    let biases: [Int32]
    let multipliers: [UInt32]
    let shifts: [Int]
  }

  struct Pool: Decodable {
    let rows, columns, channels, outRows, outColumns, shift: Int
    let window: Window
    let maximum: Bool
    let inputZero, zero, low, high: Int8
    let multiplier: UInt32
    let input, output: Data
  }

  struct Pair: Decodable {
    let product: Bool
    let aZero, bZero, zero, low, high: Int8
    let aMultiplier, bMultiplier: UInt32?
    let aShift, bShift: Int?
    let multiplier: UInt32
    let shift: Int
    let a, b, output: Data
  }

  struct Table: Decodable {
    let a, table, output: Data
  }
}

extension Data {
  var int8: [Int8] { map { Int8(bitPattern: $0) } }
}

/// One output channel of a convolution.
struct Int8Channel {
  var weights: [Int8]
  var bias: Int32
  var scale: Int8Scale

  /// Channels in blocks of 8, as a bundle holds them. `[MODEL-8]`
  static func blocks(_ channels: [Int8Channel]) -> [UInt8] {
    stride(from: 0, to: channels.count, by: 8).flatMap { first in
      let block = (first..<first + 8).map { channels.indices.contains($0) ? channels[$0] : nil }
      let inputs = channels[first].weights.count
      var bytes: [UInt8] = []
      for pair in 0..<(inputs + 1) / 2 {
        for channel in block {
          for input in [2 * pair, 2 * pair + 1] {
            bytes.append(input < inputs ? UInt8(bitPattern: channel?.weights[input] ?? 0) : 0)
          }
        }
      }
      func words(_ value: (Int8Channel) -> UInt32) -> [UInt8] {
        block.flatMap { channel in withUnsafeBytes(of: (channel.map(value) ?? 2).littleEndian, Array.init) }
      }
      return bytes + words { UInt32(bitPattern: $0.bias) } + words { $0.scale.multiplier } + words { UInt32($0.scale.shift) }
    }
  }
}

/// A whole convolution, row by row and chunk by chunk.
struct Int8ConvolutionCase {
  var shape: Int8Shape
  var window: Int8Window
  var outRows: Int
  var outColumns: Int
  var channels: [Int8Channel]
  var isDepthwise: Bool
  var inputZero: Int8
  var range: Int8Range
  /// `[rows][chunks][columns][chunk]`
  var input: [Int8]

  /// `[rows][output chunks][columns][output chunk]`; only the rows that a window reaches over are shown to it.
  func output(chunk: Int, on set: InstructionSet) -> [Int8] {
    let blocks = Int8Channel.blocks(channels)
    let blockBytes = Int8Convolution.blockBytes(inputs: channels[0].weights.count)
    var result: [Int8] = []
    for row in 0..<outRows {
      let read = window.rows(of: row, height: shape.rows)
      let part = input[read.lowerBound * shape.rowWidth..<read.upperBound * shape.rowWidth]
      part.withUnsafeBufferPointer { values in
        let patches = Int8Convolution.Patches(
          of: Int8Rows(values, first: read.lowerBound, shape: shape), window: window, row: row, columns: outColumns, zero: inputZero,
          isDepthwise: isDepthwise)
        for first in stride(from: 0, to: channels.count, by: chunk) {
          var out = [Int8](repeating: 0, count: outColumns * chunk)
          let leaves = first / 8 * blockBytes..<(first + chunk + 7) / 8 * blockBytes
          blocks[leaves].withUnsafeBytes { leaves in
            out.withUnsafeMutableBufferPointer {
              Int8Convolution.convolve(patches, first: first, channels: chunk, blocks: leaves, range: range, into: $0, on: set)
            }
          }
          result += out
        }
      }
    }
    return result
  }
}
