// How Node runs each of our processes. docs/performance.md gives the reason for each option. The first line
// of cli/bridge.ts and the Dockerfile repeat these options, because they cannot import them; a test compares
// them.

/** Keep the heap of V8 small. */
export const nodeFlags = [
  '--max-semi-space-size=8',
  '--initial-old-space-size=48',
  '--heap-growing-percent=25',
  '--no-parallel-scavenge',
]

/** Make glibc return freed memory to the system: one arena, and large buffers are mapped one by one. */
export const allocatorEnvironment = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '32768' }
