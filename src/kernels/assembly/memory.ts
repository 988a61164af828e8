/** The first byte that the module's own constants leave free: where the arena begins. */
export function heapBase(): usize {
  return __heap_base;
}
