import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import { eventually } from '../process/eventually.ts'
import { freePort } from '../process/free-ports.ts'

/** Why tests with a real Prometheus are skipped; false where it is installed. */
export const withoutPrometheus: string | false =
  spawnSync('prometheus', ['--version']).status === 0
    ? false
    : 'prometheus is not installed. It is in the Debian package prometheus.'

/** A process that Prometheus scrapes. `job` and `process` are the labels that prometheus.yml gives it. */
export interface Target {
  job: 'ingress' | 'worker' | 'lag-exporter'
  process: string
  /** The address of its metrics. */
  url: string
}

export interface PrometheusOptions {
  /** An empty folder for its data. Whoever made it removes it after the stop. */
  folder: string
  targets: readonly Target[]
  /** Paths of files with rules. */
  ruleFiles: readonly string[]
  /** `host:port` of Alertmanager. */
  alertmanager?: string
}

export interface Sample {
  metric: Readonly<Record<string, string>>
  value: number
}

export interface Prometheus {
  url: string
  /** The value of an expression now. @throws Error with what Prometheus says about a wrong expression */
  query(expr: string): Promise<Sample[]>
  stop(): Promise<void>
}

/** Starts Debian's Prometheus. It scrapes every second and evaluates the rules as often. */
export const startPrometheus = async (options: PrometheusOptions): Promise<Prometheus> => {
  const port = await freePort()
  const file = join(options.folder, 'prometheus.yml')
  await writeFile(file, stringify(configurationOf(options, port)))
  const child = spawn('prometheus', prometheusArguments(options.folder, port), {
    stdio: ['ignore', 'ignore', 'inherit'],
  })
  const url = await untilPrometheusIsReady(port)
  return { url, query: (expr) => queryPrometheus(url, expr), stop: () => stopChild(child) }
}

/** The command line of a Prometheus that reads `prometheus.yml` in the folder and keeps its data there. */
export const prometheusArguments = (folder: string, port: number): string[] => [
  ...[`--config.file=${join(folder, 'prometheus.yml')}`, `--storage.tsdb.path=${join(folder, 'data')}`],
  ...[`--web.listen-address=127.0.0.1:${port}`, '--log.level=warn'],
]

/** @returns the address of Prometheus */
export const untilPrometheusIsReady = async (port: number): Promise<string> => {
  const url = `http://127.0.0.1:${port}`
  await eventually(async () => assert.equal((await fetch(`${url}/-/ready`)).status, 200))
  return url
}

/** The value of an expression now. @throws Error with what Prometheus says about a wrong expression */
export const queryPrometheus = async (url: string, expr: string): Promise<Sample[]> => {
  const response = await fetch(`${url}/api/v1/query`, {
    method: 'POST',
    body: new URLSearchParams({ query: expr }),
  })
  const answer = (await response.json()) as QueryAnswer
  if (answer.status !== 'success') throw new Error(`${expr}: ${answer.error}`)
  const { resultType, result } = answer.data
  if (resultType === 'scalar') return [{ metric: {}, value: Number((result as Point)[1]) }]
  return (result as Series[]).map(({ metric, value }) => ({ metric, value: Number(value[1]) }))
}

/** Ends a child process and waits for its end. */
export const stopChild = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  child.kill('SIGTERM')
  await once(child, 'exit')
}

type Point = [at: number, value: string]
interface Series {
  metric: Record<string, string>
  value: Point
}
type QueryAnswer =
  | { status: 'success'; data: { resultType: string; result: unknown } }
  | { status: 'error'; error: string }

const configurationOf = ({ targets, ruleFiles, alertmanager }: PrometheusOptions, port: number) => {
  const jobs = Map.groupBy(targets, ({ job }) => job)
  const ofProcess = ({ process, url }: Target) => ({ targets: [new URL(url).host], labels: { process } })
  const itself = { targets: [`127.0.0.1:${port}`], labels: { process: 'prometheus' } }
  return {
    global: { scrape_interval: '1s', scrape_timeout: '1s', evaluation_interval: '1s' },
    rule_files: ruleFiles,
    ...(alertmanager !== undefined && {
      alerting: { alertmanagers: [{ static_configs: [{ targets: [alertmanager] }] }] },
    }),
    scrape_configs: [
      ...[...jobs].map(([job, ofJob]) => ({ job_name: job, static_configs: ofJob.map(ofProcess) })),
      { job_name: 'prometheus', static_configs: [itself] },
    ],
  }
}
