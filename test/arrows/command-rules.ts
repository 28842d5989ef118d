import type { ArrowRule } from './rule.ts'

/** Folders of cli that several commands use. Every other folder is one command. */
const sharedFolders = ['hook-target', 'lag-meter', 'options', 'output', 'payload', 'variables', 'workers']

const shared = sharedFolders.join('|')
const command = `^cli/(?!(?:${shared})/)([^/]+)/`

/** Rules for the commands of the command line: a new command needs no new entry. */
export const commandRules: readonly ArrowRule[] = [
  {
    name: 'a command is entered by its command.ts',
    because: 'The other files of a command may change with the command alone.',
    from: {
      path: '^(?:(?:ingress|consumers|lib|local|schemas)/|cli/([^/]+))',
      pathNot: ['^cli/doctor/checks/', '^cli/status/stored-rows\\.ts$'],
    },
    to: {
      path: command,
      pathNot: ['^cli/$1/', '/command\\.ts$'],
    },
    brokenBy: ['cli/tail/invented.ts', 'cli/send/inside.ts'],
  },
  {
    name: 'the checks of the doctor enter a command by what it checks',
    because: '`bridge doctor` includes `config`, `setup --check` and `routes check`.',
    from: { path: '^cli/doctor/' },
    to: {
      path: command,
      pathNot: ['^cli/doctor/', '^cli/(config/describe|setup/set-up|routes/check-routes)\\.ts$'],
    },
    brokenBy: ['cli/doctor/checks/invented.ts', 'cli/send/inside.ts'],
  },
  {
    name: 'the status enters a command by what it lists',
    because: '`bridge status` shows what `dead-letters list` and `outbox list` show.',
    from: { path: '^cli/status/' },
    to: {
      path: command,
      pathNot: ['^cli/status/', '^cli/(dead-letters/(list|read)-dead-letters|outbox/list-outboxes)\\.ts$'],
    },
    brokenBy: ['cli/status/invented.ts', 'cli/send/inside.ts'],
  },
  {
    name: 'only cli/program.ts imports a command.ts',
    because: 'A command never calls another command: both would parse arguments and print.',
    from: { pathNot: '^cli/program\\.ts$' },
    to: { path: '^cli/[^/]+/command\\.ts$' },
    brokenBy: ['cli/tail/invented.ts', 'cli/send/command.ts'],
  },
  {
    name: 'what commands share imports no command',
    because: 'Each command would otherwise bring the others with it.',
    from: { path: [`^cli/(${shared})/`, '^cli/[^/]+$'], pathNot: '^cli/program\\.ts$' },
    to: { path: command },
    brokenBy: ['cli/output/invented.ts', 'cli/offsets/parse-place.ts'],
  },
]
