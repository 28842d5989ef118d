import { Command, Option } from 'commander'
import { withLocalStack } from '../environment.ts'
import { jsonOption } from '../options/json-option.ts'
import { parseTime, timeForms } from '../options/parse-time.ts'
import { wholeNumber } from '../options/whole-number.ts'
import { exitAfterOutput } from '../output/exit.ts'
import { writeLines } from '../output/write-lines.ts'
import { eraseCommand, reapplyErasuresCommand } from './erase/command.ts'
import type { ExportOptions } from './export.ts'
import { holdCommand } from './hold/command.ts'
import type { AnchorOptions } from './open-audit-log.ts'
import type { ProveOptions } from './prove.ts'
import type { RotateKeyOptions } from './rotate-key.ts'
import type { SearchOptions } from './search.ts'
import type { VerifyOptions } from './verify.ts'

const timeOf = (option: string) => (text: string) => new Date(parseTime(option, text, Date.now()))

const anchorOption = [
  '--anchor <file>',
  'a checkpoint that was kept outside of the database. Default: the one of this machine',
] as const
const keyOption = [
  '--key <file>',
  'the verifier key of the log. Default: the one beside the signing key of this machine',
] as const

const verifyCommand = new Command('verify')
  .description('recompute the audit log from its rows and compare it with a checkpoint')
  .option(...anchorOption)
  .option(...keyOption)
  .option('--export <file...>', 'verify these files of `bridge audit export`, without the database')
  .option('--accept <digest...>', 'accept that the log was rebuilt after a restore; verify prints the digest')
  .option('--jobs <number>', 'how many ranges of rows are read at the same time', wholeNumber(1), 2)
  .addOption(jsonOption('the last one says what was verified'))
  .action(async (options: VerifyOptions) => {
    const { verify } = await import('./verify.ts')
    process.exitCode = await verify(options, withLocalStack(process.env), (line) => console.log(line))
    await exitAfterOutput()
  })

const rotateKeyCommand = new Command('rotate-key')
  .description('let the old signing key name the new one in the audit log, so that verify follows the change')
  .requiredOption('--old-key <file>', 'the key that signs now')
  .requiredOption('--new-key <file>', 'the key that signs from now on, of `bridge audit generate-key`')
  .action(async (options: RotateKeyOptions) => {
    const { rotateKey } = await import('./rotate-key.ts')
    await rotateKey(options, withLocalStack(process.env), (line) => console.log(line))
    await exitAfterOutput()
  })

const dropMonthCommand = new Command('drop-month')
  .description('drop all rows of a month that has ended and is covered by a checkpoint; their hashes stay')
  .argument('<month>', 'the month in UTC, such as 2026-01')
  .option(...anchorOption)
  .option(...keyOption)
  .action(async (month: string, options: AnchorOptions) => {
    const { dropMonth } = await import('./drop-month.ts')
    await dropMonth(month, options, withLocalStack(process.env), (line) => console.log(line))
    await exitAfterOutput()
  })

const newEpochCommand = new Command('new-epoch')
  .description('let the audit log continue under a new name after its database was restored from a backup')
  .requiredOption('--after-restore', 'confirm that the database was restored; the log says so for ever')
  .action(async () => {
    const { newEpoch } = await import('./new-epoch.ts')
    await newEpoch(withLocalStack(process.env), (line) => console.log(line))
    await exitAfterOutput()
  })

const proveCommand = new Command('prove')
  .description(
    'print a proof that a row is in the audit log (C2SP tlog-proof); others can verify it without us',
  )
  .argument('<row>', 'the leaf_index of a row, or the id of its delivery')
  .option(...anchorOption)
  .option(...keyOption)
  .option('--since <file>', 'also prove that the checkpoint extends this older one')
  .action(async (row: string, options: ProveOptions) => {
    const { prove } = await import('./prove.ts')
    process.stdout.write(await prove(row, options, withLocalStack(process.env)))
    await exitAfterOutput()
  })

const searchCommand = new Command('search')
  .description('print the newest events that match every option, newest first')
  .option('--user <user>', 'who acted, or whom the event is about: the user name or the id')
  .option('--project <project>', 'the path of a project, or its id')
  .option('--group <group>', 'the path of a group with all that is below it, or its id')
  .option('--event <event...>', 'only these types of events')
  .option('--since <time>', `received from this time on: ${timeForms}`, timeOf('--since'))
  .option('--until <time>', 'received before this time', timeOf('--until'))
  .option('--text <text>', 'a text in the sentence, the title or the body; needs --since')
  .option('--limit <number>', 'the largest number of rows', wholeNumber(1), 100)
  .option('--without-body', 'neither search nor print bodies')
  .addOption(jsonOption('with all columns of the row').conflicts('csv'))
  .option('--csv', 'print CSV with all columns except the body')
  .action(async (options: SearchOptions) => {
    const { search } = await import('./search.ts')
    const report = (line: string) => console.error(line)
    await search(options, withLocalStack(process.env), (line) => console.log(line), report)
    await exitAfterOutput()
  })

const exportCommand = new Command('export')
  .description('print all leaves of the audit log in their order, and continue there the next time')
  .addOption(
    new Option(
      '--format <format>',
      'ndjson can be verified without the database; ocsf is for a SIEM; csv is for a spreadsheet',
    )
      .choices(['ndjson', 'ocsf', 'csv'])
      .makeOptionMandatory(),
  )
  .option('--cursor-file <file>', 'begin where the last export with this file ended')
  .option('--from <leaf>', 'begin with this leaf_index. Default: the first one', wholeNumber(0))
  .option('--limit <number>', 'export at most this many leaves', wholeNumber(1))
  .option('--gaps <file>', 'write a table of what the log knows to be missing from it, as CSV')
  .action(async (options: ExportOptions) => {
    const { exportLog } = await import('./export.ts')
    const report = (line: string) => console.error(line)
    await exportLog(options, withLocalStack(process.env), writeLines, report)
    await exitAfterOutput()
  })

const generateKeyCommand = new Command('generate-key')
  .description('print a new key for AUDIT_LOG_SIGNING_KEY_FILE; keep it where only the worker can read it')
  .argument('<name>', 'names the key in signatures, for example audit.example.com: no spaces, no plus sign')
  .action(async (name: string) => {
    const { generateKey } = await import('./generate-key.ts')
    console.log(generateKey(name))
  })

/** `bridge audit`: searches, exports, verifies and erases, and proves single rows. */
export const auditCommand = new Command('audit')
  .description('search, export and verify the audit log, and prove what is in it')
  .addCommand(searchCommand)
  .addCommand(exportCommand)
  .addCommand(verifyCommand)
  .addCommand(proveCommand)
  .addCommand(eraseCommand)
  .addCommand(reapplyErasuresCommand)
  .addCommand(holdCommand)
  .addCommand(generateKeyCommand)
  .addCommand(rotateKeyCommand)
  .addCommand(dropMonthCommand)
  .addCommand(newEpochCommand)
