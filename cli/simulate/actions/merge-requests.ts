import { remarks, replies } from '../company/names.ts'
import type { MergeRequest } from '../company/world.ts'
import { mergeRequestHook } from '../hooks/merge-request.ts'
import { noteHook } from '../hooks/note.ts'
import { pushHooks } from '../hooks/push.ts'
import { isoTime } from '../hooks/times.ts'
import type { Action } from './action.ts'
import {
  branchOf,
  chooseOther,
  chooseProject,
  choosePusher,
  chooseRequest,
  makeCommit,
  makeTitle,
  remove,
} from './choose.ts'
import { deleteBranch, moveBranch, pipelineFor } from './pushes.ts'

/** More would only wait for a review. */
const mostRequests = 8

/** Somebody pushes a branch and opens a merge request for it. One in four is a draft. */
export const openRequest: Action = (world) => {
  const project = chooseProject(world)
  const author = project && choosePusher(world, project)
  if (project === undefined || author === undefined) return []
  if (project.mergeRequests.length >= mostRequests) return []
  const title = makeTitle(world)
  const branch = branchOf(world, title)
  const head = makeCommit(world, author, title)
  const pushed = pushHooks(project, author, [moveBranch(project, branch, [head])])
  const request: MergeRequest = {
    id: world.nextId('mergeRequest'),
    iid: ++project.counts.mergeRequests,
    project,
    title,
    branch,
    author,
    reviewer: chooseOther(world, project, author),
    state: 'opened',
    draft: world.random.chance(0.25),
    approvedBy: null,
    head,
    mergeCommit: null,
    createdAt: world.now,
    updatedAt: world.now,
    discussions: [],
  }
  project.mergeRequests.push(request)
  const opened = mergeRequestHook(request, author, 'open')
  return [...pushed, opened, ...pipelineFor(world, project, author, branch)]
}

/** The reviewer, or somebody else, asks something. */
export const startDiscussion: Action = (world) => {
  const request = chooseRequest(world, ({ state }) => state === 'opened')
  if (request === undefined) return []
  const author = world.random.chance(0.7)
    ? request.reviewer
    : chooseOther(world, request.project, request.author)
  const discussion = { id: world.random.hex(40), openedBy: author, replies: 0 }
  request.discussions.push(discussion)
  const text = world.random.pick(remarks)
  const note = { id: world.nextId('note'), discussionId: discussion.id, author, text, at: world.now }
  return [noteHook(request, note)]
}

/** The author of the merge request answers. */
export const reply: Action = (world) => {
  const request = chooseRequest(world, ({ discussions }) => discussions.some(({ replies }) => replies < 2))
  const discussion = request?.discussions.find((each) => each.replies < 2)
  if (request === undefined || discussion === undefined) return []
  discussion.replies += 1
  const text = world.random.pick(replies)
  const author = discussion.replies === 1 ? request.author : discussion.openedBy
  const note = { id: world.nextId('note'), discussionId: discussion.id, author, text, at: world.now }
  return [noteHook(request, note)]
}

/** The author pushes again: the merge request changes, and an approval is gone. */
export const pushToRequest: Action = (world) => {
  const request = chooseRequest(world, ({ state }) => state === 'opened')
  if (request === undefined) return []
  const { project, author, branch, head } = request
  const commit = makeCommit(world, author, makeTitle(world))
  const pushed = pushHooks(project, author, [moveBranch(project, branch, [commit])])
  const changes = touch(request, world.now)
  Object.assign(request, { head: commit, approvedBy: null })
  const updated = mergeRequestHook(request, author, 'update', { oldrev: head.sha, changes })
  return [...pushed, updated, ...pipelineFor(world, project, author, branch)]
}

export const markReady: Action = (world) => {
  const request = chooseRequest(world, ({ state, draft }) => state === 'opened' && draft)
  if (request === undefined) return []
  const changes = {
    ...touch(request, world.now),
    draft: { previous: true, current: false },
    title: { previous: `Draft: ${request.title}`, current: request.title },
  }
  request.draft = false
  return [mergeRequestHook(request, request.author, 'update', { changes })]
}

export const approve: Action = (world) => {
  const request = chooseRequest(
    world,
    ({ state, draft, approvedBy }) => state === 'opened' && !draft && approvedBy === null,
  )
  if (request === undefined) return []
  request.approvedBy = request.reviewer
  touch(request, world.now)
  return [mergeRequestHook(request, request.reviewer, 'approved')]
}

/** What is approved is merged: main moves, the branch is deleted, and a pipeline starts on main. */
export const merge: Action = (world) => {
  const request = chooseRequest(world, ({ state, approvedBy }) => state === 'opened' && approvedBy !== null)
  if (request === undefined) return []
  const { project, reviewer, branch, title, iid } = request
  const commit = makeCommit(
    world,
    reviewer,
    `Merge branch '${branch}' into 'main'\n\n${title}\n\nSee !${iid}`,
  )
  const changes = { ...touch(request, world.now), state_id: { previous: 1, current: 3 } }
  Object.assign(request, { state: 'merged', mergeCommit: commit.sha })
  remove(project.mergeRequests, request)
  return [
    mergeRequestHook(request, reviewer, 'merge', { changes }),
    ...pushHooks(project, reviewer, [moveBranch(project, 'main', [commit])]),
    ...pushHooks(project, reviewer, [deleteBranch(project, branch)]),
    ...pipelineFor(world, project, reviewer, 'main'),
  ]
}

/** A merge request is given up, or one that was given up is opened again. */
export const closeOrReopen: Action = (world) => {
  const request = chooseRequest(world, ({ state }) => state !== 'merged')
  if (request === undefined) return []
  const isOpen = request.state === 'opened'
  const [previous, current] = isOpen ? [1, 2] : [2, 1]
  const changes = { ...touch(request, world.now), state_id: { previous, current } }
  request.state = isOpen ? 'closed' : 'opened'
  return [mergeRequestHook(request, request.author, isOpen ? 'close' : 'reopen', { changes })]
}

/** @returns the change of `updated_at`, as GitLab lists it */
const touch = (request: MergeRequest, now: number) => {
  const previous = isoTime(request.updatedAt)
  request.updatedAt = now
  return { updated_at: { previous, current: isoTime(now) } }
}
