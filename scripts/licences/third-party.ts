/** What package-lock.json says of one package. */
interface LockedPackage {
  version: string
  license?: string
  dev?: boolean
  optional?: boolean
}

export interface Lockfile {
  packages: Readonly<Record<string, LockedPackage>>
}

/** A package that users of the bridge install with it. */
export interface ThirdParty {
  name: string
  version: string
  /** An SPDX expression. */
  licence: string
  optional: boolean
}

/** Licences that allow us to hand a package on with the bridge if the notice is kept. */
export const allowedLicences: ReadonlySet<string> = new Set([
  ...['0BSD', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'ISC', 'MIT', 'PostgreSQL'],
])

/** Packages whose package.json names no licence. We read the licence in the named file of the package. */
const readInFile: Readonly<Record<string, string>> = {
  '@kafkajs/confluent-schema-registry': 'MIT', // LICENSE of 4.1.0
}

/** The packages that are installed with the bridge, without those for development, by name. */
export const thirdParties = ({ packages }: Lockfile): ThirdParty[] =>
  Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path, { version, license, optional }]) => {
      const name = path.replace(/^.*node_modules\//, '')
      const licence = license ?? readInFile[name] ?? 'not known'
      return { name, version, licence, optional: optional === true }
    })
    .sort((a, b) => (`${a.name}@${a.version}` < `${b.name}@${b.version}` ? -1 : 1))

/** The page `THIRD_PARTY_LICENSES.md`. */
export const licencesPage = (parties: readonly ThirdParty[]): string => {
  const unique = new Map(parties.map((party) => [`${party.name}@${party.version}`, party]))
  const row = ({ name, version, licence, optional }: ThirdParty) =>
    `| ${name} | ${version} | ${licence} | ${optional ? 'no' : 'yes'} |`
  return `${introduction}\n${[...unique.values()].map(row).join('\n')}\n\n${rest}\n`
}

const introduction = `# Licences of third parties

\`npm run licences\` writes this page from \`package-lock.json\`. It lists every npm package that is installed
with the bridge. The text of each licence is in the folder of the package in \`node_modules\`. Packages that
only developers install are not listed. Packages that are not needed are installed for \`npm start\`, or are
used where they exist.

| package | version | licence | needed |
| --- | --- | --- | --- |`

const rest = `The bridge contains none of the following programs, but some installations use them:

- \`npm start\` downloads Apache Kafka, Apicurio Registry and Log4j from Maven Central. Each has the licence
  Apache-2.0.
- The container image is built on Node's image, which contains Debian. \`npm run image\` writes what the image
  contains of npm (CycloneDX) beside it.`
