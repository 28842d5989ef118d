/** The invented company. No person, place or project of it exists. */
export const instance = 'https://gitlab.havblikk.example'

export const people = [
  ['Sunniva Rekdal', 'srekdal'],
  ['Teodor Brattvik', 'tbrattvik'],
  ['Amina Yusuf', 'amina.yusuf'],
  ['Kaja Lindqvist', 'klindqvist'],
  ['Rafael Duarte', 'rduarte'],
  ['Mei-Ling Chow', 'mchow'],
  ['Oskar Nyhus', 'onyhus'],
  ['Leila Haddad', 'lhaddad'],
  ['Jörg Weißmüller', 'jweissmueller'],
  ['Priya Raman', 'praman'],
] as const

/** People who join later. */
export const newcomers = [
  ['Ebba Sørensen', 'esorensen'],
  ['Ibrahim Kaya', 'ikaya'],
  ['Nadia Petrova', 'npetrova'],
  ['Tomás Vidal', 'tvidal'],
] as const

/** Name, path, and the path of the parent. */
export const groups = [
  ['Havblikk', 'havblikk', null],
  ['Platform', 'platform', 'havblikk'],
  ['Ferries', 'ferries', 'havblikk'],
  ['Harbour', 'harbour', 'havblikk'],
] as const

/** Name, path, path of the group, and visibility level. */
export const projects = [
  ['Timetable', 'timetable', 'ferries', 10],
  ['Boarding', 'boarding', 'ferries', 0],
  ['Deck Planner', 'deck-planner', 'ferries', 0],
  ['Quay Lights', 'quay-lights', 'harbour', 0],
  ['Pilot Radio', 'pilot-radio', 'harbour', 20],
  ['Deploy Tools', 'deploy-tools', 'platform', 10],
  ['Signal Bus', 'signal-bus', 'platform', 0],
] as const

/** Paths that new and renamed projects get. */
export const projectWords = [
  'lantern',
  'gangway',
  'tide-table',
  'foghorn',
  'ballast',
  'capstan',
  'keel',
] as const

export const branchWords = ['fix', 'add', 'drop', 'speed-up', 'rename', 'test'] as const

export const topics = [
  'winter timetable',
  'ticket scanner',
  'car deck weights',
  'fog signal',
  'quay 4 sensors',
  'retry of lost messages',
  'login of crew tablets',
  'map of berths',
] as const

export const remarks = [
  'Does this work when the ferry is late?',
  'Could we have a test for the empty deck?',
  'I would name this after the berth, not after the ship.',
  'Nice. One question: what happens at midnight?',
  'The log line says less than the error it replaces.',
  'Please rebase, main has the new sensor types.',
] as const

export const replies = [
  'Good point, changed.',
  'Added a test for it.',
  'It is the same as in the old code. I will open an issue.',
  'Done in the last commit.',
] as const

export const paths = [
  'src/index.ts',
  'src/berth.ts',
  'src/deck.ts',
  'test/deck.test.ts',
  'README.md',
] as const
