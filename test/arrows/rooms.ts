import { type ArrowRule, fileIn, patternOf } from './rule.ts'

/**
 * The rooms of a folder, each with the other rooms that it may import.
 * A room is a folder inside it (`http/`) or a file of its own (`hook.ts`).
 */
export type Rooms = Readonly<Record<string, readonly string[]>>

/** One rule for each room: it imports nothing of the folder but the rooms that are listed. */
export const roomRules = (folder: string, rooms: Rooms, because: string): ArrowRule[] =>
  Object.entries(rooms).flatMap(([room, imports]): ArrowRule[] => {
    const forbidden = Object.keys(rooms).find((other) => other !== room && !imports.includes(other))
    if (forbidden === undefined) return []
    const [importer, imported] = [`${folder}/${room}`, `${folder}/${forbidden}`]
    return [
      {
        name: `${importer} imports only ${['itself', ...imports].join(', ')} of ${folder}/`,
        because,
        from: { path: patternOf(importer) },
        to: {
          path: `^${folder}/`,
          pathNot: [room, ...imports].map((each) => patternOf(`${folder}/${each}`)),
        },
        brokenBy: [fileIn(importer), fileIn(imported)],
      },
    ]
  })

/** A rule that the table of a folder is complete: every file belongs to a room. */
export const completeRule = (folder: string, rooms: Rooms): ArrowRule => {
  const names = Object.keys(rooms)
  return {
    name: `the table of rooms lists all files of ${folder}/`,
    because: 'A new room needs an entry in the table: its direction must be decided.',
    from: { path: `^${folder}/`, pathNot: names.map((room) => patternOf(`${folder}/${room}`)) },
    to: { path: `^${folder}/` },
    brokenBy: [`${folder}/unlisted.ts`, fileIn(`${folder}/${names[0]}`)],
  }
}

/** Rooms that take part in a circle of the table itself; empty where all arrows point one way. */
export const roomsInCircles = (rooms: Rooms): string[] => {
  const reaches = (from: string, target: string, seen = new Set<string>()): boolean =>
    (rooms[from] ?? []).some((next) => {
      if (next === target) return true
      if (seen.has(next)) return false
      seen.add(next)
      return reaches(next, target, seen)
    })
  return Object.keys(rooms).filter((room) => reaches(room, room))
}
