// The door of the screen: cells, keys and panes, without a terminal.
export { diff, newBuffer, rowsOf, write, writeLine, type CellBuffer, type Span, type StyledLine } from './cells.ts'
export { readKeys, type Key, type KeyName } from './keys.ts'
export { layout, PANES, type PaneName, type Rect } from './layout.ts'
export { render, type Picture } from './render.ts'
export { depthOf, sequenceOf, type ColourDepth, type StyleName } from './styles.ts'
export { addOutput, KEYS, newUi, press, rememberRegisters, say, type Action, type Ui } from './ui.ts'
