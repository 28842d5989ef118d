// `npm run release:schemas` keeps the schemas of this version without a limit.
// The tests then refuse every later version that would break its readers.
import { messageOf } from '../lib/errors.ts'
import packageJson from '../package.json' with { type: 'json' }
import { currentContract, writeRelease } from '../schemas/released.ts'

try {
  const contract = currentContract()
  const outcome = writeRelease(packageJson.version, contract)
  console.log(
    `schemas/released/${packageJson.version}: ${Object.keys(contract.schemas).length} schemas ${outcome}`,
  )
} catch (error) {
  console.error(messageOf(error))
  process.exitCode = 1
}
