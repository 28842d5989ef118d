import type { Fault } from '../fault.ts'

/** A broker whose host hangs: its connections stay open, and nothing is answered. */
export const brokerFrozen: Fault = {
  name: 'broker-frozen',
  title: 'The broker is frozen with SIGSTOP',
  pages: ['KafkaIsUnwritable'],
  suppresses: ['CanaryIsNotReadBack'],
  within: '5m',
  inject: async ({ servers }) => {
    servers.server('kafka').kill('SIGSTOP')
    return { mend: async () => servers.server('kafka').kill('SIGCONT') }
  },
}
