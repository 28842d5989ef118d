/** Clients of the feed, and how fast hooks come. */
export interface Scenario {
  name: string
  clients: number
  /** The path of the stream of one client. */
  pathOf(client: number): string
  hooksPerSecond: number
  /** How many clients receive each event. */
  receivers: number
}

/** The hooks are of so many projects, one after the other. */
export const projects = 1000

const followed = 10

/** The projects that a client follows, so that each project is followed by as many clients. */
const projectsOf = (client: number): number[] =>
  Array.from({ length: followed }, (_, number) => (client * followed + number) % projects)

export const scenarios: readonly Scenario[] = [
  {
    name: '1,000 clients that each follow 10 of 1,000 projects',
    clients: 1000,
    pathOf: (client) => `/sse/?project=${projectsOf(client).join()}`,
    hooksPerSecond: 500,
    receivers: 10,
  },
  {
    name: '50 clients without a filter',
    clients: 50,
    pathOf: () => '/sse/',
    hooksPerSecond: 200,
    receivers: 50,
  },
]
