// How Node runs every process of ours; what each is good for, docs/performance.md tells. Nothing can be shared with the first line of
// cli/bridge.ts and with the Dockerfile: a test compares them.

/** Keeps V8's heap small. */
export const nodeFlags = [
  '--max-semi-space-size=8',
  '--initial-old-space-size=48',
  '--heap-growing-percent=25',
  '--no-parallel-scavenge',
]

/** Keeps glibc from holding on to what hooks leave behind: one arena, and buffers of sockets go back to the system. */
export const allocatorEnvironment = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '32768' }
