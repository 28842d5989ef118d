import type { Fault } from '../fault.ts'

const worker = 'push-author-log'

/** A worker that somebody stopped, and that nothing starts again. */
export const workerStopped: Fault = {
  name: 'worker-stopped',
  title: 'A worker is stopped, and nothing starts it again',
  pages: ['WorkerIsStopped'],
  suppresses: ['ProcessIsDown'],
  within: '10m',
  inject: async ({ processes }) => {
    await processes.end(worker)
    return { mend: () => processes.startAgain(worker) }
  },
  placeholders: () => ({ worker }),
  leftOut: { 'bridge consumer <worker>': 'the game day starts the worker by this command, and goes on' },
}
