import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'
import { readAnswers } from '../../../scripts/new-consumer/answers.ts'
import { nameProblem } from '../../../scripts/new-consumer/name-problem.ts'
import { register } from '../../../scripts/new-consumer/register.ts'

const path = (file: string) => fileURLToPath(new URL(`../../../${file}`, import.meta.url))
const read = (file: string) => readFileSync(path(file), 'utf8')
const present = { has: (file: string) => existsSync(path(file)), read }

const formatted = (file: string, input: string) =>
  execFileSync(path('node_modules/.bin/biome'), ['check', '--write', `--stdin-file-path=${file}`], {
    cwd: path(''),
    input,
    encoding: 'utf8',
  })

const { answers } = await readAnswers(['any-name'], undefined)

/** Enough new workers that the list of all workers takes several lines. */
const names = [
  'audit-log',
  'push-author-log',
  'ldap-sync',
  'chat-notifier',
  'project-directory',
  'event-feed',
  'issue-commenter',
  'reviewer-mentions',
  'hook-forwarder',
  's3-copy-2',
].filter((name) => !existsSync(path(`consumers/${name}`)))

test('workers can be added one after the other, and each one is in every list of workers', () => {
  const texts = new Map<string, string>()
  const current = (file: string) => texts.get(file) ?? read(file)
  for (const [index, name] of names.entries()) {
    assert.equal(nameProblem(name, { ...present, read: current }), undefined, name)
    for (const [file, text] of register({ name, metricsPort: 9600 + index, answers }, current))
      texts.set(file, file.endsWith('.ts') ? formatted(file, text) : text)
    assert.ok(nameProblem(name, { ...present, read: current }), `${name} a second time`)
  }
  const index = current('consumers/index.ts')
  const listed = /= \[\n([\s\S]*),\n\]\n$/
    .exec(index)?.[1]
    ?.split(',')
    .map((entry) => entry.trim())
  const camel = (name: string) => name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  assert.deepEqual(listed?.slice(-names.length), names.map(camel))
  assert.ok(
    listed?.every((entry) => index.includes(`import { ${entry} } from './`)),
    index,
  )

  const { services, volumes } = parse(current('docker-compose.yml'), {
    merge: true,
    maxAliasCount: -1,
  }) as { services: Record<string, { profiles?: string[] }>; volumes: object }
  const scraped = current('monitoring/prometheus/prometheus.yml')
  parse(scraped)
  for (const [index, name] of names.entries()) {
    assert.ok(name in services && name in volumes, name)
    assert.deepEqual(services[name]?.profiles, [name], 'it starts only where it is used')
    assert.match(scraped, new RegExp(`^ {10}- ${name}:${9600 + index}$`, 'm'))
    for (const [file, text] of [
      ['README.md', `| \`${name}\` |`],
      ['README.md', `\nbridge consumer ${name}\n`],
      ['docs/operations.md', `| \`bridge consumer ${name}\` | ${9600 + index} |`],
      ['docs/architecture.md', `\`consumers/${name}/\``],
      ['docs/README.md', `[${name}](workers/${name}.md)`],
      ['consumers/README.md', `\`${name}/\``],
    ] as const)
      assert.ok(current(file).includes(text), `${file}: ${text}`)
  }
})

/** A variable without a value comes from .env. */
const passedOn = (variable: string) => ({ [variable]: null })

test('a worker with a database and a token is described and configured as such in every list', () => {
  const stored = { ...answers, database: 'yes', gitlabApi: 'read_api' } as const
  const texts = new Map<string, string>()
  const current = (file: string) => texts.get(file) ?? read(file)
  for (const name of ['first-counter', 'second-counter'])
    for (const [file, text] of register({ name, metricsPort: 9600, answers: stored }, current))
      texts.set(file, text)
  const { services } = parse(current('docker-compose.yml'), { merge: true, maxAliasCount: -1 }) as {
    services: Record<string, { environment: Record<string, string | null> }>
  }
  for (const [name, own] of [
    ['first-counter', 'FIRST_COUNTER'],
    ['second-counter', 'SECOND_COUNTER'],
  ] as const) {
    const url = passedOn(`${own}_DATABASE_URL`)
    assert.partialDeepStrictEqual(services[name]?.environment, {
      ...url,
      ...passedOn('GITLAB_API_URL'),
      ...passedOn(`${own}_GITLAB_API_TOKEN`),
    })
    assert.partialDeepStrictEqual(services.setup?.environment, url, 'setup makes the role of the worker')
    const does = 'adds a row for every push'
    assert.ok(current('README.md').includes(`| \`${name}\` | ${does} | Kafka, registry, PostgreSQL |`))
    assert.ok(
      current('docs/operations.md').includes(
        `| \`bridge consumer ${name}\` | 9600 | Kafka, registry, PostgreSQL | nothing |`,
      ),
    )
  }
})

