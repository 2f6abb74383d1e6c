/** The flag reference that is committed is the one that the flags themselves would write. */
import { assert, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { file, text } from "../../docs/flags.ts"

it("docs/flags.md is what `npm run docs` writes", () => {
  assert.strictEqual(readFileSync(file, "utf8"), text())
})
