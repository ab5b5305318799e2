// How a view's row is written: its own type of data inside, any data outside, so that faces can list views in one table.
import { DEFAULT_WIDTH, type AnyView, type View } from './types.ts'

/** The row for the table of views. */
export function view<D>(row: View<D>): AnyView & { data: View<D>['data'] } {
  const text = (data: unknown, width = DEFAULT_WIDTH): string[] => row.text(data as D, width)
  return { ...row, text, show: (k, args = {}, width = DEFAULT_WIDTH) => row.text(row.data(k, args), width) }
}
