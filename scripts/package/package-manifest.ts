/** The fields of package.json that differ in the tarball. */
export interface Manifest {
  name: string
  version: string
  bin: Readonly<Record<string, string>>
  scripts?: unknown
  devDependencies?: unknown
}

/**
 * The package.json of the tarball: `bin` leads to the JavaScript in `dist/`, because Node removes no types
 * below `node_modules`. Scripts and development dependencies are for a checkout.
 */
export const packageManifest = ({ scripts: _, devDependencies: __, ...manifest }: Manifest): Manifest => ({
  ...manifest,
  bin: Object.fromEntries(
    Object.entries(manifest.bin).map(([name, path]) => [name, `dist/${path.replace(/\.ts$/, '.js')}`]),
  ),
})
