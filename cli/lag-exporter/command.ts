import { Command } from 'commander'

/** `bridge lag-exporter`: exports the lag and the dead letters of every worker as metrics. */
export const lagExporterCommand = new Command('lag-exporter')
  .description('run the lag exporter: export the lag and the dead letters of every worker as metrics')
  .action(async () => {
    const { startLagExporter } = await import('./lag-exporter.ts')
    const { run } = await import('../run.ts')
    await run('lag-exporter', (env, logger) => startLagExporter(env, logger))
  })
