/** The table of faults that is committed is the one that the fault suite would write. */
import { assert, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { file, text } from "../../docs/faults.ts"

it("docs/faults.md is what `npm run docs` writes", () => {
  assert.strictEqual(readFileSync(file, "utf8"), text())
})
