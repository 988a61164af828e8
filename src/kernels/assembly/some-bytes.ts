// Up to 8 bytes at the end of a row, where a whole vector would leave it.

/** The first `count` bytes at `from`, the rest 0; 8 if `count` is larger. */
export function loadSome(from: usize, count: i32): u64 {
  if (count >= 8) return load<u64>(from);
  let bytes: u64 = 0;
  for (let i = 0; i < count; i++) bytes |= (<u64>load<u8>(from + i)) << (i << 3);
  return bytes;
}

/** Stores the first `count` bytes; 8 if `count` is larger. */
export function storeSome(to: usize, bytes: u64, count: i32): void {
  if (count >= 8) {
    store<u64>(to, bytes);
    return;
  }
  for (let i = 0; i < count; i++) store<u8>(to + i, <u8>(bytes >> (i << 3)));
}
