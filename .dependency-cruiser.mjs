// For `npx depcruise ingress consumers cli local lib schemas`: the same rules that test/unit/arrows.test.ts checks.
// The command line warns that it finds no TypeScript compiler it knows. It reads the files with swc and misses nothing.
import { cruiseOptions } from './test/arrows/cruise.ts'
import { toForbidden } from './test/arrows/rule.ts'
import { arrowRules } from './test/arrows/rules.ts'

// biome-ignore lint/style/noDefaultExport: dependency-cruiser reads the default export of its configuration.
export default { forbidden: arrowRules.map(toForbidden), options: cruiseOptions }
