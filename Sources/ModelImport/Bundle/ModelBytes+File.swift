import Inference

extension ModelBytes {
  /// Maps a bundle file into memory, to be read only.
  ///
  /// The file must not change while it is mapped; `BundleWriter` puts a whole new file in its place instead of changing one.
  public static func mapping(_ path: String) throws(FileFailure) -> ModelBytes {
    guard let buffer = try MappedFile.map(path) else { return ModelBytes(copying: []) }
    return ModelBytes(buffer) { MappedFile.unmap($0) }
  }
}
