// `npm run licences` writes THIRD_PARTY_LICENSES.md, and fails where a licence is not allowed.
import { readFileSync, writeFileSync } from 'node:fs'
import { allowedLicences, type Lockfile, licencesPage, thirdParties } from './licences/third-party.ts'

const at = (name: string) => new URL(`../${name}`, import.meta.url)

const parties = thirdParties(JSON.parse(readFileSync(at('package-lock.json'), 'utf8')) as Lockfile)
writeFileSync(at('THIRD_PARTY_LICENSES.md'), licencesPage(parties))
const refused = parties.filter(({ licence }) => !allowedLicences.has(licence))
for (const { name, version, licence } of refused)
  console.error(
    `${name} ${version} has the licence ${licence}, which scripts/licences/third-party.ts does not allow.`,
  )
if (refused.length > 0) process.exitCode = 1
