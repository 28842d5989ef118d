import { type ArrowRule, patternOf } from './rule.ts'

/** The folders that hold production code, each with the other ones that it may import. */
export const layers = {
  ingress: ['schemas', 'lib'],
  consumers: ['schemas', 'lib'],
  cli: ['ingress', 'consumers', 'local', 'schemas', 'lib'],
  local: ['lib'],
  schemas: [],
  lib: [],
} as const satisfies Readonly<Record<string, readonly string[]>>

export type Layer = keyof typeof layers

export const layerNames = Object.keys(layers) as Layer[]

const anyLayer = `^(${layerNames.join('|')})/`

const layerRules: readonly ArrowRule[] = layerNames.flatMap((layer) => {
  const imports: readonly Layer[] = layers[layer]
  const forbidden = layerNames.find((other) => other !== layer && !imports.includes(other))
  if (forbidden === undefined) return []
  return [
    {
      name: `${layer}/ imports only ${['itself', ...imports].join(', ')} of the production code`,
      because:
        'Arrows point one way: the ingress and the consumers never meet, ' +
        'and schemas and lib know no layer above them.',
      from: { path: patternOf(`${layer}/`) },
      to: { path: anyLayer, pathNot: [layer, ...imports].map((each) => patternOf(`${each}/`)) },
      brokenBy: [`${layer}/invented.ts`, `${forbidden}/invented.ts`],
    },
  ]
})

const productionOnly: ArrowRule = {
  name: 'production code imports no test, document, benchmark or script',
  because: 'The container holds production code only. Such an import would fail at start.',
  from: { path: anyLayer },
  to: { path: '^(test|docs|bench|scripts|examples)/' },
  brokenBy: ['cli/invented.ts', 'test/helpers/invented.ts'],
}

const noCircle: ArrowRule = {
  name: 'no circle of imports, types included',
  because: 'Files in a circle can only be read, tested and moved together.',
  from: {},
  to: { circular: true },
  brokenBy: ['lib/first.ts', 'lib/second.ts', 'lib/first.ts'],
}

const fileExists: ArrowRule = {
  name: 'every import names a file or a package that exists',
  because: 'A type import of a missing file is erased and fails only in the editor.',
  from: {},
  to: { couldNotResolve: true },
  brokenBy: ['lib/invented.ts', 'lib/missing.ts'],
}

export const generalRules: readonly ArrowRule[] = [...layerRules, productionOnly, noCircle, fileExists]
