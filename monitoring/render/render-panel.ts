import type { Panel } from '../panels/panel.ts'

const datasource = { type: 'prometheus', uid: '$datasource' }

/** A place on the grid of Grafana, which is 24 columns wide. */
export interface Place {
  x: number
  y: number
  w: number
  h: number
}

/** A panel in the classic JSON of Grafana. @param id is unique in its dashboard, from 1 on */
export const renderPanel = (panel: Panel, id: number, gridPos: Place): object => ({
  id,
  type: panel.kind === 'number' ? 'stat' : 'timeseries',
  title: panel.title,
  description: panel.description,
  datasource,
  gridPos,
  fieldConfig: { defaults: fieldDefaults(panel), overrides: [] },
  options: panel.kind === 'number' ? numberOptions(panel) : graphOptions,
  links: linksOf(panel),
  targets: panel.queries.map(({ expr, legend }, index) => ({
    refId: String.fromCharCode(65 + index),
    datasource,
    editorMode: 'code',
    expr,
    legendFormat: legend,
    range: true,
  })),
})

const fieldDefaults = ({ kind, unit, wrongAbove, values = [] }: Panel) => ({
  unit,
  noValue: 'no value yet',
  ...(kind === 'graph' ? { custom: { fillOpacity: 10, showPoints: 'never' }, min: 0 } : {}),
  mappings: values.map(({ value, text, colour }, index) => ({
    type: 'value',
    options: { [value]: { text, color: colour, index } },
  })),
  color: { mode: kind === 'number' ? 'thresholds' : 'palette-classic' },
  thresholds: {
    mode: 'absolute',
    steps: [
      { color: wrongAbove === undefined ? 'text' : 'green', value: null },
      // A threshold includes its value, so that the smallest step above it is used for numbers that count.
      ...(wrongAbove === undefined ? [] : [{ color: 'red', value: wrongAbove === 0 ? 0.001 : wrongAbove }]),
    ],
  },
})

const numberOptions = ({ queries }: Panel) => ({
  colorMode: 'value',
  graphMode: 'none',
  justifyMode: 'auto',
  reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
  textMode: queries.some(({ legend }) => legend !== '') ? 'value_and_name' : 'value',
})

const graphOptions = {
  legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
  tooltip: { mode: 'multi', sort: 'desc' },
}

/** The variable `runbooks` is the address at which a reader finds docs/runbooks. */
const linksOf = ({ runbook }: Panel) =>
  runbook === undefined ? [] : [{ title: 'Runbook', url: `\${runbooks}/${runbook}.md`, targetBlank: true }]
