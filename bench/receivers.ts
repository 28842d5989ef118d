import { bridgeReceivers } from './bridge-receivers.ts'
import { peerReceivers } from './peer-receivers.ts'
import type { Receiver, ReceiverName } from './receiver.ts'
import type { Servers } from './servers.ts'

export interface ReceiverOptions {
  servers: Servers
  /** The folder of gunicorn; undefined where there is no Python. */
  flaskBin: string | undefined
  /** The folder of another checkout of this project. */
  baseline: string | undefined
}

/** The order of the table. */
const order: readonly ReceiverName[] = ['ours', 'baseline', 'express', 'flask', 'stages', 'no-kafka', 'spool']

export const receiversOf = ({ servers, flaskBin, baseline }: ReceiverOptions): Receiver[] =>
  [...bridgeReceivers(servers, baseline), ...peerReceivers(servers, flaskBin)].sort(
    (a, b) => order.indexOf(a.name) - order.indexOf(b.name),
  )