test('a name is refused if it is not valid, is taken, or has another meaning', () => {
  const refused: Record<string, RegExp> = {
    '': /kebab-case/,
    'Issue Counter': /kebab-case/,
    '2fast': /kebab-case/,
    'a--b': /kebab-case/,
    '../lib': /kebab-case/,
    [`a${'-b'.repeat(40)}`]: /kebab-case/,
    list: /`bridge consumer list`/,
    'audit-log': /consumers\/audit-log exists/,
    runtime: /consumers\/runtime exists/,
    consumer: /consumers\/consumer\.ts exists/,
    setup: /`bridge setup` is a command already/,
    'lag-exporter': /`bridge lag-exporter` is a command already/,
    kafka: /docker-compose\.yml has a kafka/,
    pushes: /`bridge pushes` is a command already/,
    secrets: /docker-compose\.yml has a secrets/,
    class: /class means something else/,
    delete: /delete means something else/,
    await: /await means something else/,
    process: /process means something else/,
    consumers: /consumers means something else/,
    'define-consumer': /defineConsumer means something else/,
    test: /test means something else/,
    handler: /handler means something else/,
  }
  for (const [name, reason] of Object.entries(refused))
    assert.match(String(nameProblem(name, present)), reason, name)
})

test('if a file does not have the expected place, the error names the file', () => {
  const consumer = { name: 'issue-counter', metricsPort: 9600, answers }
  for (const file of [
    ...['consumers/index.ts', 'docker-compose.yml', 'monitoring/prometheus/prometheus.yml', 'README.md'],
    ...['docs/operations.md', 'docs/architecture.md', 'docs/README.md', 'consumers/README.md'],
  ])
    assert.throws(
      () => register(consumer, (wanted) => (wanted === file ? 'something else\n' : read(wanted))),
      (error: Error) => error.name === 'UsageError' && error.message.startsWith(`${file} is not as expected`),
    )
})

const answersOf = async (...args: string[]) =>
  (await readAnswers(['issue-counter', ...args], undefined)).answers

test('without a terminal, each question has its default answer', async () => {
  assert.deepEqual(await readAnswers(['issue-counter'], undefined), {
    name: 'issue-counter',
    answers: { beginning: { begins: 'oldest' }, effect: 'internal', gitlabApi: 'none', database: 'no' },
  })
})

test('flags answer the questions, and only the others are asked', async () => {
  const asked: string[] = []
  const flags = ['--effect', 'external', '--gitlab-api', 'read_api']
  const { answers } = await readAnswers(['issue-counter', ...flags], async (question) => {
    asked.push(question)
    return asked.length === 1 ? 'now' : ' '
  })
  assert.deepEqual(answers, {
    beginning: { begins: 'now', maxAgeHours: 24 },
    effect: 'external',
    gitlabApi: 'read_api',
    database: 'no',
  })
  assert.deepEqual(
    asked.map((question) => /\[.*\]/.exec(question)?.[0]),
    ['[oldest, now]', '[24]', '[no, yes]'],
  )
})

test('a wrong answer is refused by its flag', async () => {
  await assert.rejects(answersOf('--begins', 'later'), {
    message: /^--begins: "later" is not .*: oldest, now\.$/,
  })
  await assert.rejects(
    answersOf('--begins', 'now', '--max-age-hours', '0'),
    /^UsageError: --max-age-hours: "0"/,
  )
  await assert.rejects(answersOf('--max-age-hours', '3'), /only a worker that begins now has a maximum age/)
  await assert.rejects(answersOf('--acts', 'yes'), /^UsageError: Usage: npm run new:consumer -- <name>/)
  await assert.rejects(answersOf('another-name'), /^UsageError: Usage/)
})

test('a worker that calls GitLab gets its row in the page of the tokens', async () => {
  const consumer = {
    name: 'issue-counter',
    metricsPort: 9600,
    answers: await answersOf('--gitlab-api', 'api'),
  }
  const page = register(consumer, read).get('docs/gitlab-tokens.md') ?? assert.fail()
  assert.match(page, /\| worker \| scope .*\n\| --- .*\n\| `issue-counter` \| `api` \| Reporter \|/)
})
