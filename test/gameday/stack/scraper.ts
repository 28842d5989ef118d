import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { type Child, startChild } from '../../../local/process/child.ts'
import {
  prometheusArguments,
  queryPrometheus,
  type Sample,
  type Target,
  untilPrometheusIsReady,
} from '../../helpers/monitoring/start-prometheus.ts'
import { freePort } from '../../helpers/process/free-ports.ts'

/** A Prometheus whose targets can change, and that can be frozen. */
export interface Scraper extends Child {
  url: string
  query(expr: string): Promise<Sample[]>
  /** Replaces the targets. Prometheus reads them within about five seconds. */
  scrape(targets: readonly Target[]): Promise<void>
}

export interface ScraperOptions {
  /** An empty folder. */
  folder: string
  ruleFiles: readonly string[]
  /** `host:port` of Alertmanager. */
  alertmanager: string
  /** For how long a value counts after its scrape: `5s`. In production it is five minutes. */
  lookback: string
}

const jobs = ['ingress', 'worker', 'lag-exporter'] as const

/** Starts Prometheus without targets. */
export const startScraper = async (options: ScraperOptions): Promise<Scraper> => {
  const { folder, lookback } = options
  const scrape = async (targets: readonly Target[]) => {
    for (const job of jobs) {
      const ofJob = targets.filter((target) => target.job === job)
      const path = join(folder, `${job}.json`)
      await writeFile(`${path}.new`, JSON.stringify(ofJob.map(targetGroup)))
      await rename(`${path}.new`, path)
    }
  }
  await scrape([])
  const port = await freePort()
  await writeFile(join(folder, 'prometheus.yml'), stringify(configurationOf(options, port)))
  const child = await startChild({
    name: 'prometheus',
    command: 'prometheus',
    args: [
      ...prometheusArguments(folder, port),
      // Prometheus tells Alertmanager about a firing alert again after this time; its default is a minute.
      ...['--rules.alert.resend-delay=1s', `--query.lookback-delta=${lookback}`],
    ],
    env: process.env,
    cwd: folder,
    output: join(folder, 'prometheus.log'),
    stopSignal: 'SIGTERM',
  })
  const url = await untilPrometheusIsReady(port)
  return { ...child, url, scrape, query: (expr) => queryPrometheus(url, expr) }
}

const targetGroup = ({ process, url }: Target) => ({ targets: [new URL(url).host], labels: { process } })

const configurationOf = ({ folder, ruleFiles, alertmanager }: ScraperOptions, port: number) => ({
  global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
  rule_files: ruleFiles,
  alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
  scrape_configs: [
    ...jobs.map((job) => ({
      job_name: job,
      file_sd_configs: [{ files: [join(folder, `${job}.json`)] }],
      // While the brokers are silent, the lag exporter answers after 1.5 s, with its last measurement.
      ...(job === 'lag-exporter' && { scrape_interval: '2s', scrape_timeout: '2s' }),
    })),
    {
      job_name: 'prometheus',
      static_configs: [{ targets: [`127.0.0.1:${port}`], labels: { process: 'prometheus' } }],
    },
  ],
})
