/** Who asks for the same name at the same time gets the same answer, and the resolver is asked once. */
import { assert, it } from "@effect/vitest"
import type { LookupAddress } from "node:dns"
import { PerformanceObserver } from "node:perf_hooks"
import { lookup } from "../../src/scrape/SharedLookup.ts"

const answerTo = (name: string) =>
  new Promise<ReadonlyArray<LookupAddress>>((resolve, reject) =>
    lookup(
      name,
      { all: true },
      (error, addresses) => error === null ? resolve(addresses as Array<LookupAddress>) : reject(error)
    )
  )

it("a name is looked up once for all that wait for it, and anew for who comes after", async () => {
  const asked: Array<string> = []
  const observer = new PerformanceObserver((list) => {
    asked.push(...list.getEntries().map(({ name }) => name))
  })
  observer.observe({ entryTypes: ["dns"] })
  const [one, other] = await Promise.all([answerTo("localhost"), answerTo("localhost")])
  assert.isNotEmpty(one)
  assert.deepStrictEqual(one, other)
  await answerTo("localhost")
  await new Promise((resolve) => setImmediate(resolve))
  observer.disconnect()
  assert.deepStrictEqual(asked, ["lookup", "lookup"])
})

it("what can be no name is refused, and again when it comes again", () => {
  for (const _ of [1, 2]) assert.throws(() => lookup("a\0b", { all: true }, () => {}), "null bytes")
})

it("whoever waits for a name that there is none of is told so", async () => {
  const failures = await Promise.allSettled([answerTo("no-such-host.invalid"), answerTo("no-such-host.invalid")])
  assert.deepStrictEqual(failures.map(({ status }) => status), ["rejected", "rejected"])
})
