import type { IForbiddenRuleType, IRegularForbiddenRuleType } from 'dependency-cruiser'

/** A rule of dependency-cruiser, with an import that breaks it: the tests prove the rule with it. */
export interface ArrowRule {
  name: string
  /** Why the rule exists. dependency-cruiser prints it beside a violation. */
  because: string
  from: IRegularForbiddenRuleType['from']
  to: IRegularForbiddenRuleType['to']
  /** Files of an invented tree: each imports the next one, and the rule must report it. */
  brokenBy: readonly [importer: string, imported: string, ...more: string[]]
}

export const toForbidden = ({ name, because, from, to }: ArrowRule): IForbiddenRuleType => ({
  name,
  comment: because,
  severity: 'error',
  from,
  to,
})

/** `ingress/http/` matches everything in the folder, `ingress/hook.ts` only the file. */
export const patternOf = (path: string): string => {
  const escaped = path.replaceAll('.', '\\.')
  return path.endsWith('/') ? `^${escaped}` : `^${escaped}$`
}

/** A file that a folder could hold, or the file itself. */
export const fileIn = (path: string): string => (path.endsWith('/') ? `${path}invented.ts` : path)
