import { Command } from 'commander'
import { withLocalStack } from './environment.ts'

/** `bridge spool inspect`: what waits on disk, and what was set aside. */
export const spoolCommand = new Command('spool').description('look at the hooks on disk that wait for the brokers').addCommand(
  new Command('inspect')
    .description('list the hooks in the spool, oldest first, and what was set aside; safe while the ingress runs')
    .option('--json', 'one JSON object a line')
    .action(async ({ json }: { json?: true }) => {
      const { inspectSpool } = await import('./spool/inspect.ts')
      for await (const row of inspectSpool(withLocalStack(process.env))) {
        const { place, state, id, source, received_at, event, bytes } = row
        console.log(
          json
            ? JSON.stringify(row)
            : `${received_at ?? '-'}  ${state.padEnd(9)} ${event ?? '-'}  ${source ?? '-'}  ${id ?? '-'}  ${bytes} bytes  ${place}`,
        )
      }
    }),
)
