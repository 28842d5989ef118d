import { existsSync } from 'node:fs'

/** Debian's package faketime has the library here. */
const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1'

/** Variables of a process on a machine whose clock is ten minutes behind. */
export const wrongClock = { LD_PRELOAD: library, FAKETIME: '-10m', FAKETIME_DONT_FAKE_MONOTONIC: '1' }

/** Why no process can have a wrong clock here; undefined where the package is installed. */
export const withoutFaketime: string | undefined = existsSync(library)
  ? undefined
  : "Debian's package faketime is not installed"
