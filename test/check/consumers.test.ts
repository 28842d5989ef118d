import { importTests } from '../helpers/process/import-tests.ts'

importTests('test/unit/consumers/**')
