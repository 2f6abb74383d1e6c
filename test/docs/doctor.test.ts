/** What docs/doctor.md says of the doctor is what the doctor, the image and the manifests say. */
import { assert, it } from "@effect/vitest"
import { readFileSync } from "node:fs"
import { checks } from "../../src/doctor/Finding.ts"
import * as Dockerfile from "../fixtures/Dockerfile.ts"

const text = readFileSync(new URL("../../docs/doctor.md", import.meta.url), "utf8")

it("docs/doctor.md has a row for every check, in the order of the report", () => {
  assert.deepStrictEqual(Array.from(text.matchAll(/^\| `([a-z-]+)` \|/gm), ([, check]) => check), [...checks])
})

it("docs/doctor.md runs in a pod the program that the image starts", () => {
  const final = Dockerfile.parse(readFileSync(new URL("../../deploy/Dockerfile", import.meta.url), "utf8")).at(-1)
  assert(final !== undefined)
  const [node, ...flagsAndProgram]: ReadonlyArray<string> = JSON.parse(Dockerfile.only(final, "ENTRYPOINT").rest)
  assert.include(text, `exec deploy/metrics-server -- ${node} ${flagsAndProgram.at(-1)} doctor `)
})
