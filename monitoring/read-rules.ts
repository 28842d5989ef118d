import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

/** An alert as Prometheus reads it. */
export interface AlertRule {
  /** The file under monitoring/prometheus/rules. */
  file: string
  alert: string
  expr: string
  for?: string
  keep_firing_for?: string
  labels: { severity: string }
  annotations: Readonly<Record<string, string>>
}

/** A value that Prometheus computes and stores under a name of ours. */
export interface RecordingRule {
  file: string
  record: string
  expr: string
}

const folder = fileURLToPath(new URL('prometheus/rules/', import.meta.url))

/** The files with rules, without those that promtool runs as tests. */
export const ruleFiles = (): string[] =>
  globSync('*.yml', { cwd: folder })
    .filter((file) => !file.endsWith('.test.yml'))
    .sort()

/** Every rule of monitoring/prometheus/rules, in the order of the files. */
export const readRules = (): (AlertRule | RecordingRule)[] =>
  ruleFiles().flatMap((file) => {
    const { groups } = parse(readFileSync(folder + file, 'utf8')) as {
      groups: { rules: (Omit<AlertRule, 'file'> | Omit<RecordingRule, 'file'>)[] }[]
    }
    return groups.flatMap(({ rules }) => rules.map((rule) => ({ file, ...rule })))
  })

export const isAlert = (rule: AlertRule | RecordingRule): rule is AlertRule => 'alert' in rule
