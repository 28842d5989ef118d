import { Command } from 'commander'
import { auditCommand } from './audit/command.ts'
import { configCommand } from './config/command.ts'
import { consumerCommand } from './consumer/command.ts'
import { deadLettersCommand } from './dead-letters/command.ts'
import { doctorCommand } from './doctor/command.ts'
import { ingressCommand } from './ingress/command.ts'
import { lagCommand } from './lag/command.ts'
import { lagExporterCommand } from './lag-exporter/command.ts'
import { ldapCommand } from './ldap/command.ts'
import { localCommand } from './local/command.ts'
import { offsetsCommand } from './offsets/command.ts'
import { outboxCommand } from './outbox/command.ts'
import { exitOnClosedStdout } from './output/exit.ts'
import { exitCodeOf } from './output/exit-code.ts'
import { formatError } from './output/format-error.ts'
import { previewCommand } from './preview/command.ts'
import { pushesCommand } from './pushes/command.ts'
import { rebuildCommand } from './rebuild/command.ts'
import { routesCommand } from './routes/command.ts'
import { sendCommand } from './send/command.ts'
import { setupCommand } from './setup/command.ts'
import { simulateCommand } from './simulate/command.ts'
import { spoolCommand } from './spool/command.ts'
import { statusCommand } from './status/command.ts'
import { tailCommand } from './tail/command.ts'

/** The command line, with every command. A command loads the rest of its code when it runs. */
const program = new Command('bridge')
  .description(
    'Publishes every GitLab hook to Kafka as a typed Avro record, and runs workers that read the records.',
  )
  .showHelpAfterError()
/** The groups of `--help`. */
const groups = {
  Run: [localCommand, ingressCommand, consumerCommand, lagExporterCommand],
  Look: [
    statusCommand,
    lagCommand,
    tailCommand,
    pushesCommand,
    auditCommand,
    previewCommand,
    sendCommand,
    simulateCommand,
  ],
  Repair: [deadLettersCommand, outboxCommand, offsetsCommand, spoolCommand, ldapCommand, rebuildCommand],
  'Set up': [doctorCommand, setupCommand, configCommand, routesCommand],
}
for (const [name, commands] of Object.entries(groups))
  for (const command of commands) program.addCommand(command.helpGroup(`${name}:`))

program.hook('preAction', (_program, command) => exitOnClosedStdout(command.name()))

try {
  await program.parseAsync()
} catch (error) {
  console.error(...formatError(error, process.env))
  process.exit(exitCodeOf(error))
}
