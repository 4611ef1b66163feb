internal import COpenSSL

/// AES-256-GCM and scrypt of libcrypto, for the keystore alone. `[KEY-1]`
package enum AuthenticatedEncryption {
  package static let keyBytes = 32
  package static let nonceBytes = 12
  package static let tagBytes = 16

  /// Derives a key from a password; nil when libcrypto refuses the costs or has no memory.
  package static func deriveKey(password: [UInt8], salt: [UInt8], cost: ScryptCost) -> SecretBytes? {
    var key = [UInt8](repeating: 0, count: keyBytes)
    defer { OPENSSL_cleanse(&key, key.count) }
    let isDerived = password.withUnsafeBytes { passwordBuffer in
      EVP_PBE_scrypt(
        passwordBuffer.bindMemory(to: CChar.self).baseAddress, passwordBuffer.count, salt, salt.count,
        1 << UInt64(cost.exponent), UInt64(cost.blockSize), UInt64(cost.parallelism), ScryptCost.maximumMemoryBytes * 2, &key, keyBytes)
    }
    return isDerived == 1 ? SecretBytes(key) : nil
  }

  /// Encrypts `plain` (not empty) and authenticates it together with `additional`; the result ends with the tag.
  package static func seal(_ plain: UnsafeRawBufferPointer, key: SecretBytes, nonce: [UInt8], additional: [UInt8]) -> [UInt8]? {
    guard nonce.count == nonceBytes, let context = EVP_CIPHER_CTX_new() else { return nil }
    defer { EVP_CIPHER_CTX_free(context) }
    var output = [UInt8](repeating: 0, count: plain.count)
    var tag = [UInt8](repeating: 0, count: tagBytes)
    var written: Int32 = 0
    guard
      key.withBytes({ EVP_EncryptInit_ex(context, EVP_aes_256_gcm(), nil, $0.assumingMemoryBound(to: UInt8.self).baseAddress, nonce) })
        == 1,
      EVP_EncryptUpdate(context, nil, &written, additional, Int32(additional.count)) == 1,
      EVP_EncryptUpdate(context, &output, &written, plain.assumingMemoryBound(to: UInt8.self).baseAddress, Int32(plain.count)) == 1,
      Int(written) == plain.count,
      EVP_EncryptFinal_ex(context, nil, &written) == 1,
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_GET_TAG, Int32(tagBytes), &tag) == 1
    else { return nil }
    return output + tag
  }

  /// Decrypts what `seal` returned, or nil when the key, the nonce, the additional data or a byte differs.
  package static func open(_ sealed: [UInt8], key: SecretBytes, nonce: [UInt8], additional: [UInt8]) -> SecretBytes? {
    guard nonce.count == nonceBytes, sealed.count > tagBytes, let context = EVP_CIPHER_CTX_new() else { return nil }
    defer { EVP_CIPHER_CTX_free(context) }
    let cipher = Array(sealed.dropLast(tagBytes))
    var tag = Array(sealed.suffix(tagBytes))
    var output = [UInt8](repeating: 0, count: cipher.count)
    defer { OPENSSL_cleanse(&output, output.count) }
    var written: Int32 = 0
    guard
      key.withBytes({ EVP_DecryptInit_ex(context, EVP_aes_256_gcm(), nil, $0.assumingMemoryBound(to: UInt8.self).baseAddress, nonce) })
        == 1,
      EVP_DecryptUpdate(context, nil, &written, additional, Int32(additional.count)) == 1,
      EVP_DecryptUpdate(context, &output, &written, cipher, Int32(cipher.count)) == 1,
      Int(written) == cipher.count,
      EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_GCM_SET_TAG, Int32(tagBytes), &tag) == 1,
      EVP_DecryptFinal_ex(context, nil, &written) == 1
    else { return nil }
    return SecretBytes(output)
  }
}
