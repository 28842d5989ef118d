// `npm pack` runs this file before it packs: it writes `dist/` and the package.json of the tarball.
// postpack.ts takes both back afterwards. It uses no packages, so that it also runs before `npm ci`.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Manifest, packageManifest } from './package/package-manifest.ts'
import { restoreCheckout, savedManifest } from './package/restore-checkout.ts'
import { writeDist } from './package/write-dist.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const file = `${root}package.json`

restoreCheckout(root) // An earlier `npm pack` may have been interrupted.
const manifest = JSON.parse(readFileSync(file, 'utf8')) as Manifest
const count = writeDist(root, manifest.name, manifest.version)
copyFileSync(file, savedManifest(root))
writeFileSync(file, `${JSON.stringify(packageManifest(manifest), null, 2)}\n`)
console.error(`dist/ has ${count} programs`)
