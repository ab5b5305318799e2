import { describe, expect, it } from 'vitest'
import { EAGAIN, EEXIST, EINVAL } from '../abi/index.ts'
import type { Kernel } from '../kernel.ts'
import { bareKernel, fakeTask } from '../process/testing.ts'
import { allocPid, isPidFree, joinGroup, leaveGroup, newPidNamespace, releasePid } from './pid.ts'

function kernelWith(max: number): Kernel {
  const k = bareKernel()
  k.state.ns.pid = newPidNamespace(max)
  return k
}

const refusal = (action: () => unknown): unknown => {
  try {
    return action()
  } catch (error) {
    return error
  }
}

describe('process numbers', () => {
  it('count up, and go on after those given back', () => {
    const k = kernelWith(1000)
    expect([allocPid(k.state.ns.pid), allocPid(k.state.ns.pid), allocPid(k.state.ns.pid)]).toEqual([1, 2, 3])
    releasePid(k.state.ns.pid, 2)
    expect(allocPid(k.state.ns.pid)).toBe(4)
  })
  it('wrap past the reserved ones, and run out', () => {
    const k = kernelWith(400)
    for (let pid = 1; pid < 400; pid++) expect(allocPid(k.state.ns.pid)).toBe(pid)
    expect(refusal(() => allocPid(k.state.ns.pid))).toBe(EAGAIN)
    releasePid(k.state.ns.pid, 5)
    expect(refusal(() => allocPid(k.state.ns.pid))).toBe(EAGAIN)
    releasePid(k.state.ns.pid, 399)
    releasePid(k.state.ns.pid, 320)
    expect([allocPid(k.state.ns.pid), allocPid(k.state.ns.pid)]).toEqual([320, 399])
  })
  it('can be asked for', () => {
    const k = kernelWith(100)
    expect(allocPid(k.state.ns.pid, 77)).toBe(77)
    expect(refusal(() => allocPid(k.state.ns.pid, 77))).toBe(EEXIST)
    expect(refusal(() => allocPid(k.state.ns.pid, 100))).toBe(EINVAL)
  })
  it('stay taken while a process group has their name', () => {
    const k = kernelWith(100)
    const [leader, member] = [fakeTask(k).group, fakeTask(k).group]
    joinGroup(leader, 1)
    joinGroup(member, 1)
    leaveGroup(leader)
    releasePid(k.state.ns.pid, 1)
    expect(isPidFree(k.state.ns.pid, 1)).toBe(false)
    leaveGroup(member)
    expect(isPidFree(k.state.ns.pid, 1)).toBe(true)
  })
  it('given back twice are a defect', () => expect(() => releasePid(kernelWith(10).state.ns.pid, 3)).toThrow('which is free'))
})
