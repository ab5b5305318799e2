// Signals that tell of an open file (F_SETOWN, F_SETSIG, O_ASYNC): to whom they go, and what they say. They are sent before anyone is
// back in user mode, by the notes that woken queues left.
import {
  F_OWNER_PGRP,
  F_OWNER_TID,
  O_ASYNC,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLMSG,
  POLLOUT,
  POLLPRI,
  POLLRDBAND,
  POLLRDNORM,
  POLLWRBAND,
  POLLWRNORM,
  POLL_IN,
  POLL_MSG,
  POLL_OUT,
  SIGIO,
  SI_SIGIO,
  POLL_ERR,
  POLL_PRI,
  POLL_HUP,
  SIGILL,
  SIGFPE,
  SIGSEGV,
  SIGBUS,
  SIGTRAP,
  SIGCHLD,
  SIGSYS,
  SIGURG,
} from '../abi/index.ts'
import { findGroup, findTask, groupMembers } from '../task/index.ts'
import { kernelInfo, sendToGroup, sendToTask, type SigInfo } from '../signal/index.ts'
import type { Kernel } from '../kernel.ts'
import type { Task, ThreadGroup } from '../state.ts'
import { opsOf } from '../vfs/index.ts'
import type { FileDescription, FileOwner } from '../vfs/types.ts'

/** si_band by si_code (fs/fcntl.c, band_table). */
const BANDS: Readonly<Record<number, number>> = {
  [POLL_IN]: POLLIN | POLLRDNORM,
  [POLL_OUT]: POLLOUT | POLLWRNORM | POLLWRBAND,
  [POLL_MSG]: POLLIN | POLLRDNORM | POLLMSG,
  [POLL_ERR]: POLLERR,
  [POLL_PRI]: POLLPRI | POLLRDBAND,
  [POLL_HUP]: POLLHUP | POLLERR,
}
/** Signals whose codes of their own would be mistaken for these. */
const OWN_CODES: ReadonlySet<number> = new Set([SIGILL, SIGFPE, SIGSEGV, SIGBUS, SIGTRAP, SIGCHLD, SIGSYS])

/** Sends what the notes say. A queue that was woken for something else than the file's readiness tells nobody. */
export function sendAsync(k: Kernel): void {
  const notes = k.state.asyncNotes
  k.state.asyncNotes = []
  for (const { file, fd, queue } of new Set(notes)) {
    if (file.refs <= 0 || !(file.flags & O_ASYNC)) continue
    const ops = opsOf(k, file)
    const ready = ops.poll?.(k, file, null, null) ?? 0
    for (const source of ops.async?.(k, file) ?? [])
      if (source.queue === queue && ready & (BANDS[source.band] | POLLHUP | POLLERR)) tellOwner(k, file, fd, source.band)
  }
}

/** One event of a file, to its owner: `band` is POLL_IN, POLL_OUT, POLL_MSG. */
export function tellOwner(k: Kernel, file: FileDescription, fd: number, band: number): void {
  const { owner } = file
  if (!owner || owner.id === 0) return
  const info = infoFor(owner.signal, fd, band)
  for (const to of receivers(k, owner)) {
    if (!mayTell(owner, to)) continue
    const send = (what: SigInfo): boolean => ('tgid' in to ? sendToGroup(k, null, to, what) : sendToTask(k, null, to, what))
    // A real-time signal for which there is no room becomes the ordinary one, which says less.
    if (!send(info)) send(kernelInfo(SIGIO))
  }
}

/** Urgent bytes came: its owner gets SIGURG, whether O_ASYNC is set or not. */
export function urgeOwner(k: Kernel, { owner }: FileDescription): void {
  if (!owner || owner.id === 0) return
  for (const to of receivers(k, owner)) {
    if (!mayTell(owner, to)) continue
    if ('tgid' in to) sendToGroup(k, null, to, kernelInfo(SIGURG))
    else sendToTask(k, null, to, kernelInfo(SIGURG))
  }
}

function infoFor(signal: number, fd: number, band: number): SigInfo {
  if (signal === 0) return kernelInfo(SIGIO)
  const code = OWN_CODES.has(signal) ? SI_SIGIO : band
  return { signal, errno: 0, code, fields: { kind: 'poll', band: BANDS[band], fd } }
}

function receivers(k: Kernel, { type, id }: FileOwner): (Task | ThreadGroup)[] {
  if (type === F_OWNER_PGRP) return [...groupMembers(k.state.ns, id)]
  const found = type === F_OWNER_TID ? findTask(k.state.ns, id) : findGroup(k.state.ns, id)
  return found ? [found] : []
}

/** As for kill(2), with the ids of who named the owner. */
function mayTell({ uid, euid }: FileOwner, to: Task | ThreadGroup): boolean {
  const theirs = ('tgid' in to ? to.leader : to).credentials
  return euid === 0 || euid === theirs.suid || euid === theirs.uid || uid === theirs.suid || uid === theirs.uid
}
