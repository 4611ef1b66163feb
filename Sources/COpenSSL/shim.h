#pragma once
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>
#include <openssl/sha.h>

// The one-shot `SHA256()` of OpenSSL 3 looks its implementation up on each call, which costs more than hashing a Merkle node.
// The streaming functions do not; they are marked deprecated in favour of EVP but are the same code underneath.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
static inline void probity_sha256_init(SHA256_CTX *context) { SHA256_Init(context); }
static inline void probity_sha256_update(SHA256_CTX *context, const void *bytes, size_t count) { SHA256_Update(context, bytes, count); }
static inline void probity_sha256_final(unsigned char *digest, SHA256_CTX *context) { SHA256_Final(digest, context); }
#pragma clang diagnostic pop
