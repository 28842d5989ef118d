import { access } from 'node:fs/promises'
import type { Fault } from '../fault.ts'

const name = 'ingress-of-the-past'

/** Debian's package faketime has the library here. */
const library = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1'

const wrongClock = { LD_PRELOAD: library, FAKETIME: '-10m', FAKETIME_DONT_FAKE_MONOTONIC: '1' }

/** A machine whose clock is ten minutes behind. */
export const clockSkew: Fault = {
  name: 'clock-skew',
  title: 'An ingress runs on a machine whose clock is ten minutes behind',
  pages: ['ClockIsWrong'],
  suppresses: ['CanaryIsNotReadBack'],
  within: '5m',
  inject: async ({ addIngress, removeIngress }) => {
    await access(library)
    await addIngress(name, wrongClock)
    return { mend: () => removeIngress(name), operatorEnv: wrongClock }
  },
  exitCodes: { 'bridge doctor': 1 },
}
