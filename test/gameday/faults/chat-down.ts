import { post, sample } from '../../helpers/records/hooks.ts'
import type { Fault } from '../fault.ts'

/** A chat whose server has ended: it refuses connections. */
export const chatDown: Fault = {
  name: 'chat-down',
  title: 'The chat refuses connections while messages wait for it',
  pages: ['DestinationIsBehind'],
  within: '80m',
  inject: async ({ chat, processes }) => {
    await chat.refuse()
    await post(processes.process('ingress').hookUrl, sample('issue'))
    return { mend: chat.accept }
  },
  // The worker waits longer after each failure, up to five minutes, and this time is not divided.
  resolvesWithin: '6h',
  placeholders: ({ chatDestination }) => ({ worker: 'chat-notifier', destination: chatDestination }),
}
