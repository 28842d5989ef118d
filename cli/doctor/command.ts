import { Command } from 'commander'
import { withLocalStack, withLocalToken } from '../environment.ts'
import { type JsonOption, jsonOption } from '../options/json-option.ts'
import { exitAfterOutput } from '../output/exit.ts'

/** `bridge doctor`: checks everything that the bridge needs, and says what to do. */
export const doctorCommand = new Command('doctor')
  .description(
    'check settings, brokers, registry, database, disks, clocks, certificates and alerts, and say what to ' +
      'do; exit with 1 if there is a problem',
  )
  .option('--test-alert', 'send a test alert through Alertmanager, and check nothing else')
  .addOption(jsonOption())
  .action(async ({ json, testAlert }: JsonOption & { testAlert?: true }) => {
    const env = withLocalToken(withLocalStack(process.env))
    const { allChecks } = await import('./all-checks.ts')
    const { sendTestAlert } = await import('./checks/alerts.ts')
    const { examine } = await import('./examine.ts')
    const { findingText } = await import('./finding.ts')
    const test = {
      check: 'alerts',
      find: async () => [await sendTestAlert(env)],
      todo: 'correct ALERTMANAGER_URL, or start Alertmanager',
    }
    for await (const finding of examine(testAlert ? [test] : allChecks(process.env), env)) {
      console.log(json ? JSON.stringify(finding) : findingText(finding))
      if (finding.state === 'problem') process.exitCode = 1
    }
    await exitAfterOutput()
  })
