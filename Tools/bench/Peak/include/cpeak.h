#pragma once

#include <stddef.h>
#include <stdint.h>

// What the processor can do at most, to measure the kernels against.

/// Multiply-adds of 16-bit integers in registers alone: runs `rounds` rounds and returns how many multiply-adds that was, or 0 where no loop
/// is written for the processor. With VNNI these are the fused ones, else a multiplication of pairs and an addition.
uint64_t peak_multiply_adds(uint64_t rounds);

/// The same for 8-bit integers: fused ones where there are such, else 0.
uint64_t peak_byte_multiply_adds(uint64_t rounds);

/// Reads `count` bytes, a multiple of 256, and returns a sum of them.
uint64_t peak_read(const uint8_t *bytes, size_t count);
