import { metricPrefix } from '../../lib/metrics/catalogue.ts'
import type { Dashboard, Panel } from '../panels/panel.ts'
import { type Place, renderPanel } from './render-panel.ts'

const width = 24
const sizes: Readonly<Record<Panel['kind'], { w: number; h: number }>> = {
  number: { w: 6, h: 4 },
  graph: { w: 8, h: 8 },
}

const tag = 'gitlab-kafka-bridge'

/** Classic JSON, which Grafana 13 still provisions. The version of the schema is fixed. */
export const renderDashboard = ({ uid, title, description, rows }: Dashboard): string => {
  const panels: object[] = []
  let y = 0
  for (const row of rows.filter((each) => each.panels.length > 0)) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title: row.title,
      collapsed: false,
      gridPos: { x: 0, y, w: width, h: 1 },
      panels: [],
    })
    const places = placesOf(row.panels, y + 1)
    for (const [index, panel] of row.panels.entries()) {
      const place = places[index]
      if (place !== undefined) panels.push(renderPanel(panel, panels.length + 1, place))
    }
    y = Math.max(...places.map((place) => place.y + place.h))
  }
  const dashboard = {
    ...{ uid, title, description, tags: [tag], schemaVersion: 41, version: 1, editable: false },
    ...{ graphTooltip: 1, refresh: '30s', time: { from: 'now-1h', to: 'now' }, timezone: 'browser' },
    templating: { list: variables },
    annotations: { list: [] },
    links: [
      {
        type: 'dashboards',
        title: 'Bridge',
        tags: [tag],
        asDropdown: true,
        keepTime: true,
        includeVars: true,
      },
    ],
    panels,
  }
  return `${JSON.stringify(dashboard, undefined, 2)}\n`
}

/** Panels go from left to right. One that does not fit begins a new line, and so does another kind. */
const placesOf = (panels: readonly Panel[], top: number): Place[] => {
  let [x, y, lineHeight] = [0, top, 0]
  return panels.map(({ kind }) => {
    const { w, h } = sizes[kind]
    if (x + w > width || (lineHeight !== 0 && lineHeight !== h)) [x, y, lineHeight] = [0, y + lineHeight, 0]
    const place = { x, y, w, h }
    x += w
    lineHeight = h
    return place
  })
}

const fromPrometheus = (name: string, label: string, query: string) => ({
  ...{ type: 'query', name, label, datasource: { type: 'prometheus', uid: '$datasource' } },
  ...{ query: { query, refId: name }, definition: query, refresh: 2, sort: 1 },
  ...{ multi: true, includeAll: true, allValue: '.+', current: { text: 'All', value: '$__all' } },
})

const anyProcess = `${metricPrefix}process_start_time_seconds`

const variables = [
  { type: 'datasource', name: 'datasource', label: 'Data source', query: 'prometheus', refresh: 1 },
  fromPrometheus('job', 'Job', `label_values(${anyProcess}, job)`),
  fromPrometheus('instance', 'Instance', `label_values(${anyProcess}{job=~"$job"}, instance)`),
  // Where the pages of docs/runbooks are shown, for example a repository in GitLab.
  {
    ...{ type: 'textbox', name: 'runbooks', label: 'Address of the runbooks' },
    query: 'https://gitlab.example/gitlab-kafka-bridge/-/blob/main/docs/runbooks',
  },
]
