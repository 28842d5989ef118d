import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { cruise, type ICruiseOptions, type ICruiseResult } from 'dependency-cruiser'
import { type ArrowRule, toForbidden } from './rule.ts'

/** An import that a rule forbids. */
export interface Violation {
  rule: string
  from: string
  to: string
}

const folders = [
  'ingress',
  'consumers',
  'lib',
  'local',
  'cli',
  'schemas',
  'bench',
  'scripts',
  'docs/generate',
]

/** How imports are read, also by the command line of dependency-cruiser. */
export const cruiseOptions = {
  // TypeScript 7 has no programming interface yet, which the default parser needs.
  parser: 'swc',
  // Type imports are arrows too: they tie the files together for everyone who reads or moves them.
  tsPreCompilationDeps: true,
  doNotFollow: '(^|/)node_modules/',
} as const satisfies ICruiseOptions

export interface Cruised {
  violations: Violation[]
  /** File → what its import statements name, as written. */
  importsOf: ReadonlyMap<string, readonly string[]>
}

/** Reads the imports of our code below a folder, type imports included, and finds those that break a rule. */
export const findViolations = async (root: string, rules: readonly ArrowRule[]): Promise<Cruised> => {
  const { output } = await cruise(
    folders.filter((folder) => existsSync(join(root, folder))),
    {
      ...cruiseOptions,
      baseDir: root,
      validate: true,
      ruleSet: { forbidden: rules.map(toForbidden) },
    },
  )
  const { summary, modules } = output as ICruiseResult
  return {
    violations: summary.violations.map(({ rule, from, to }) => ({ rule: rule.name, from, to })),
    importsOf: new Map(
      modules.map(({ source, dependencies }) => [source, dependencies.map(({ module }) => module)]),
    ),
  }
}
