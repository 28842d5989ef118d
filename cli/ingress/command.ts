import { Command } from 'commander'

/** `bridge ingress`: receives hooks and publishes them. */
export const ingressCommand = new Command('ingress')
  .description('run the ingress: receive hooks and publish them to Kafka')
  .action(async () => {
    const { startIngress } = await import('../../ingress/ingress.ts')
    const { run } = await import('../run.ts')
    const { stopLimit } = await import('./stop-limit.ts')
    await run('ingress', (env, logger) => startIngress(env, logger), stopLimit)
  })
