// How a view's row is written: data and text apart, and from them what shows both at once.
import { systemOf } from '../target/index.ts'
import { DEFAULT_WIDTH, type AnyView, type View } from './types.ts'

/** The row for the table of views. */
export const view = <D>(row: View<D>): AnyView<D> => ({
  ...row,
  text: (data, width = DEFAULT_WIDTH) => row.text(data, width),
  show: (k, args = {}, width = DEFAULT_WIDTH) => row.text(row.data(k, args), width),
  dataOf: (target, args = {}) =>
    target.os === null && row.bare !== undefined ? row.bare(target.machine, args) : row.data(systemOf(target, `'${row.name}'`), args),
})
