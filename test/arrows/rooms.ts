import { type ArrowRule, fileIn, patternOf } from './rule.ts'

/**
 * The rooms of a folder, each with the other rooms that it may import.
 * A room is a folder inside it (`http/`) or a file of its own (`hook.ts`).
 */
export type Rooms = Readonly<Record<string, readonly string[]>>

/** One rule for each room: it imports nothing of the folder but the rooms that are listed. */
export const roomRules = (folder: string, rooms: Rooms, because: string): ArrowRule[] => {
  const names = Object.keys(rooms)
  const inFolder = (room: string) => `${folder}/${room}`
  const restricted = Object.entries(rooms).flatMap(([room, imports]): ArrowRule[] => {
    const forbidden = names.find((other) => other !== room && !imports.includes(other))
    if (forbidden === undefined) return []
    return [
      {
        name: `${inFolder(room)} imports only ${['itself', ...imports].join(', ')} of ${folder}/`,
        because,
        from: { path: patternOf(inFolder(room)) },
        to: { path: `^${folder}/`, pathNot: [room, ...imports].map((each) => patternOf(inFolder(each))) },
        brokenBy: [fileIn(inFolder(room)), fileIn(inFolder(forbidden))],
      },
    ]
  })
  const unlisted: ArrowRule = {
    name: `every file of ${folder}/ belongs to a room`,
    because: 'A new room needs an entry in the table: its direction must be decided.',
    from: { path: `^${folder}/`, pathNot: names.map((room) => patternOf(inFolder(room))) },
    to: {},
    brokenBy: [`${folder}/unlisted.ts`, fileIn(inFolder(names[0] ?? ''))],
  }
  return [...restricted, unlisted]
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
