import { Command } from 'commander'
import { run } from '../run.ts'

/** `bridge ingress`: receives hooks and publishes them. */
export const ingressCommand = new Command('ingress')
  .description('receive hooks and publish them')
  .action(async () => {
    const { startIngress } = await import('../../ingress/ingress.ts')
    await run('ingress', (env, logger) => startIngress(env, logger))
  })
