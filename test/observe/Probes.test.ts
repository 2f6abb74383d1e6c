/** The texts that probes read. */
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Option } from "effect"
import { report } from "../../src/observe/Probes.ts"
import { Fault } from "../../src/simulate/Fault.ts"
import { Identities, tokens } from "../../src/simulate/Identities.ts"
import { KubeletFleet } from "../../src/simulate/KubeletFleet.ts"
import * as Listening from "../fixtures/Listening.ts"
import * as WholeServer from "../fixtures/WholeServer.ts"

const ping = { name: "ping", problem: undefined }
const healthy = [ping, { name: "metric-storage-ready", problem: undefined }]
const sick = [ping, { name: "metric-storage-ready", problem: { message: "no metrics", causes: ["why", "and why"] } }]

const quiet = { verbose: false, exclude: [], reasons: false }

describe("a probe", () => {
  it("is ok in one word", () => {
    assert.strictEqual(report("readyz", healthy, quiet), "ok")
  })

  it("lists its checks when asked to", () => {
    assert.strictEqual(
      report("readyz", healthy, { ...quiet, verbose: true }),
      "[+]ping ok\n[+]metric-storage-ready ok\nreadyz check passed\n"
    )
  })

  it("lists its checks when one fails, without being asked and without telling why", () => {
    assert.strictEqual(
      report("livez", sick, quiet),
      "[+]ping ok\n[-]metric-storage-ready failed: reason withheld\nlivez check failed\n"
    )
  })

  it("tells why to whom may know", () => {
    assert.strictEqual(
      report("livez", sick, { ...quiet, reasons: true }),
      "[+]ping ok\n[-]metric-storage-ready failed: no metrics\n    why\n    and why\nlivez check failed\n"
    )
  })

  it("leaves out what is excluded, and says what it cannot exclude", () => {
    assert.strictEqual(report("readyz", sick, { ...quiet, exclude: ["metric-storage-ready"] }), "ok")
    assert.strictEqual(
      report("readyz", sick, { ...quiet, verbose: true, exclude: ["metric-storage-ready", "x", "x", "y"] }),
      "[+]ping ok\n[+]metric-storage-ready excluded: ok\n" +
        "warn: some health checks cannot be excluded: no matches for \"x\",\"y\"\nreadyz check passed\n"
    )
  })
})

const ask = (path: string, token?: string) =>
  Effect.map(Listening.askAs(token, path), ({ body, status }) => `${status} ${body.toString()}`)

const checksOf = (storageReady: string) =>
  "[+]ping ok\n[+]log ok\n[+]poststarthook/max-in-flight-filter ok\n" +
  "[+]poststarthook/storage-object-count-tracker-hook ok\n" +
  `${storageReady}\n[+]metric-informer-sync ok\n[+]metadata-informer-sync ok\n[+]shutdown ok\n`

/** What the original answers, letter by letter. */
layer(Listening.layer)("the probes of a healthy server", (it) => {
  it.effect("/readyz?verbose is the original's", () =>
    Effect.gen(function*() {
      yield* WholeServer.pass(40)
      assert.strictEqual(
        yield* ask("/readyz?verbose", tokens.reader),
        `200 ${checksOf("[+]metric-storage-ready ok")}readyz check passed\n`
      )
      assert.strictEqual(yield* ask("/readyz"), "200 ok")
    }))

  it.effect("/livez?verbose is the original's", () =>
    Effect.gen(function*() {
      assert.strictEqual(
        yield* ask("/livez?verbose", tokens.reader),
        "200 [+]ping ok\n[+]log ok\n[+]poststarthook/max-in-flight-filter ok\n" +
          "[+]poststarthook/storage-object-count-tracker-hook ok\n[+]metric-collection-timely ok\n" +
          "[+]metadata-informer-sync ok\nlivez check passed\n"
      )
      assert.strictEqual(yield* ask("/livez"), "200 ok")
    }))
})

layer(Listening.layer)("the probes of a server that can scrape no node", (it) => {
  const why = "3 of 3 nodes: its certificate names no address at all (no subject alternative names) " +
    "(tls_name_mismatch), such as worker-0001 at 127.0.0.1:1; the certificate is not for this address: " +
    "issue one that names it, or prefer an address type that it does name"

  const ports = (text: string) => text.replace(/127\.0\.0\.1:\d+/, "127.0.0.1:1")

  it.effect("tell the top causes to whom may get /debug/scrapes, and to nobody else", () =>
    Effect.gen(function*() {
      const fleet = yield* KubeletFleet
      for (const { name } of WholeServer.cluster.nodes) {
        yield* fleet.setFault(name, Option.some(Fault.Certificate({ kind: "WrongName" })))
      }
      yield* WholeServer.pass(40)
      const withheld = `500 ${checksOf("[-]metric-storage-ready failed: reason withheld")}readyz check failed\n`
      assert.strictEqual(yield* ask("/readyz"), withheld)
      assert.strictEqual(yield* ask("/readyz", tokens.forbidden), withheld)
      assert.strictEqual(
        ports(yield* ask("/readyz", tokens.reader)),
        `500 ${checksOf(`[-]metric-storage-ready failed: no metrics to serve\n    ${why}`)}readyz check failed\n`
      )
      assert.strictEqual(yield* ask("/livez"), "200 ok")
    }))

  it.effect("so it is with a single check, for whoever may ask for one", () =>
    Effect.gen(function*() {
      const path = "/readyz/metric-storage-ready"
      const { clusterCa } = yield* Identities
      const pair = yield* clusterCa.issueClient({ commonName: "watch", organizations: ["system:monitoring"] })
      const { body, status } = yield* Listening.askAs(undefined, path, { pair })
      assert.strictEqual(`${status} ${body.toString()}`, "500 internal server error: reason withheld\n")
      assert.strictEqual(
        ports(yield* ask(path, tokens.reader)),
        `500 internal server error: no metrics to serve\n    ${why}\n`
      )
    }))
})
