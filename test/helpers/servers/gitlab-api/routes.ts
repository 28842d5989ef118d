import { emojiRoutes } from './resources/award-emoji.ts'
import { branchRoutes } from './resources/branches.ts'
import { discussionRoutes } from './resources/discussions.ts'
import { groupRoutes } from './resources/groups.ts'
import { memberRoutes } from './resources/members.ts'
import { mergeRequestRoutes } from './resources/merge-requests.ts'
import { noteRoutes } from './resources/notes.ts'
import { projectRoutes } from './resources/projects.ts'
import { tagRoutes } from './resources/tags.ts'
import { tokenRoutes } from './resources/tokens.ts'
import { userRoutes } from './resources/users.ts'
import type { Route } from './route.ts'

/** Every endpoint of the double. A new resource is one file and one line here. */
export const routes: readonly Route[] = [
  ...tokenRoutes,
  ...userRoutes,
  ...groupRoutes,
  ...projectRoutes,
  ...memberRoutes,
  ...branchRoutes,
  ...tagRoutes,
  ...mergeRequestRoutes,
  ...noteRoutes,
  ...discussionRoutes,
  ...emojiRoutes,
]
