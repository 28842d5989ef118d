import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Child, startChild } from '../../../local/process/child.ts'
import { eventually } from '../process/eventually.ts'
import { freePort } from '../process/free-ports.ts'

const program = 'prometheus-alertmanager'

/** Why the game day cannot run; undefined where Alertmanager is installed. */
export const withoutAlertmanager: string | undefined =
  spawnSync(program, ['--version']).status === 0
    ? undefined
    : 'Alertmanager is not installed. It is in the Debian package prometheus-alertmanager.'

/** An alert as Alertmanager has it now. */
export interface ActiveAlert {
  alert: string
  severity: string
  labels: Readonly<Record<string, string>>
  /** Whether another alert silences it. */
  isSuppressed: boolean
}

export interface Alertmanager extends Child {
  url: string
  /** The alerts that fire, by API v2. */
  alerts(): Promise<ActiveAlert[]>
}

interface ApiAlert {
  labels: Record<string, string>
  status: { state: 'active' | 'suppressed' | 'unprocessed' }
}

/** @param folder an empty folder @param configuration the text of alertmanager.yml */
export const startAlertmanager = async (folder: string, configuration: string): Promise<Alertmanager> => {
  const [port, file] = [await freePort(), join(folder, 'alertmanager.yml')]
  await writeFile(file, configuration)
  const lines: string[] = []
  const child = await startChild({
    name: program,
    command: program,
    args: [
      ...[`--config.file=${file}`, `--storage.path=${join(folder, 'data')}`, '--log.level=warn'],
      ...[`--web.listen-address=127.0.0.1:${port}`, '--cluster.listen-address='],
    ],
    env: process.env,
    cwd: folder,
    output: (line) => void lines.push(line),
    stopSignal: 'SIGTERM',
  })
  const url = `http://127.0.0.1:${port}`
  await eventually(async () =>
    assert.equal((await fetch(`${url}/-/ready`)).status, 200, lines.slice(-5).join('\n')),
  )
  const alerts = async (): Promise<ActiveAlert[]> => {
    const answer = await fetch(`${url}/api/v2/alerts`)
    return ((await answer.json()) as ApiAlert[]).map(({ labels, status }) => ({
      alert: labels.alertname ?? '',
      severity: labels.severity ?? '',
      labels,
      isSuppressed: status.state === 'suppressed',
    }))
  }
  return { ...child, url, alerts }
}
