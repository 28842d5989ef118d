// The unit tests at the top of test/unit, and those of each folder that has no file of its own here.
import { readdirSync } from 'node:fs'
import { importTests } from '../helpers/process/import-tests.ts'

const named = readdirSync('test/check').map((file) => file.replace('.test.ts', ''))
const folders = readdirSync('test/unit', { withFileTypes: true }).filter((entry) => entry.isDirectory())
const others = folders.map(({ name }) => name).filter((name) => !named.includes(name))
importTests('test/unit', ...others.map((name) => `test/unit/${name}/**`))
