import { commandRules } from './command-rules.ts'
import { doorRules } from './doors.ts'
import { folderRules } from './folder-rules.ts'
import { generalRules } from './layers.ts'
import { packageRules } from './packages.ts'
import { roomTableRules } from './room-tables.ts'
import type { ArrowRule } from './rule.ts'

/** Every rule about who may import whom; docs/architecture.md draws them. */
export const arrowRules: readonly ArrowRule[] = [
  ...generalRules,
  ...roomTableRules,
  ...folderRules,
  ...commandRules,
  ...doorRules,
  ...packageRules,
]
