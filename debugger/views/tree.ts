// Who is whose child, as pstree draws it.
import type { Kernel, ThreadGroup } from '../../kernel/index.ts'
import { view } from './define.ts'
import { fit } from './layout.ts'
import { queueNames, waitOf } from './waiting.ts'

export interface ProcessNode {
  pid: number
  comm: string
  state: string
  threads: number
  pgid: number
  sid: number
  wait: string
  children: ProcessNode[]
}

export interface TreeData {
  /** Processes without a parent: init, as a rule. */
  roots: ProcessNode[]
}

export const treeView = view<TreeData>({
  name: 'tree',
  doc: 'Processes by parent and child.',
  arguments: [],

  data(k) {
    const names = queueNames(k)
    const node = (group: ThreadGroup): ProcessNode => ({
      pid: group.tgid,
      comm: group.leader.comm,
      state: group.leader.state,
      threads: group.threads.length,
      pgid: group.pgid,
      sid: group.sid,
      wait: waitOf(k, group.leader, names).words,
      children: [...group.children].map(node),
    })
    return { roots: rootsOf(k).map(node) }
  },

  text({ roots }, width) {
    const lines: string[] = []
    const show = (node: ProcessNode, own: string, below: string): void => {
      const threads = node.threads > 1 ? `, ${node.threads} threads` : ''
      lines.push(`${own}${node.pid} ${node.comm} (${node.state}${threads}) ${node.wait}`)
      node.children.forEach((child, i) => {
        const last = i === node.children.length - 1
        show(child, below + (last ? '└─' : '├─'), below + (last ? '  ' : '│ '))
      })
    }
    for (const root of roots) show(root, '', '')
    return lines.map(line => fit(line, width))
  },
})

const rootsOf = (k: Kernel): ThreadGroup[] => [...k.state.groups.values()].filter(group => group.parent === null)
