// The rules about imports for the command line: npx depcruise ingress consumers cli local lib schemas
// `npm run check` checks the same rules (test/unit/arrows.test.ts).
// The command line warns that it does not know our TypeScript compiler. It reads the files with swc instead.
import { cruiseOptions } from './test/arrows/cruise.ts'
import { toForbidden } from './test/arrows/rule.ts'
import { arrowRules } from './test/arrows/rules.ts'

// biome-ignore lint/style/noDefaultExport: dependency-cruiser reads the default export of its configuration.
export default { forbidden: arrowRules.map(toForbidden), options: cruiseOptions }
