import { defineConsumer } from '../consumer.ts'
import { loadPersonalData } from '../personal-data/load-personal-data.ts'
import { directoryEvents } from './observe/directory-events.ts'
import { projectDirectoryVariables } from './variables.ts'

const tables = (...names: string[]): string => names.map((name) => `project_directory.${name}`).join(', ')

/**
 * Keeps projects, groups, branches, tags and members as tables, and answers questions about them by HTTP.
 * Several hooks that report the same fact have one effect.
 */
export const projectDirectory = defineConsumer({
  name: 'project-directory',
  summary: 'Keeps projects, groups, branches, tags and members in PostgreSQL and answers by HTTP.',
  events: directoryEvents,
  begins: 'oldest',
  repeats: 'harmless',
  effect: 'internal',
  personalData: loadPersonalData(
    async () => (await import('./erase/personal-data.ts')).directoryPersonalData,
  ),
  database: {
    migrations: new URL('migrations/', import.meta.url),
    rights: [
      'usage on schema project_directory',
      `select, insert, update on ${tables('realms')}`,
      // These are deleted only when a person is erased, and by `bridge rebuild --from-gitlab`.
      `select, insert, update, delete on ${tables('holders', 'renames', 'members', 'refs')}`,
      `select, insert, update, delete on ${tables('positions', 'facts', 'paths', 'moves')}`,
    ],
  },
  serves: { port: 'PROJECT_DIRECTORY_PORT', host: 'PROJECT_DIRECTORY_HOST', endpoint: 'directory_url' },
  metricsPort: 9467,
  variables: projectDirectoryVariables,
  dryRun: async (record) => (await import('./planned.ts')).planned(record),
  // Facts are recognised when they come again, so that a rebuild adds what is missing.
  rebuildOnlyAdds: true,
  forget: async (settings) => (await import('./forget.ts')).forget(settings),
  rebuildFromGitlab: async ({ PROJECT_DIRECTORY_DATABASE_URL: url }, gitlab) => {
    const { rebuildFromGitlab } = await import('./reconcile/rebuild-from-gitlab.ts')
    return await rebuildFromGitlab(url, gitlab)
  },
  gitlabApi: {
    scope: 'read_api',
    role: 'Reporter in the groups it keeps',
    without: 'Branches and projects from before the bridge are missing, and `complete` is false.',
  },
  create: async (...given) => (await import('./create-handler.ts')).createHandler(...given),
})
