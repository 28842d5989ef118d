import type { Pool } from '../../../lib/database.ts'

/**
 * Fills an empty directory by SQL: groups of a hundred projects each, and the same number of branches in each
 * project.
 */
export const fillDirectory = async (owner: Pool, projects: number, branches: number): Promise<void> => {
  const statements = [
    `insert into project_directory.realms (instance, invented) values ('https://git.example', '')`,
    `insert into project_directory.holders
       (realm, kind, id, path, path_since, name, state, is_destroyed, is_ambiguous, starts_empty, visibility)
     select 1, 'group', g, 'group-' || g, 1, 'group-' || g, 'active', false, false, true, null
       from generate_series(1, ${projects / 100}) as g`,
    `insert into project_directory.holders
       (realm, kind, id, path, path_since, name, state, is_destroyed, is_ambiguous, starts_empty, visibility)
     select 1, 'project', p, 'group-' || (1 + p % ${projects / 100}) || '/project-' || p, 1, 'project-' || p,
            'active', false, false, true, 'private'
       from generate_series(1, ${projects}) as p`,
    `insert into project_directory.paths (realm, kind, id, path, since, place)
     select realm, kind, id, path, 1, 0 from project_directory.holders`,
    `insert into project_directory.refs (realm, project_id, ref, sha, pushed_at, is_ambiguous)
     select 1, p, 'refs/heads/branch-' || b, md5(p || ' ' || b), 1, false
       from generate_series(1, ${projects}) as p, generate_series(1, ${branches}) as b`,
    'analyze project_directory.holders, project_directory.paths, project_directory.refs',
  ]
  for (const statement of statements) await owner.query({ text: statement })
}
