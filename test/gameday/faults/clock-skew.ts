import { withoutFaketime, wrongClock } from '../../helpers/faults/wrong-clock.ts'
import type { Fault } from '../fault.ts'

const name = 'ingress-of-the-past'

/** A machine whose clock is ten minutes behind. */
export const clockSkew: Fault = {
  name: 'clock-skew',
  title: 'An ingress runs on a machine whose clock is ten minutes behind',
  pages: ['ClockIsWrong'],
  suppresses: ['CanaryIsNotReadBack'],
  within: '5m',
  inject: async ({ addIngress, removeIngress }) => {
    if (withoutFaketime !== undefined) throw new Error(withoutFaketime)
    await addIngress(name, wrongClock)
    return { mend: () => removeIngress(name), operatorEnv: wrongClock }
  },
  exitCodes: { 'bridge doctor': 1 },
}
