import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Environment } from '../lib/config.ts'
import { type Receiver, secretToken } from './receiver.ts'
import type { Servers } from './servers.ts'

const fileOf = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** What one could write instead of our ingress, and the fastest server that Node allows. */
export const peerReceivers = (servers: Servers, flaskBin: string | undefined): Receiver[] => {
  const env = (port: number, topic: string): Environment => ({
    PATH: servers.env.PATH,
    NODE_ENV: 'production',
    PORT: String(port),
    KAFKA_BROKERS: servers.kafkaBrokers,
    TOPIC: topic,
    TOKEN: secretToken,
  })
  const express: Receiver = {
    name: 'express',
    title: 'Express, `express.json()`, one `send` for each hook',
    command: process.execPath,
    args: () => [fileOf('peers/express/server.ts')],
    env: (port) => env(port, 'bench.express'),
    status: 200,
    takes: () => true,
  }
  const noKafka: Receiver = {
    ...express,
    name: 'no-kafka',
    title: '`node:http` that only answers',
    args: () => [fileOf('ceiling/no-kafka.ts')],
    env: (port) => env(port, ''),
    takes: ({ kind }) => kind === 'closed',
  }
  if (flaskBin === undefined) return [express, noKafka]
  const flask: Receiver = {
    ...noKafka,
    name: 'flask',
    title: 'Flask, gunicorn, one `flush()` for each hook',
    command: join(flaskBin, 'gunicorn'),
    args: flaskArguments,
    env: (port) => ({ ...env(port, 'bench.flask'), PYTHONDONTWRITEBYTECODE: '1' }),
  }
  return [express, flask, noKafka]
}

/** The numbers of workers and threads are those that gunicorn's documentation recommends for two cores. */
const flaskArguments = (port: number): string[] => [
  ...['--bind', `127.0.0.1:${port}`],
  ...['--worker-class', 'gthread', '--workers', '5', '--threads', '4'],
  ...['--log-level', 'error', '--no-control-socket'],
  ...['--chdir', fileOf('peers/flask'), 'app:app'],
]
