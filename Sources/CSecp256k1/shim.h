#pragma once
#include <secp256k1.h>
#include <secp256k1_extrakeys.h>
#include <secp256k1_schnorrsig.h>

// The library declares its static context as a variable, which Swift takes for shared mutable state; nothing ever assigns it.
static inline const secp256k1_context *probity_secp256k1_verifier(void) { return secp256k1_context_static; }
