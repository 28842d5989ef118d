import { Command } from 'commander'
import { run } from '../run.ts'

/** `bridge lag-exporter`: exports the lag and the dead letters of every worker as metrics. */
export const lagExporterCommand = new Command('lag-exporter')
  .description('run the lag exporter: export the lag and the dead letters of every worker as metrics')
  .action(async () => {
    const { startLagExporter } = await import('./lag-exporter.ts')
    await run('lag-exporter', (env, logger) => startLagExporter(env, logger))
  })
