import type pg from 'pg'

/**
 * Fills audit_log.events with invented rows, by SQL alone: 1,024 users, 512 projects in 20 groups, the last
 * 180 days, bodies of 100 bytes. The rows have no leaves, so they can be searched and not verified.
 */
export const generateEvents = async (owner: pg.Pool, count: number): Promise<void> => {
  await owner.query(
    `select audit_log.ensure_month(now() - days * interval '20 days') from generate_series(0, 10) as days
     union all select audit_log.ensure_month(now())`,
  )
  const { rows } = await owner.query('select coalesce(max(leaf_index) + 1, 0) as first from audit_log.events')
  const portion = 500_000
  for (let done = 0; done < count; done += portion)
    await owner.query(insert, [Number(rows[0].first) + done, Math.min(portion, count - done), count, done])
  await owner.query('analyze audit_log.events')
}

const insert = `
  insert into audit_log.events (leaf_index, received_at, delivery_id, event_type, source, instance,
    project_id, project_path, user_id, user_username, user_name, fact_id, fact_basis, ref, summary,
    body_sha256, raw)
  select $1::bigint + n,
    now() - interval '180 days' + ($4::bigint + n) * (interval '180 days' / $3::bigint),
    gen_random_uuid()::text,
    case when n % 5000 = 0 then 'group_create' else 'push' end,
    'default', 'https://git.example', project, 'group-' || project % 20 || '/project-' || project,
    person, 'user-' || person, 'Person ' || person, md5(n::text), 'content', 'refs/heads/main',
    'Person ' || person || ' (user-' || person || ') pushed to main in project ' || project || '.',
    md5(n::text) || md5(n::text), convert_to(rpad('{"n":' || n || '}', 100), 'UTF8')
  from (select n, hashint8(n) & 511 as project, hashint8(n + 7) & 1023 as person
        from generate_series(0, $2::bigint - 1) as n) as invented`
