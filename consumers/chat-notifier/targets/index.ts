import type { ChatType } from '../budgets.ts'
import { discord } from './discord.ts'
import { json } from './json.ts'
import { matrix } from './matrix.ts'
import { mattermost } from './mattermost.ts'
import { slack } from './slack.ts'
import type { Target } from './target.ts'
import { teams } from './teams.ts'

/** The target of each kind of destination. The compiler asks for all of them. */
export const targets: { readonly [Type in ChatType]: Target<Type> } = {
  slack,
  mattermost,
  teams,
  matrix,
  discord,
  json,
}
