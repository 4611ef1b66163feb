import Foundation
import Inference
import ModelImport
import TestSupport
import Text

extension FuzzKind {
  /// Files of foreign models, and whole bundles.
  static let models: [FuzzKind] = [
    FuzzKind("bundle", [TinyModel.header.encoded]) { bytes in
      // The length is put right and the weights are whole, or hardly a graph would ever be reached.
      guard bytes.count <= BundleHeader.byteLimit else { return }
      var file = BundleHeader.magic + withUnsafeBytes(of: UInt32(bytes.count).littleEndian, Array.init) + bytes
      file += [UInt8](repeating: 0, count: BundleHeader.padding(after: file.count))
      guard let model = try? Model(ModelBytes(copying: file + weights)) else { return }
      _ = try? model.tokenizer.encode(Array("one two".utf8))
    },
    FuzzKind("safetensors", [safetensors]) { bytes in
      guard let file = try? SafetensorsFile(Data(bytes)) else { return }
      for tensor in file.tensors where tensor.rowCount > 0 {
        promise(file.row(tensor.rowCount - 1, of: tensor)?.count ?? tensor.rowWidth == tensor.rowWidth, "a row has its width")
      }
    },
    FuzzKind("word-piece-file", [Array(wordPieces.utf8)]) { bytes in
      guard let file = try? JSONDecoder().decode(WordPieceFile.self, from: Data(bytes)), let description = try? file.description() else {
        return
      }
      promise((try? TokenizerDescription(decoding: description.encoded)) == description, "a tokenizer comes back")
      _ = try? Tokenizer(description).encode(Array("hello worlds é".utf8))
    },
    FuzzKind("encoder-configuration", [Array(configuration.utf8)]) { bytes in
      guard
        let configuration = try? JSONDecoder().decode(BertConfiguration.self, from: Data(bytes)),
        let tokenizer = try? JSONDecoder().decode(WordPieceFile.self, from: Data(wordPieces.utf8)),
        let tensors = try? SafetensorsFile(Data(safetensors))
      else { return }
      _ = try? BertImporter(BertFolder(configuration: configuration, tokenizer: tokenizer, tensors: tensors), name: "small")
    },
    FuzzKind("onnx", [onnx]) { bytes in
      guard let file = try? ONNXFile(bytes) else { return }
      _ = try? ONNXImporter(file)
    },
    FuzzKind("word-pieces", [Array("Hello, wörlds! \u{4e2d}\u{301}\u{0}".utf8)]) { bytes in
      guard let tokens = try? wordPieceTokenizer.encode(bytes) else { return }
      promise(tokens.allSatisfy { Int($0) < wordPieceTokenizer.description.vocabulary.count }, "a token is in the vocabulary")
      promise((try? wordPieceTokenizer.encode(bytes)) == tokens, "a text has one encoding")
    },
  ]

  private static let weights = Array(TinyModel.bundle.dropFirst(TinyModel.header.preamble.count))

  private static let wordPieceTokenizer = value {
    Tokenizer(try JSONDecoder().decode(WordPieceFile.self, from: Data(wordPieces.utf8)).description())
  }

  private static let safetensors: [UInt8] = {
    let header = """
      {"__metadata__":{"format":"pt"},"a":{"dtype":"F16","shape":[2],"data_offsets":[0,4]},"b":{"dtype":"F32","shape":[2,2],\
      "data_offsets":[4,20]},"c":{"dtype":"BF16","shape":[],"data_offsets":[20,22]}}
      """
    return withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian, Array.init) + Array(header.utf8) + [UInt8](repeating: 1, count: 22)
  }()

  /// One node from an input to an output, as the fields of the protocol buffer.
  private static let onnx: [UInt8] = {
    func field(_ number: UInt8, _ content: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(content.count)] + content }
    func value(_ name: String) -> [UInt8] {
      let dimensions = [1, 4, 4, 3].flatMap { field(1, [8, $0]) }
      return field(1, Array(name.utf8)) + field(2, field(1, [8, 1] + field(2, dimensions)))
    }
    let node = field(1, Array("x".utf8)) + field(2, Array("y".utf8)) + field(4, Array("Relu".utf8))
    return field(8, [16, 17]) + field(7, field(1, node) + field(11, value("x")) + field(12, value("y")))
  }()

  private static let configuration = """
    {"model_type":"bert","hidden_size":64,"intermediate_size":128,"num_hidden_layers":2,"num_attention_heads":2,\
    "max_position_embeddings":40,"vocab_size":10,"type_vocab_size":2,"layer_norm_eps":1e-12,"hidden_act":"gelu"}
    """

  private static let wordPieces = """
    {"model":{"type":"WordPiece","unk_token":"[UNK]","continuing_subword_prefix":"##","max_input_chars_per_word":100,\
    "vocab":{"[PAD]":0,"[UNK]":1,"[CLS]":2,"[SEP]":3,"hello":4,"world":5,"##s":6,"a":7,"é":8,"e":9}},\
    "normalizer":{"type":"BertNormalizer","clean_text":true,"handle_chinese_chars":true,"strip_accents":null,"lowercase":true},\
    "pre_tokenizer":{"type":"BertPreTokenizer"},"added_tokens":[{"id":1,"content":"[UNK]","single_word":false,"lstrip":false,\
    "rstrip":false,"normalized":false},{"id":2,"content":"[CLS]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false},\
    {"id":3,"content":"[SEP]","single_word":false,"lstrip":false,"rstrip":false,"normalized":false}],"post_processor":\
    {"type":"TemplateProcessing","single":[{"SpecialToken":{"id":"[CLS]"}},{"Sequence":{"id":"A"}},{"SpecialToken":{"id":"[SEP]"}}]}}
    """
}
