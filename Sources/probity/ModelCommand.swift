import ArgumentParser
import Foundation
import Inference
import ModelImport

/// `probity model`: makes bundles and looks into them.
struct ModelCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "model", abstract: "Import models and inspect bundles.", subcommands: [ModelImportCommand.self, ModelInspectCommand.self])
}

/// `probity model import`.
struct ModelImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract:
      "Turn a model into a bundle: a GGUF file of the LLaMA architecture, the folder of a BERT sentence encoder, or an ONNX file of int8.",
    discussion: "The same file or folder gives the same root everywhere.")

  @Argument(
    help:
      "The GGUF file, an ONNX file quantised to static int8 (QDQ), or a folder with model.safetensors, config.json, tokenizer.json, modules.json and 1_Pooling."
  )
  var file: String

  @Option(help: "Where the bundle goes; nothing stands there before the whole bundle does.")
  var output: String

  @Option(help: "What weights become: a16 (8 bits in groups), h8 (8 bits, rotated: for speed), w16 (16 bits: the float model's text).")
  var format = WeightFormat.a16

  @Option(help: "A name for people; without one, the file's own.")
  var name: String?

  func run() throws {
    do {
      var shown = -1
      func report(_ done: Double) {
        let percent = Int(done * 100)
        guard percent >= shown + 10 else { return }
        shown = percent
        FileHandle.standardError.write(Data("imported \(percent) %\n".utf8))
      }
      let url = URL(fileURLWithPath: file)
      if (try? url.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) == true {
        guard format == .a16 else { throw CommandFailure("an encoder's weights become a16; \(format.rawValue) is for GGUF files") }
        try BertImporter(try BertFolder(contentsOf: file), name: name ?? url.lastPathComponent).write(to: output, progress: report)
      } else if url.pathExtension.lowercased() == "onnx" {
        let importer = try ONNXImporter(try ONNXFile(contentsOf: file), name: name)
        for note in importer.notes { FileHandle.standardError.write(Data("note: \(note)\n".utf8)) }
        try importer.write(to: output)
      } else {
        try LlamaImporter(try GGUFFile(contentsOf: file), name: name, format: format).write(to: output, progress: report)
      }
    } catch {
      throw CommandFailure("\(file): \(error)")
    }
    let model = try loadModel(output)
    print("model root \(ModelTrees(model).commitment(to: model).modelRoot)")
  }
}

/// `probity model inspect`.
struct ModelInspectCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "inspect", abstract: "Check a bundle and describe it.")

  @Argument(help: "The bundle.")
  var file: String

  @Flag(help: "Print JSON.")
  var json = false

  func run() throws {
    let model = try loadModel(file)
    let commitment = ModelTrees(model).commitment(to: model)
    if json {
      var fields: [String: Any] = [
        "name": model.name, "task": model.graph.task.name, "modelRoot": commitment.modelRoot.hex, "graphDigest": commitment.graphDigest.hex,
        "tensorsRoot": commitment.tensorsRoot.hex, "tokenizerDigest": commitment.tokenizerDigest.hex, "vocabulary": model.graph.vocabulary,
        "context": model.graph.context, "segments": model.graph.segments.count, "tensors": model.graph.tensors.count,
      ]
      if let input = model.graph.shapes.first { fields["input"] = [input.rows, input.columns, input.channels] }
      print(String(decoding: try JSONSerialization.data(withJSONObject: fields, options: [.sortedKeys]), as: UTF8.self))
      return
    }
    print("name        \(model.name)")
    print("model root  \(commitment.modelRoot)")
    print("task        \(model.graph.task.name)")
    if let input = model.graph.shapes.first {
      print("input       \(input.rows) rows, \(input.columns) columns, \(input.channels) channels of int8")
    } else {
      print("vocabulary  \(model.graph.vocabulary), context \(model.graph.context)")
    }
    print("graph       \(model.graph.segments.count) segments, \(model.graph.tensors.count) tensors")
    for (index, segment) in model.graph.segments.enumerated() where index < 8 || index >= model.graph.firstOutputSegment {
      let layout = model.graph.layouts[index]
      print("  segment \(index)  \(segment.name), \(layout.chunks) leaves of \(layout.leafBytes) bytes a row")
    }
  }
}

/// The model in a bundle file, mapped and checked.
func loadModel(_ path: String) throws -> Model {
  do { return try Model(try ModelBytes.mapping(path)) } catch { throw CommandFailure("\(path): \(error)") }
}

extension WeightFormat: ExpressibleByArgument {}
