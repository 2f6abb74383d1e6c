/** What a benchmark says: one claim, one number, and what it is to be compared with. */
import { figures, table } from "./Table.ts"

export interface Row {
  readonly claim: string
  readonly value: number
  readonly unit: string
  /** What we want it to be, at most; or, where more is better, at least. */
  readonly target?: number | undefined
  /** The same of something that does the least possible, in the same unit and in the same run. */
  readonly reference?: number
}

/** What we want of clusters of so many nodes. */
export type Targets = Readonly<Record<number, number>>

const cellsOf = ({ claim, reference, target, unit, value }: Row) => [
  claim,
  figures(value),
  figures(target),
  unit,
  figures(reference),
  figures(reference !== undefined && reference > 0 ? value / reference : undefined)
]

export const print = (rows: ReadonlyArray<Row>) =>
  table(["claim", "ours", "target", "unit", "reference", "ratio"], rows.map(cellsOf))

/** Claims without a number, which no benchmark may leave behind. */
export const unmeasured = (rows: ReadonlyArray<Row>) =>
  rows.filter(({ reference = 1, value }) => ![value, reference].every(Number.isFinite)).map(({ claim }) => claim)
