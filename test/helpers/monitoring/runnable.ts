import { notStarted } from './start-all-processes.ts'

/** A query of a dashboard with values for the variables of Grafana. */
export const runnable = (expr: string): string =>
  expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$(job|instance)/g, '.+')

const names = Object.keys(notStarted)

/** Queries that return nothing in the test with real processes: what they contain, and why. */
const reasons: readonly [pattern: RegExp, because: string][] = [
  [/ldap_sync/, 'the worker ldap-sync is not started'],
  [new RegExp(`(?:="|[.]\\]|[.])(?:${names.join('|')})"`), 'the worker is not started'],
  [/gitlab_api.*process="/, 'only workers that call GitLab export it'],
  [/canary_read_back.* > 0/, 'the canary of a new ingress has not been read back yet'],
]

/** Why a query returns no series there; undefined if it must return some. */
export const whyEmpty = (expr: string): string | undefined =>
  reasons.find(([pattern]) => pattern.test(expr))?.[1]
