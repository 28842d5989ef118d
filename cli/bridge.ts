#!/usr/bin/env -S MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=32768 node --max-semi-space-size=8 --initial-old-space-size=48 --heap-growing-percent=25 --no-parallel-scavenge
import { enableCompileCache } from 'node:module'
import { fileURLToPath } from 'node:url'

// With the compiled code of the last command, Node neither loads its TypeScript parser nor compiles: a
// command starts in half of the time. If the folder cannot be written, Node compiles as usual.
// NODE_COMPILE_CACHE names another folder. The commands are imported afterwards, because a static import
// would be compiled before.
enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/compiled', import.meta.url)))
await import('./program.ts')
