import type { AlertGroup } from './alert.ts'
import { ruleSelectors } from './rule-selectors.ts'

const { metric } = ruleSelectors

const requests = (range: string, labels: Readonly<Record<string, string>> = {}): string =>
  `sum by (process) (rate(${metric('directory_requests_total', labels)}[${range}]))`
const failed = ['503', 'other'].map((status) => requests('10m', { status })).join(' + ')
const dashboard = 'bridge-worker-project-directory'

/** Builds and deployments ask the directory: a wrong answer is worse than none. */
export const directoryAlerts: AlertGroup = {
  name: 'project-directory',
  about: 'Answers of the project directory that fail, are guesses, or were not compared with GitLab.',
  recordings: [],
  alerts: [
    {
      name: 'DirectoryRequestsFail',
      expr: `(${failed}) / ${requests('10m')} > 0.05`,
      for: '10m',
      severity: 'warning',
      summary: 'More than 5 % of the requests to the directory of {{ $labels.process }} fail.',
      description: 'Builds and deployments do not find their projects. Hooks are still handled.',
      runbook: 'directory-requests-fail',
      dashboard,
    },
    {
      name: 'DirectoryReconcileFails',
      expr: `${metric('directory_reconcile_failing')} == 1`,
      for: '2h',
      severity: 'warning',
      summary: '{{ $labels.process }} cannot compare the directory with GitLab.',
      description: 'Answers can lack what no hook has reported, such as branches from before the bridge.',
      runbook: 'directory-reconcile-fails',
      dashboard,
    },
    {
      name: 'DirectoryGuessesMore',
      expr: `sum by (process) (delta(${metric('directory_ambiguous')}[1d])) > 20`,
      for: '1h',
      severity: 'warning',
      summary: '{{ $labels.process }} guesses {{ $value | printf "%.0f" }} answers more than a day ago.',
      description: 'Events contradict each other or are missing. These answers say that they are ambiguous.',
      runbook: 'directory-guesses-more',
      dashboard,
    },
  ],
}
