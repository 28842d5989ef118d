#!/usr/bin/env -S MALLOC_ARENA_MAX=1 MALLOC_MMAP_THRESHOLD_=32768 node --max-semi-space-size=8 --initial-old-space-size=48 --heap-growing-percent=25 --no-parallel-scavenge
import { Command } from 'commander'
import { complaintOf } from './complaint-of.ts'
import { configCommand } from './config.ts'
import { consumerCommand } from './consumer.ts'
import { deadLettersCommand } from './dead-letters.ts'
import { endWithReader } from './end.ts'
import { ingressCommand } from './ingress.ts'
import { lagCommand } from './lag.ts'
import { lagExporterCommand } from './lag-exporter.ts'
import { localCommand } from './local.ts'
import { offsetsCommand } from './offsets.ts'
import { pushesCommand } from './pushes.ts'
import { rebuildCommand } from './rebuild.ts'
import { sendCommand } from './send.ts'
import { setupCommand } from './setup.ts'
import { spoolCommand } from './spool.ts'
import { tailCommand } from './tail.ts'

const program = new Command('bridge')
  .description('Every GitLab hook as a typed Avro record on its own Kafka topic, and workers that consume them.')
  .showHelpAfterError()
const commands = [
  localCommand,
  setupCommand,
  ingressCommand,
  consumerCommand,
  sendCommand,
  tailCommand,
  pushesCommand,
  spoolCommand,
  lagCommand,
  lagExporterCommand,
  deadLettersCommand,
  offsetsCommand,
  rebuildCommand,
  configCommand,
]
for (const command of commands) program.addCommand(command)

program.hook('preAction', (_program, command) => endWithReader(command.name()))

try {
  await program.parseAsync()
} catch (error) {
  console.error(...complaintOf(error, process.env))
  process.exit(1)
}
