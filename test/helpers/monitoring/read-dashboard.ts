export interface GrafanaTarget {
  expr: string
  legendFormat: string
  datasource: { uid: string }
}

export interface GrafanaPanel {
  id: number
  type: string
  title: string
  description: string
  datasource: { uid: string }
  gridPos: { x: number; y: number; w: number; h: number }
  fieldConfig: { defaults: { unit: string; mappings: { options: Record<string, { color: string }> }[] } }
  links: { title: string; url: string }[]
  targets: GrafanaTarget[]
}

export interface GrafanaVariable {
  name: string
  type: string
  label: string
  query: unknown
  definition?: string
  datasource?: { uid: string }
  multi?: boolean
  allValue?: string
  refresh?: number
}

/** A dashboard as Grafana reads it. */
export interface GrafanaDashboard {
  uid: string
  title: string
  schemaVersion: number
  editable: boolean
  templating: { list: GrafanaVariable[] }
  panels: GrafanaPanel[]
}

/** @param text the JSON of a dashboard */
export const readDashboard = (text: string): GrafanaDashboard => JSON.parse(text)
